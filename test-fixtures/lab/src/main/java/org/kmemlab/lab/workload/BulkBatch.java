package org.kmemlab.lab.workload;

import static org.kmemlab.api.KernelFlags.GFP_KERNEL;

import java.util.Arrays;
import java.util.SplittableRandom;

import org.kmemlab.api.Kernel;
import org.kmemlab.slab.KmemCache;

/// Batches of objects, and of pages to receive into, got with one call each. Objects come all or
/// none, pages as many as there are.
final class BulkBatch extends Structure {

    static final Workload WORKLOAD = new Program("bulk-batch",
            "batches of objects and pages through the bulk functions", BulkBatch::run);

    private final KmemCache frames;
    private final long[] objects = new long[8];
    private final int[] pages = new int[8];
    private int size;

    private BulkBatch(Kernel kernel) {
        super(kernel);
        frames = cache("bulk_frame", 256, 0);
    }

    private static void run(Kernel kernel, SplittableRandom random, Calls calls) {
        try (BulkBatch batch = new BulkBatch(kernel)) {
            boolean good = true;
            for (int i = 0; good && i < 4; i++) {
                int count = 2 + random.nextInt(7);
                good = calls.make(() -> batch.fill(count));
                batch.empty();
            }
        }
    }

    private boolean fill(int count) {
        if (kernel.kmem_cache_alloc_bulk(frames, GFP_KERNEL, count, objects) != count) {
            return false;
        }
        int[] wanted = new int[count];
        Arrays.fill(wanted, Kernel.NO_PAGE);
        int got = kernel.alloc_pages_bulk_array(GFP_KERNEL, wanted);
        // The bulk function may stop early without meaning that memory is short.
        while (got < count) {
            int page = kernel.alloc_page(GFP_KERNEL);
            if (page == Kernel.NO_PAGE) {
                freePages(wanted, got);
                kernel.kmem_cache_free_bulk(frames, count, objects);
                return false;
            }
            wanted[got++] = page;
        }
        System.arraycopy(wanted, 0, pages, 0, count);
        size = count;
        return true;
    }

    private void freePages(int[] from, int count) {
        for (int i = 0; i < count; i++) {
            kernel.__free_page(from[i]);
        }
    }

    private void empty() {
        if (size > 0) {
            freePages(pages, size);
            kernel.kmem_cache_free_bulk(frames, size, objects);
            size = 0;
        }
    }

    @Override
    public void close() {
        empty();
        kernel.kmem_cache_destroy(frames);
    }
}
