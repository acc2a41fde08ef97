package org.kmemlab.slab;

import static org.kmemlab.machine.KernelProfile.MAX_PAGE_ORDER;
import static org.kmemlab.machine.PhysicalMemory.PAGE_SIZE;

/// How a kernel chooses the pages of a slab.
///
/// A slab should hold many objects, waste little and stay small. Where not all is possible, every
/// kernel first accepts more waste: a sixteenth, an eighth, a quarter of the slab.
public enum OrderFormula {
    /// Linux 6.1: then fewer objects are accepted, with little waste again.
    FEWER_OBJECTS {
        @Override
        int order(int size, SlabSettings settings) {
            int max = settings.maxOrder();
            for (int objects = wanted(size, settings); objects > 1; objects--) {
                int order = leastWaste(size, objects, 4, settings);
                if (order <= max) {
                    return order;
                }
            }
            int order = search(size, 1, max, 1, settings);
            return order <= max ? order : search(size, 1, MAX_PAGE_ORDER, 1, settings);
        }
    },
    /// Linux 6.8 and later: then half of the slab may be wasted, then one object is enough.
    MORE_WASTE {
        @Override
        int order(int size, SlabSettings settings) {
            int objects = Math.max(1, wanted(size, settings));
            int order = leastWaste(size, objects, 2, settings);
            return order <= settings.maxOrder() ? order : SlabOrder.orderFor(size);
        }
    };

    private static final int SMALLEST_PART = 16;

    /// The order for slots of `size` bytes; more than the largest order if none will do.
    abstract int order(int size, SlabSettings settings);

    /// Objects that a slab should hold.
    private static int wanted(int size, SlabSettings settings) {
        int objects = settings.minObjects();
        if (objects == 0) {
            // One present CPU may only mean that the others are not up yet.
            int cpus = settings.cpus() == 1 ? settings.possibleCpus() : settings.cpus();
            objects = 4 * (Integer.SIZE - Integer.numberOfLeadingZeros(cpus) + 1);
        }
        return Math.min(objects, SlabOrder.objects(settings.maxOrder(), size));
    }

    /// The order of least waste that holds `objects`; more than the settings allow if each wastes
    /// more than one part in `largestPart`.
    private static int leastWaste(int size, int objects, int largestPart, SlabSettings settings) {
        int max = settings.maxOrder();
        for (int part = SMALLEST_PART; part >= largestPart; part /= 2) {
            int order = search(size, objects, max, part, settings);
            if (order <= max) {
                return order;
            }
        }
        return max + 1;
    }

    /// The first order up to `maxOrder` that holds `objects` and wastes no more than one part in
    /// `part`; `maxOrder + 1` if there is none.
    private static int search(int size, int objects, int maxOrder, int part,
            SlabSettings settings) {
        if (SlabOrder.objects(settings.minOrder(), size) > SlabOrder.MAX_OBJECTS) {
            return SlabOrder.orderFor((long) size * SlabOrder.MAX_OBJECTS) - 1;
        }
        int order = Math.max(settings.minOrder(), SlabOrder.orderFor((long) objects * size));
        while (order <= maxOrder) {
            int slabBytes = PAGE_SIZE << order;
            if (slabBytes % size <= slabBytes / part) {
                return order;
            }
            order++;
        }
        return order;
    }
}
