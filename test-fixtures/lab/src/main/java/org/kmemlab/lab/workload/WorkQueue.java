package org.kmemlab.lab.workload;

import static org.kmemlab.api.KernelFlags.GFP_ATOMIC;
import static org.kmemlab.api.KernelFlags.GFP_KERNEL;

import java.util.SplittableRandom;

import org.kmemlab.api.Kernel;
import org.kmemlab.slab.KmemCache;

/// Work that interrupts queue for later. If there is no memory for an item, the one that was set aside
/// takes the work; only if that is busy, too, the work is refused.
final class WorkQueue extends Structure {

    static final Workload WORKLOAD = new Program("work-queue",
            "work items queued by interrupts, with one item set aside for hard times",
            WorkQueue::run);

    private static final int NEXT = 0;
    private static final int ARGUMENT = 8;
    private static final int ITEM_BYTES = 40;

    private final KmemCache items;
    private long aside;
    private boolean asideIsBusy;
    private long head;

    private WorkQueue(Kernel kernel) {
        super(kernel);
        items = cache("work_item", ITEM_BYTES, 0);
    }

    private static void run(Kernel kernel, SplittableRandom random, Calls calls) {
        try (WorkQueue queue = new WorkQueue(kernel)) {
            boolean good = calls.make(queue::open);
            for (int i = 0; good && i < 10; i++) {
                int bytes = 8 + random.nextInt(64);
                good = calls.make(() -> queue.add(bytes));
                if (i % 4 == 3) {
                    queue.runAll();
                }
            }
        }
    }

    private boolean open() {
        aside = kernel.kmem_cache_alloc(items, GFP_KERNEL);
        return aside != 0;
    }

    private boolean add(int bytes) {
        long argument = kernel.kzalloc(bytes, GFP_ATOMIC);
        if (argument == 0) {
            return false;
        }
        long item = newItem();
        if (item == 0) {
            kernel.kfree(argument);
            return false;
        }
        store(item, ARGUMENT, argument);
        store(item, NEXT, head);
        head = item;
        return true;
    }

    private long newItem() {
        long item = kernel.kmem_cache_alloc(items, GFP_ATOMIC);
        if (item == 0 && !asideIsBusy) {
            asideIsBusy = true;
            return aside;
        }
        return item;
    }

    private void runAll() {
        while (head != 0) {
            long item = head;
            head = load(item, NEXT);
            kernel.kfree(load(item, ARGUMENT));
            if (item == aside) {
                asideIsBusy = false;
            } else {
                kernel.kmem_cache_free(items, item);
            }
        }
    }

    @Override
    public void close() {
        runAll();
        if (aside != 0) {
            kernel.kmem_cache_free(items, aside);
        }
        kernel.kmem_cache_destroy(items);
    }
}
