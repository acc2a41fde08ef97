package org.kmemlab.lab.rival.cached;

import org.apache.commons.lang3.Validate;
import org.jspecify.annotations.Nullable;
import org.kmemlab.buddy.PageAllocator;
import org.kmemlab.lab.rival.base.PageRuns;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.PhysicalMemory;

/// Size classes, slabs with bitmaps and arenas, as in jemalloc.
///
/// **Picture.** Four classes to each doubling: at most a fifth of a block is lost to rounding.
///
/// ```text
///  small  8  16 32 48 64  80 96 112 128  160 192 224 256  ...  14336     a bin each, slabs
///  large  16 KiB  20  24  28  32  40  48  56  64  80  ...  4 MiB         spans of pages
/// ```
///
/// Each CPU has an arena with bins and pages of its own; a block goes back to the arena it came
/// from, whoever frees it. The bitmaps lie beside the slabs, so a wrong free is seen and no write
/// to a freed block breaks anything.
///
/// Sources: J. Evans, A Scalable Concurrent malloc Implementation for FreeBSD (2006); jemalloc(3),
/// "Implementation notes" and its table of size classes. Leaves out: thread caches, decay of unused
/// pages (here a run that is wholly free goes back if another is kept), profiling. An arena for each CPU is
/// its option `percpu_arena`.
public final class JeMalloc extends PerCpuRival {

    private static final int SMALL_LARGEST = 14 << 10;
    private static final int LARGEST = 4 << 20;

    private final SizeClasses small = SizeClasses.fourADoubling(SMALL_LARGEST);
    private final Arena[] arenas;

    /// Pages and bins of one CPU.
    private static final class Arena {

        private final SpanHeap heap;
        private final JeBin[] bins;

        Arena(SpanHeap heap, JeBin[] bins) {
            this.heap = heap;
            this.bins = bins;
        }
    }

    /// Holds nothing yet.
    public JeMalloc(PageAllocator allocator) {
        super(allocator);
        arenas = new Arena[allocator.machine().cpus().size()];
        for (int id = 0; id < arenas.length; id++) {
            SpanHeap heap = new SpanHeap(memory, pages, id, steps);
            JeBin[] bins = new JeBin[small.count()];
            for (int index = 0; index < bins.length; index++) {
                bins[index] = new JeBin(heap, steps, index, small.size(index));
            }
            arenas[id] = new Arena(heap, bins);
        }
    }

    /// The size that a request is rounded up to; beyond 4 MiB it cannot be had.
    public static int sizeFor(int bytes) {
        if (bytes <= 16) {
            return bytes <= 8 ? 8 : 16;
        }
        int log2 = Integer.SIZE - 1 - Integer.numberOfLeadingZeros(bytes - 1);
        int spacing = Math.max(16, 1 << Math.max(0, log2 - 2));
        return Math.ceilDiv(bytes, spacing) * spacing;
    }

    @Override
    long take(Cpu cpu, int bytes) {
        Arena arena = arenas[cpu.id()];
        if (bytes <= SMALL_LARGEST) {
            return arena.bins[small.classOf(bytes)].take(cpu);
        }
        if (bytes > LARGEST) {
            return 0;
        }
        int count = sizeFor(bytes) >> PhysicalMemory.PAGE_SHIFT;
        Span span = arena.heap.alloc(cpu, count, Span.BLOCK);
        return span == null ? 0 : span.start;
    }

    private @Nullable Arena arenaOf(long address) {
        int run = pages.runOf(address);
        return run == PageRuns.NONE ? null : arenas[pages.tag(run)];
    }

    @Override
    protected long checkInUse(long address) {
        Arena arena = arenaOf(address);
        Span span = arena == null ? null : arena.heap.of(address);
        if (arena == null || span == null) {
            throw refused(address, "in no slab or block in use");
        }
        if (span.owner != Span.BLOCK) {
            return arena.bins[span.owner].check(span, address);
        }
        if (span.start != address) {
            throw refused(address, "inside a block of whole pages");
        }
        return span.bytes();
    }

    @Override
    void give(Cpu cpu, long address) {
        Arena arena = arenaOf(address);
        Span span = arena == null ? null : arena.heap.of(address);
        if (arena == null || span == null) {
            throw new AssertionError("checked before");
        }
        if (span.owner == Span.BLOCK) {
            arena.heap.free(cpu, span);
        } else {
            arena.bins[span.owner].give(cpu, span, address);
        }
    }

    @Override
    protected long metadataBytes() {
        long bytes = small.metadataBytes();
        for (Arena arena : arenas) {
            bytes += arena.heap.metadataBytes();
            for (JeBin bin : arena.bins) {
                bytes += bin.metadataBytes();
            }
        }
        return bytes;
    }

    @Override
    protected long walk() {
        long inUse = 0;
        for (Arena arena : arenas) {
            inUse += walk(arena);
        }
        return inUse;
    }

    private static long walk(Arena arena) {
        arena.heap.validate();
        long[] found = new long[2];
        arena.heap.forEachInUse(span -> {
            if (span.owner == Span.BLOCK) {
                found[0]++;
            } else {
                found[1] += arena.bins[span.owner].walk(span);
            }
        });
        long counted = 0;
        for (JeBin bin : arena.bins) {
            counted += bin.inUse();
        }
        Validate.validState(found[1] == counted, "%d regions in slabs, counted %d", found[1],
                counted);
        return found[0] + found[1];
    }
}
