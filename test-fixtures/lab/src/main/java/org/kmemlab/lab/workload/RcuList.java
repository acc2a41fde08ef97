package org.kmemlab.lab.workload;

import static org.kmemlab.api.KernelFlags.GFP_KERNEL;
import static org.kmemlab.api.KernelFlags.SLAB_TYPESAFE_BY_RCU;

import java.util.SplittableRandom;

import org.kmemlab.api.Kernel;
import org.kmemlab.machine.Cpu;
import org.kmemlab.slab.KmemCache;

/// A list that readers walk without a lock: elements are replaced, never changed.
final class RcuList extends Structure {

    static final Workload WORKLOAD = new Program("rcu-list",
            "list under RCU: a type-safe cache, payloads freed after a grace period",
            RcuList::run);

    private static final int NEXT = 0;
    private static final int PAYLOAD = 8;
    private static final int ELEMENT_BYTES = 64;

    private final KmemCache elements;
    private final Cpu cpu;
    private long head;

    private RcuList(Kernel kernel) {
        super(kernel);
        elements = cache("rcu_element", ELEMENT_BYTES, SLAB_TYPESAFE_BY_RCU);
        cpu = kernel.machine().cpu(0);
    }

    private static void run(Kernel kernel, SplittableRandom random, Calls calls) {
        try (RcuList list = new RcuList(kernel)) {
            boolean good = true;
            for (int i = 0; good && i < 8; i++) {
                int bytes = 16 + random.nextInt(200);
                good = i < 5 ? calls.make(() -> list.add(bytes))
                        : calls.make(() -> list.replaceFirst(bytes));
            }
        }
    }

    private boolean add(int bytes) {
        long element = newElement(bytes);
        if (element == 0) {
            return false;
        }
        store(element, NEXT, head);
        head = element;
        return true;
    }

    private boolean replaceFirst(int bytes) {
        long element = newElement(bytes);
        if (element == 0) {
            return false;
        }
        long old = head;
        store(element, NEXT, load(old, NEXT));
        head = element;
        kernel.slab().kmalloc().kfreeRcu(cpu, load(old, PAYLOAD));
        kernel.kmem_cache_free(elements, old);
        return true;
    }

    private long newElement(int bytes) {
        long element = kernel.kmem_cache_alloc(elements, GFP_KERNEL);
        if (element == 0) {
            return 0;
        }
        long payload = kernel.kzalloc(bytes, GFP_KERNEL);
        if (payload == 0) {
            kernel.kmem_cache_free(elements, element);
            return 0;
        }
        store(element, PAYLOAD, payload);
        return element;
    }

    @Override
    public void close() {
        while (head != 0) {
            long next = load(head, NEXT);
            kernel.slab().kmalloc().kfreeRcu(cpu, load(head, PAYLOAD));
            kernel.kmem_cache_free(elements, head);
            head = next;
        }
        kernel.slab().rcu().barrier();
        kernel.kmem_cache_destroy(elements);
    }
}
