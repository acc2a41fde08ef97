package org.kmemlab.lab.workload;

import static org.kmemlab.api.KernelFlags.GFP_ATOMIC;
import static org.kmemlab.api.KernelFlags.GFP_KERNEL;

import java.util.SplittableRandom;

import org.kmemlab.api.Kernel;
import org.kmemlab.mempool.Mempool;
import org.kmemlab.slab.KmemCache;

/// A list of nodes with a buffer, an element of a pool, and a page each. One thing on its error path
/// is wrong: it shows whether a campaign finds such things.
final class CanaryList extends Structure {

    /// What is wrong.
    enum Defect {
        /// An object that is not freed.
        LEAKED_OBJECT("canary-leaked-object", "forgets the buffer where there is no page"),
        /// An element that is not given back.
        KEPT_ELEMENT("canary-kept-element",
                "keeps the element of the pool where there is no page"),
        /// A list that holds a node that was freed.
        HALF_LINKED("canary-half-linked", "links the node before it has a buffer"),
        /// An object that is freed twice.
        DOUBLE_FREE("canary-double-free", "frees the buffer twice where there is no page"),
        /// Pages that are not freed.
        LEAKED_PAGES("canary-leaked-pages", "forgets a block of pages where there is no page"),
        /// An object that is not freed if two allocations fail.
        LEAKED_BY_TWO("canary-leaked-by-two",
                "forgets the buffer where there is no page and no block instead");

        private final String label;
        private final String description;

        Defect(String label, String description) {
            this.label = label;
            this.description = description;
        }
    }

    private static final int NEXT = 0;
    private static final int BUFFER = 8;
    private static final int PAGE = 16;
    private static final int ELEMENT = 24;
    private static final int NODE_BYTES = 40;
    private static final int RESERVE = 2;

    private final Defect defect;
    private final KmemCache nodes;
    private final Mempool pool;
    private long head;

    private CanaryList(Kernel kernel, Defect defect) {
        super(kernel);
        this.defect = defect;
        nodes = cache("canary_node", NODE_BYTES, 0);
        pool = Mempool.zeroed(kernel.machine());
    }

    /// The workload with one of the defects.
    static Workload with(Defect defect) {
        return new Program(defect.label, defect.description,
                (kernel, random, calls) -> run(kernel, random, calls, defect));
    }

    private static void run(Kernel kernel, SplittableRandom random, Calls calls,
            Defect defect) {
        try (CanaryList list = new CanaryList(kernel, defect)) {
            boolean good = calls.make(list::open);
            for (int i = 0; good && i < 3; i++) {
                int bytes = 200 + random.nextInt(300);
                good = calls.make(() -> list.add(bytes));
            }
        }
    }

    private boolean open() {
        head = kernel.kzalloc(NODE_BYTES, GFP_KERNEL);
        boolean good = head != 0 && kernel.mempool_init(pool, RESERVE,
                (gfp, size) -> kernel.kmalloc(size, gfp),
                (element, size) -> kernel.kfree(element), 1000) == 0;
        if (!good) {
            kernel.kfree(head);
            head = 0;
        }
        return good;
    }

    private boolean add(int bytes) {
        long node = kernel.kmem_cache_zalloc(nodes, GFP_KERNEL);
        if (node == 0) {
            return false;
        }
        long next = load(head, NEXT);
        if (defect == Defect.HALF_LINKED) {
            store(head, NEXT, node);
        }
        store(node, BUFFER, kernel.kmalloc(bytes, GFP_KERNEL));
        if (load(node, BUFFER) == 0) {
            return undo(node);
        }
        store(node, ELEMENT, kernel.mempool_alloc(pool, GFP_KERNEL));
        store(node, PAGE, kernel.__get_free_pages(GFP_KERNEL, 0));
        if (load(node, PAGE) == 0) {
            return undoWithoutPage(node);
        }
        store(node, NEXT, next);
        store(head, NEXT, node);
        return true;
    }

    private boolean undoWithoutPage(long node) {
        switch (defect) {
            case LEAKED_OBJECT -> store(node, BUFFER, 0);
            case KEPT_ELEMENT -> store(node, ELEMENT, 0);
            case DOUBLE_FREE -> kernel.kfree(load(node, BUFFER));
            case LEAKED_PAGES -> store(node, PAGE,
                    0 & kernel.__get_free_pages(GFP_ATOMIC, 1));
            case LEAKED_BY_TWO -> {
                long instead = kernel.kmalloc(16, GFP_ATOMIC);
                store(node, BUFFER, instead == 0 ? 0 : load(node, BUFFER));
                kernel.kfree(instead);
            }
            case HALF_LINKED -> {
            }
        }
        return undo(node);
    }

    private boolean undo(long node) {
        release(node);
        return false;
    }

    private void release(long node) {
        kernel.mempool_free(load(node, ELEMENT), pool);
        kernel.free_page(load(node, PAGE));
        kernel.kfree(load(node, BUFFER));
        kernel.kmem_cache_free(nodes, node);
    }

    @Override
    public void close() {
        long node = head == 0 ? 0 : load(head, NEXT);
        while (node != 0) {
            long next = load(node, NEXT);
            release(node);
            node = next;
        }
        kernel.kfree(head);
        kernel.mempool_exit(pool);
        kernel.kmem_cache_destroy(nodes);
    }
}
