package org.kmemlab.lab.workload;

import static org.kmemlab.api.KernelFlags.GFP_KERNEL;
import static org.kmemlab.api.KernelFlags.SLAB_HWCACHE_ALIGN;

import java.util.SplittableRandom;

import org.kmemlab.api.Kernel;
import org.kmemlab.slab.KmemCache;

/// An array of pointers to objects.
final class ObjectTable extends Structure {

    static final Workload WORKLOAD = new Program("object-table",
            "array of pointers to objects, doubled when it is full", ObjectTable::run);

    private static final int CAPACITY = 4;

    private final KmemCache entries;
    private long slots;
    private int capacity;
    private int size;

    private ObjectTable(Kernel kernel) {
        super(kernel);
        entries = cache("table_entry", 88, SLAB_HWCACHE_ALIGN);
    }

    private static void run(Kernel kernel, SplittableRandom random, Calls calls) {
        try (ObjectTable table = new ObjectTable(kernel)) {
            boolean good = calls.make(table::open);
            for (int i = 0; good && i < 12; i++) {
                long value = random.nextLong();
                good = calls.make(() -> table.add(value));
            }
        }
    }

    private boolean open() {
        slots = kernel.kmalloc_array(CAPACITY, Long.BYTES, GFP_KERNEL);
        capacity = CAPACITY;
        return slots != 0;
    }

    private boolean add(long value) {
        long entry = kernel.kmem_cache_zalloc(entries, GFP_KERNEL);
        if (entry == 0) {
            return false;
        }
        if (size == capacity && !grow()) {
            kernel.kmem_cache_free(entries, entry);
            return false;
        }
        store(entry, 0, value);
        set(slots, size++, entry);
        return true;
    }

    private boolean grow() {
        long larger = kernel.kcalloc(2L * capacity, Long.BYTES, GFP_KERNEL);
        if (larger == 0) {
            return false;
        }
        memory.copy(slots, larger, (long) size * Long.BYTES);
        kernel.kfree(slots);
        slots = larger;
        capacity *= 2;
        return true;
    }

    @Override
    public void close() {
        for (int i = 0; i < size; i++) {
            kernel.kmem_cache_free(entries, at(slots, i));
        }
        kernel.kfree(slots);
        kernel.kmem_cache_destroy(entries);
    }
}
