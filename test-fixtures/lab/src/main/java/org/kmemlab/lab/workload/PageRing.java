package org.kmemlab.lab.workload;

import static org.kmemlab.api.KernelFlags.GFP_KERNEL;
import static org.kmemlab.api.KernelFlags.__GFP_ZERO;

import java.util.SplittableRandom;

import org.kmemlab.api.Kernel;

/// A ring of pages, linked through descriptors, that can be made larger while it is in use.
final class PageRing extends Structure {

    static final Workload WORKLOAD = new Program("page-ring",
            "ring buffer of pages, enlarged by a list that is spliced in when it is complete",
            PageRing::run);

    private static final int NEXT = 0;
    private static final int PAGE = 8;
    private static final int LINK_BYTES = 32;

    private long head;

    private PageRing(Kernel kernel) {
        super(kernel);
    }

    private static void run(Kernel kernel, SplittableRandom random, Calls calls) {
        try (PageRing ring = new PageRing(kernel)) {
            boolean good = true;
            for (int i = 0; good && i < 4; i++) {
                int pages = 1 + random.nextInt(5);
                good = calls.make(() -> ring.enlarge(pages));
            }
        }
    }

    private boolean enlarge(int pages) {
        long first = 0;
        long last = 0;
        for (int i = 0; i < pages; i++) {
            long link = newLink();
            if (link == 0) {
                freeList(first);
                return false;
            }
            store(link, NEXT, first);
            first = link;
            last = last == 0 ? link : last;
        }
        if (head == 0) {
            store(last, NEXT, first);
            head = first;
        } else {
            store(last, NEXT, load(head, NEXT));
            store(head, NEXT, first);
        }
        return true;
    }

    private long newLink() {
        long link = kernel.kzalloc(LINK_BYTES, GFP_KERNEL);
        if (link == 0) {
            return 0;
        }
        long page = kernel.__get_free_pages(GFP_KERNEL | __GFP_ZERO, 0);
        if (page == 0) {
            kernel.kfree(link);
            return 0;
        }
        store(link, PAGE, page);
        return link;
    }

    private void freeList(long first) {
        long link = first;
        while (link != 0) {
            long next = load(link, NEXT);
            kernel.free_page(load(link, PAGE));
            kernel.kfree(link);
            link = next;
        }
    }

    @Override
    public void close() {
        if (head != 0) {
            long first = load(head, NEXT);
            store(head, NEXT, 0);
            freeList(first);
        }
    }
}
