package org.kmemlab.lab.workload;

import static org.kmemlab.api.KernelFlags.GFP_KERNEL;
import static org.kmemlab.api.KernelFlags.GFP_NOWAIT;

import java.util.SplittableRandom;

import org.kmemlab.api.Kernel;
import org.kmemlab.slab.KmemCache;

/// Mapped areas of an address space. Punching a hole splits one, which needs memory to get rid of
/// some.
final class IntervalMap extends Structure {

    static final Workload WORKLOAD = new Program("interval-split",
            "areas of an address space: a hole in one needs another, and a copy of its policy",
            IntervalMap::run);

    private static final int NEXT = 0;
    private static final int START = 8;
    private static final int END = 16;
    private static final int POLICY = 24;
    private static final int AREA_BYTES = 200;
    private static final int POLICY_BYTES = 272;

    private final KmemCache areas;
    private long head;

    private IntervalMap(Kernel kernel) {
        super(kernel);
        areas = cache("map_area", AREA_BYTES, 0);
    }

    private static void run(Kernel kernel, SplittableRandom random, Calls calls) {
        try (IntervalMap map = new IntervalMap(kernel)) {
            boolean good = calls.make(() -> map.map(0, 1 << 20));
            for (int i = 0; good && i < 7; i++) {
                long start = random.nextInt(1 << 20);
                good = calls.make(() -> map.unmap(start, start + 1000));
            }
        }
    }

    private boolean map(long start, long end) {
        long area = newArea(start, end, GFP_KERNEL);
        if (area == 0) {
            return false;
        }
        store(area, NEXT, head);
        head = area;
        return true;
    }

    private long newArea(long start, long end, int gfp) {
        long area = kernel.kmem_cache_zalloc(areas, gfp);
        if (area == 0) {
            return 0;
        }
        long policy = kernel.kzalloc(POLICY_BYTES, gfp);
        if (policy == 0) {
            kernel.kmem_cache_free(areas, area);
            return 0;
        }
        store(area, START, start);
        store(area, END, end);
        store(area, POLICY, policy);
        return area;
    }

    /// Takes a range out of the one area that holds it; there is none if it was taken out before.
    private boolean unmap(long start, long end) {
        for (long area = head; area != 0; area = load(area, NEXT)) {
            if (load(area, START) <= start && end <= load(area, END)) {
                return split(area, start, end);
            }
        }
        return true;
    }

    private boolean split(long area, long start, long end) {
        long upper = newArea(end, load(area, END), GFP_NOWAIT);
        if (upper == 0) {
            return false;
        }
        store(area, END, start);
        store(upper, NEXT, load(area, NEXT));
        store(area, NEXT, upper);
        return true;
    }

    @Override
    public void close() {
        while (head != 0) {
            long next = load(head, NEXT);
            kernel.kfree(load(head, POLICY));
            kernel.kmem_cache_free(areas, head);
            head = next;
        }
        kernel.kmem_cache_destroy(areas);
    }
}
