package org.kmemlab.lab.workload;

import static org.kmemlab.api.KernelFlags.GFP_KERNEL;
import static org.kmemlab.api.KernelFlags.__GFP_COMP;

import java.util.SplittableRandom;

import org.kmemlab.api.Kernel;

/// Frame buffers of exactly as many pages as they need, and blocks cut into single pages.
final class ExactBuffers extends Structure {

    static final Workload WORKLOAD = new Program("exact-pages",
            "buffers of an exact number of pages, and a block split into single pages",
            ExactBuffers::run);

    private static final int PAGE_BYTES = 4096;
    private static final int SPLIT_ORDER = 2;

    private long buffer;
    private long bytes;
    private int firstPage = Kernel.NO_PAGE;

    private ExactBuffers(Kernel kernel) {
        super(kernel);
    }

    private static void run(Kernel kernel, SplittableRandom random, Calls calls) {
        boolean good = true;
        for (int i = 0; good && i < 5; i++) {
            try (ExactBuffers buffers = new ExactBuffers(kernel)) {
                long size = 1L + random.nextInt(7 * PAGE_BYTES);
                good = calls.make(() -> buffers.open(size));
            }
        }
    }

    private boolean open(long size) {
        buffer = kernel.alloc_pages_exact(size, GFP_KERNEL);
        if (buffer == 0) {
            return false;
        }
        bytes = size;
        firstPage = kernel.alloc_pages(GFP_KERNEL & ~__GFP_COMP, SPLIT_ORDER);
        if (firstPage == Kernel.NO_PAGE) {
            close();
            return false;
        }
        kernel.split_page(firstPage, SPLIT_ORDER);
        return true;
    }

    @Override
    public void close() {
        kernel.free_pages_exact(buffer, bytes);
        buffer = 0;
        for (int i = 0; firstPage != Kernel.NO_PAGE && i < 1 << SPLIT_ORDER; i++) {
            kernel.__free_page(firstPage + i);
        }
        firstPage = Kernel.NO_PAGE;
    }
}
