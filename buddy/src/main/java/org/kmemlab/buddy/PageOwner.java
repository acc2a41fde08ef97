package org.kmemlab.buddy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.Machine;
import org.kmemlab.machine.StackDump;
import org.kmemlab.machine.Task;

/// Remembers who took each block, and who gave it back last (`page_owner=on`).
///
/// Every frame of a block has the block's record, so that a part of it can be traced too, even
/// after it was freed. Tasks and stacks are kept once and named by numbers. The arrays of 1,024
/// frames are made when the first of them is handed out: 34 bytes a frame.
///
/// @see <a href="https://docs.kernel.org/mm/page_owner.html">page owner</a>
final class PageOwner {

    private static final int CHUNK_SHIFT = 10;
    private static final int CHUNK_FRAMES = 1 << CHUNK_SHIFT;
    private static final int CHUNK_MASK = CHUNK_FRAMES - 1;
    private static final int FRAMES_MOST = 16;
    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    private record Who(int pid, String comm) {}

    private static final class Chunk {
        final byte[] order = new byte[CHUNK_FRAMES];
        final boolean[] held = new boolean[CHUNK_FRAMES];
        final int[] gfp = new int[CHUNK_FRAMES];
        final int[] task = new int[CHUNK_FRAMES];
        final int[] stack = new int[CHUNK_FRAMES];
        final int[] freeStack = new int[CHUNK_FRAMES];
        final long[] jiffies = new long[CHUNK_FRAMES];
        final long[] freeJiffies = new long[CHUNK_FRAMES];

        /// Fills a range of every array that says how a block was taken.
        void take(int from, int to, byte blockOrder, int flags, int by, int at, long now) {
            Arrays.fill(order, from, to, blockOrder);
            Arrays.fill(held, from, to, true);
            Arrays.fill(gfp, from, to, flags);
            Arrays.fill(task, from, to, by);
            Arrays.fill(stack, from, to, at);
            Arrays.fill(jiffies, from, to, now);
        }
    }

    private final Machine machine;
    private final @Nullable Chunk[] chunks;
    /// The element 0 of both stands for "not known".
    private final List<Who> tasks = new ArrayList<>(List.of(new Who(0, "")));
    private final List<List<String>> stacks = new ArrayList<>(List.of(List.of()));
    private final Map<Who, Integer> taskNumbers = new HashMap<>();
    private final Map<List<String>, Integer> stackNumbers = new HashMap<>();

    PageOwner(Machine machine) {
        this.machine = machine;
        chunks = new Chunk[(machine.config().endPfn() + CHUNK_MASK) >>> CHUNK_SHIFT];
    }

    /// A block was handed out. O(frames of the block).
    void allocated(Cpu cpu, int pfn, GfpFlags gfp, int order) {
        int from = pfn & CHUNK_MASK;
        chunk(pfn).take(from, from + (1 << order), (byte) order, gfp.bits(), taskNumber(cpu),
                stackNumber(), machine.clock().jiffies());
    }

    /// A block was given back.
    void freed(int pfn, int order) {
        Chunk chunk = chunk(pfn);
        int from = pfn & CHUNK_MASK;
        Arrays.fill(chunk.held, from, from + (1 << order), false);
        Arrays.fill(chunk.freeStack, from, from + (1 << order), stackNumber());
        Arrays.fill(chunk.freeJiffies, from, from + (1 << order), machine.clock().jiffies());
    }

    /// A block became single pages.
    void split(int pfn, int order) {
        int from = pfn & CHUNK_MASK;
        Arrays.fill(chunk(pfn).order, from, from + (1 << order), (byte) 0);
    }

    /// The contents of a single page, and with them its owner, went to another.
    void moved(int from, int to) {
        Chunk source = chunk(from);
        int at = from & CHUNK_MASK;
        int target = to & CHUNK_MASK;
        chunk(to).take(target, target + 1, source.order[at], source.gfp[at], source.task[at],
                source.stack[at], source.jiffies[at]);
    }

    private Chunk chunk(int pfn) {
        Chunk chunk = chunks[pfn >>> CHUNK_SHIFT];
        if (chunk == null) {
            chunk = new Chunk();
            chunks[pfn >>> CHUNK_SHIFT] = chunk;
        }
        return chunk;
    }

    private int taskNumber(Cpu cpu) {
        Task task = cpu.task();
        Who who = task == null ? new Who(0, "interrupt") : new Who(task.pid(), task.comm());
        return taskNumbers.computeIfAbsent(who, key -> {
            tasks.add(key);
            return tasks.size() - 1;
        });
    }

    private int stackNumber() {
        List<String> frames = StackDump.frames(FRAMES_MOST);
        return stackNumbers.computeIfAbsent(frames, key -> {
            stacks.add(key);
            return stacks.size() - 1;
        });
    }

    /// The blocks that are in use and whose owner is known, ascending.
    List<OwnedBlock> blocks(MemMap map) {
        List<OwnedBlock> blocks = new ArrayList<>();
        for (int index = 0; index < chunks.length; index++) {
            Chunk chunk = chunks[index];
            for (int at = 0; chunk != null && at < CHUNK_FRAMES; at++) {
                if (chunk.held[at] && (at & (1 << chunk.order[at]) - 1) == 0) {
                    blocks.add(block(chunk, (index << CHUNK_SHIFT) + at, map));
                }
            }
        }
        return blocks;
    }

    private OwnedBlock block(Chunk chunk, int pfn, MemMap map) {
        int at = pfn & CHUNK_MASK;
        Who who = tasks.get(chunk.task[at]);
        return new OwnedBlock(pfn, chunk.order[at], new GfpFlags(chunk.gfp[at]), who.pid, who.comm,
                nanos(chunk.jiffies[at]), nanos(chunk.freeJiffies[at]), map.pageblockType(pfn),
                map.descriptor(pfn).flags(machine.profile()), stacks.get(chunk.stack[at]));
    }

    private long nanos(long jiffies) {
        return jiffies * NANOS_PER_SECOND / machine.clock().hz();
    }

    /// What reports about a frame say of its owner.
    List<String> lines(int pfn) {
        Chunk chunk = chunk(pfn);
        int at = pfn & CHUNK_MASK;
        if (chunk.task[at] == 0) {
            return List.of("page_owner info is not present (never set?)");
        }
        List<String> lines = new ArrayList<>();
        lines.add("page_owner tracks the page as " + (chunk.held[at] ? "allocated" : "freed"));
        GfpFlags gfp = new GfpFlags(chunk.gfp[at]);
        Who who = tasks.get(chunk.task[at]);
        lines.add(("page last allocated via order %d, migratetype %s, gfp_mask %s, pid %d, tgid %d"
                + " (%s), ts %d, free_ts %d").formatted(chunk.order[at], gfp.migrateType().label(),
                        gfp.toMask(), who.pid, who.pid, who.comm, nanos(chunk.jiffies[at]),
                        nanos(chunk.freeJiffies[at])));
        stacks.get(chunk.stack[at]).forEach(frame -> lines.add(" " + frame));
        if (chunk.freeStack[at] == 0) {
            lines.add("page_owner free stack trace missing");
        } else {
            lines.add("page last free stack trace:");
            stacks.get(chunk.freeStack[at]).forEach(frame -> lines.add(" " + frame));
        }
        return lines;
    }
}
