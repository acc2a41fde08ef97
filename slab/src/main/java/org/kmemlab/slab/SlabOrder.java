package org.kmemlab.slab;

import static org.kmemlab.machine.KernelProfile.MAX_PAGE_ORDER;
import static org.kmemlab.machine.PhysicalMemory.PAGE_SHIFT;
import static org.kmemlab.machine.PhysicalMemory.PAGE_SIZE;

/// How many pages a slab has, and how many objects fit.
final class SlabOrder {

    /// No order will do.
    static final int NONE = -1;
    /// The object counter of a slab has 15 bits.
    static final int MAX_OBJECTS = 32_767;

    private SlabOrder() {
    }

    /// Objects of `size` bytes in a slab of `2^order` pages.
    static int objects(int order, int size) {
        return (PAGE_SIZE << order) / size;
    }

    /// The smallest order whose block holds `bytes` (1 or more).
    static int orderFor(long bytes) {
        long pages = (bytes + PAGE_SIZE - 1) >>> PAGE_SHIFT;
        return Long.SIZE - Long.numberOfLeadingZeros(pages - 1);
    }

    /// The preferred order of slabs with slots of `size` bytes, or [#NONE].
    static int of(int size, SlabSettings settings) {
        int order = settings.rules().orderFormula().order(size, settings);
        return order <= MAX_PAGE_ORDER ? order : NONE;
    }
}
