package org.kmemlab.lab.replay;

import org.kmemlab.machine.PhysicalMemory;

/// Where the recorded kernel sees its memory: the address of page frame 0.
///
/// The address is random at each boot (unless `nokaslr`) but always a multiple of 1 GiB, so a
/// pointer and a page frame can be compared modulo 1 GiB before it is known. The first pair that
/// fits tells it.
final class DirectMap {

    private static final long BELOW_GIB = (1L << 30) - 1;

    private long base;
    private boolean known;

    /// Whether an address lies in a block of frames. While the base is not known, the answer is a
    /// guess that is right but for one address in thousands.
    boolean holds(long pfn, int order, long pointer) {
        long offset = pointer - (pfn << PhysicalMemory.PAGE_SHIFT);
        long inBlock = known ? offset - base : offset & BELOW_GIB;
        return inBlock >= 0 && inBlock < (long) PhysicalMemory.PAGE_SIZE << order;
    }

    /// Learns from an address that lies in a block.
    void learn(long pfn, long pointer) {
        if (!known) {
            base = (pointer - (pfn << PhysicalMemory.PAGE_SHIFT)) & ~BELOW_GIB;
            known = true;
        }
    }

    boolean isKnown() {
        return known;
    }

    /// The frame of an address; only if the base is known.
    long pfnOf(long pointer) {
        return (pointer - base) >>> PhysicalMemory.PAGE_SHIFT;
    }

    /// The address of a frame; only if the base is known.
    long addressOf(long pfn) {
        return base + (pfn << PhysicalMemory.PAGE_SHIFT);
    }
}
