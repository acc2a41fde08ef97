package org.kmemlab.slab;

import static org.kmemlab.machine.KernelProfile.MAX_PAGE_ORDER;
import static org.kmemlab.machine.PhysicalMemory.PAGE_SHIFT;
import static org.kmemlab.machine.PhysicalMemory.PAGE_SIZE;

/// How many pages a slab has: the order formula of Linux 6.1.
///
/// A slab should hold many objects, waste little and stay small; where not all is possible, first
/// more waste is accepted (a sixteenth, an eighth, a quarter of the slab), then fewer objects.
final class SlabOrder {

    /// No order will do.
    static final int NONE = -1;
    /// The object counter of a slab has 15 bits.
    static final int MAX_OBJECTS = 32_767;

    private static final int[] WASTE_FRACTIONS = {16, 8, 4};

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
        int wanted = Math.min(minObjects(settings), objects(settings.maxOrder(), size));
        for (int objects = wanted; objects > 1; objects--) {
            for (int fraction : WASTE_FRACTIONS) {
                int order = search(size, objects, settings.maxOrder(), fraction, settings);
                if (order <= settings.maxOrder()) {
                    return order;
                }
            }
        }
        int order = search(size, 1, settings.maxOrder(), 1, settings);
        if (order > settings.maxOrder()) {
            order = search(size, 1, MAX_PAGE_ORDER, 1, settings);
        }
        return order <= MAX_PAGE_ORDER ? order : NONE;
    }

    private static int minObjects(SlabSettings settings) {
        if (settings.minObjects() > 0) {
            return settings.minObjects();
        }
        // One present CPU may only mean that the others are not up yet.
        int cpus = settings.cpus() == 1 ? settings.possibleCpus() : settings.cpus();
        return 4 * (Integer.SIZE - Integer.numberOfLeadingZeros(cpus) + 1);
    }

    /// The first order up to `maxOrder` that holds `objects` and wastes no more than one part in
    /// `fraction`; `maxOrder + 1` if there is none.
    private static int search(int size, int objects, int maxOrder, int fraction,
            SlabSettings settings) {
        if (objects(settings.minOrder(), size) > MAX_OBJECTS) {
            return orderFor((long) size * MAX_OBJECTS) - 1;
        }
        int order = Math.max(settings.minOrder(), orderFor((long) objects * size));
        while (order <= maxOrder) {
            int slabBytes = PAGE_SIZE << order;
            if (slabBytes % size <= slabBytes / fraction) {
                return order;
            }
            order++;
        }
        return order;
    }
}
