package org.kmemlab.api;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.MemorySegment.Scope;
import java.util.Arrays;

import org.apache.commons.lang3.Validate;
import org.jspecify.annotations.Nullable;
import org.kmemlab.buddy.GfpFlags;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.PhysicalMemory;
import org.kmemlab.slab.Kmalloc;
import org.kmemlab.slab.SlabAllocator;
import org.kmemlab.slab.SlabBugException;

/// An [Arena] whose segments come from `kmalloc`: closing it frees all of them.
///
/// Belongs to the thread that made it. Every segment is zeroed, has exactly the length asked for,
/// and is checked against it at each access. What happens to a segment after the arena is closed is
/// chosen with [Mode].
///
/// Differs from the arenas of the JDK: alignments beyond 8 bytes take a power of two that is no
/// less, because only these sizes are aligned to themselves.
public final class KmallocArena implements Arena {

    /// What is known about a segment whose arena was closed.
    public enum Mode {
        /// Nothing: the segment reads and writes whatever lies there now, until the machine closes.
        /// Costs no object besides the segment.
        FAST,
        /// Each access throws an [IllegalStateException]. Ties segments to the arena with a
        /// restricted method: start Java with `--enable-native-access`.
        CHECKED
    }

    /// What `kmalloc` aligns every address to.
    private static final long ALIGNMENT_LEAST = 8;

    private final SlabAllocator slab;
    private final @Nullable Cpu cpu;
    private final Mode mode;
    private final Thread owner = Thread.currentThread();
    private final Arena lifetime = Arena.ofConfined();
    private long[] addresses = new long[16];
    private int count;

    private KmallocArena(SlabAllocator slab, @Nullable Cpu cpu, Mode mode) {
        this.slab = slab;
        this.cpu = cpu;
        this.mode = mode;
    }

    /// An arena of a live machine, on whatever CPU the thread runs.
    ///
    /// @throws IllegalArgumentException if the machine is stepped
    public static KmallocArena live(SlabAllocator slab, Mode mode) {
        Validate.isTrue(slab.machine().config().isLive(),
                "a stepped machine needs to be told the CPU");
        return new KmallocArena(slab, null, mode);
    }

    /// An arena that allocates and frees on one CPU.
    public static KmallocArena on(Cpu cpu, SlabAllocator slab, Mode mode) {
        return new KmallocArena(slab, cpu, mode);
    }

    /// A zeroed segment.
    ///
    /// @param byteSize 0 to [Kmalloc#MAX_SIZE]
    /// @param byteAlignment a power of two, at most [Kmalloc#MAX_SIZE]
    /// @throws IllegalArgumentException if one is out of range
    /// @throws OutOfMemoryError if the machine has no memory; nothing is changed then
    /// @throws IllegalStateException if the arena is closed
    /// @throws WrongThreadException if called by another thread than the arena's
    @Override
    @SuppressWarnings("restricted") // Mode.CHECKED says so
    public MemorySegment allocate(long byteSize, long byteAlignment) {
        checkUse();
        long address = kzalloc(request(byteSize, byteAlignment));
        if (address == 0) {
            throw new OutOfMemoryError("kmalloc: no memory for " + byteSize + " bytes aligned to "
                    + byteAlignment);
        }
        if (count == addresses.length) {
            addresses = Arrays.copyOf(addresses, 2 * count);
        }
        addresses[count] = address;
        count++;
        MemorySegment segment = memory().slice(address, byteSize);
        return mode == Mode.FAST ? segment : segment.reinterpret(lifetime, null);
    }

    private static long request(long byteSize, long byteAlignment) {
        Validate.isTrue(Long.bitCount(byteAlignment) == 1 && byteAlignment > 0,
                "alignment %d: expected a power of two", byteAlignment);
        Validate.isTrue(byteSize >= 0 && byteSize <= Kmalloc.MAX_SIZE,
                "size %d: expected 0 to %d bytes", (Object) byteSize, Kmalloc.MAX_SIZE);
        Validate.isTrue(byteAlignment <= Kmalloc.MAX_SIZE, "alignment %d: expected at most %d",
                (Object) byteAlignment, Kmalloc.MAX_SIZE);
        long size = Math.max(1, byteSize);
        if (byteAlignment <= ALIGNMENT_LEAST) {
            return size;
        }
        long least = Math.max(size, byteAlignment);
        return Long.highestOneBit(2 * least - 1);
    }

    private long kzalloc(long size) {
        GfpFlags gfp = GfpFlags.GFP_KERNEL.with(GfpFlags.ZERO);
        return cpu == null ? slab.kmalloc().kmalloc(size, gfp)
                : slab.kmalloc().kmalloc(cpu, size, gfp);
    }

    private PhysicalMemory memory() {
        return slab.machine().memory();
    }

    private void checkUse() {
        if (Thread.currentThread().threadId() != owner.threadId()) {
            throw new WrongThreadException("the arena belongs to " + owner);
        }
        if (!lifetime.scope().isAlive()) {
            throw new IllegalStateException("the arena is closed");
        }
    }

    /// The lifetime of the arena; that of its segments only in [Mode#CHECKED].
    @Override
    public Scope scope() {
        return lifetime.scope();
    }

    /// Frees all segments, the newest first.
    ///
    /// @throws SlabBugException if somebody else freed one before; all others are freed
    /// @throws IllegalStateException if the arena is closed
    /// @throws WrongThreadException if called by another thread than the arena's
    @Override
    public void close() {
        checkUse();
        lifetime.close();
        RuntimeException first = null;
        while (count > 0) {
            count--;
            try {
                kfree(addresses[count]);
            } catch (RuntimeException bad) {
                if (first == null) {
                    first = bad;
                } else {
                    first.addSuppressed(bad);
                }
            }
        }
        if (first != null) {
            throw first;
        }
    }

    private void kfree(long address) {
        if (cpu == null) {
            slab.kmalloc().kfree(address);
        } else {
            slab.kmalloc().kfree(cpu, address);
        }
    }
}
