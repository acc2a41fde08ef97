package org.kmemlab.lab.workload;

import static org.kmemlab.api.KernelFlags.GFP_KERNEL;
import static org.kmemlab.api.KernelFlags.__GFP_MOVABLE;

import java.util.SplittableRandom;

import org.kmemlab.api.Kernel;
import org.kmemlab.slab.KmemCache;

/// Pages of files, read a few at a time, each with a buffer head.
final class PageStore extends Structure {

    static final Workload WORKLOAD = new Program("page-store",
            "cached pages of a file, read ahead several at a time with a buffer head each",
            PageStore::run);

    private static final int PAGES = 64;
    private static final int PAGE = 0;
    private static final int INDEX = 8;
    private static final int HEAD_BYTES = 104;

    private final KmemCache heads;
    private long mapping;

    private PageStore(Kernel kernel) {
        super(kernel);
        heads = cache("store_buffer_head", HEAD_BYTES, 0);
    }

    private static void run(Kernel kernel, SplittableRandom random, Calls calls) {
        try (PageStore store = new PageStore(kernel)) {
            boolean good = calls.make(store::open);
            for (int i = 0; good && i < 4; i++) {
                int from = random.nextInt(PAGES - 5);
                int count = 2 + random.nextInt(4);
                good = calls.make(() -> store.readAhead(from, count));
            }
        }
    }

    private boolean open() {
        mapping = kernel.kzalloc(PAGES * Long.BYTES, GFP_KERNEL);
        return mapping != 0;
    }

    private boolean readAhead(int from, int count) {
        long isNew = 0;
        for (int i = 0; i < count; i++) {
            if (at(mapping, from + i) != 0) {
                continue;
            }
            if (!read(from + i)) {
                drop(from, isNew);
                return false;
            }
            isNew |= 1L << i;
        }
        return true;
    }

    private boolean read(int index) {
        long head = kernel.kmem_cache_zalloc(heads, GFP_KERNEL);
        if (head == 0) {
            return false;
        }
        long page = kernel.__get_free_pages(GFP_KERNEL | __GFP_MOVABLE, 0);
        if (page == 0) {
            kernel.kmem_cache_free(heads, head);
            return false;
        }
        memory.fill(page, 4096, (byte) index);
        store(head, PAGE, page);
        store(head, INDEX, index);
        set(mapping, index, head);
        return true;
    }

    /// Drops the pages that were read from an index on, one for each bit.
    private void drop(int from, long isNew) {
        for (long bits = isNew; bits != 0; bits &= bits - 1) {
            drop(from + Long.numberOfTrailingZeros(bits));
        }
    }

    private void drop(int index) {
        long head = at(mapping, index);
        set(mapping, index, 0);
        kernel.free_page(load(head, PAGE));
        kernel.kmem_cache_free(heads, head);
    }

    @Override
    public void close() {
        for (int index = 0; mapping != 0 && index < PAGES; index++) {
            if (at(mapping, index) != 0) {
                drop(index);
            }
        }
        kernel.kfree(mapping);
        kernel.kmem_cache_destroy(heads);
    }
}
