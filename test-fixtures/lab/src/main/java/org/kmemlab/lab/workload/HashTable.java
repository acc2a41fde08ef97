package org.kmemlab.lab.workload;

import static org.kmemlab.api.KernelFlags.GFP_KERNEL;

import java.util.SplittableRandom;

import org.kmemlab.api.Kernel;
import org.kmemlab.slab.KmemCache;

/// A table of chains that is rehashed into a larger one when it is full. Not being able to grow is no
/// failure: the chains become longer.
final class HashTable extends Structure {

    static final Workload WORKLOAD = new Program("hash-rehash",
            "hash table of chains, rehashed when it is full, or later if there is no memory",
            HashTable::run);

    private static final int NEXT = 0;
    private static final int KEY = 8;
    private static final int ENTRY_BYTES = 56;
    private static final int BUCKETS = 4;

    private final KmemCache entries;
    private long buckets;
    private int count;
    private int size;

    private HashTable(Kernel kernel) {
        super(kernel);
        entries = cache("hash_entry", ENTRY_BYTES, 0);
    }

    private static void run(Kernel kernel, SplittableRandom random, Calls calls) {
        try (HashTable table = new HashTable(kernel)) {
            boolean good = calls.make(table::open);
            for (int i = 0; good && i < 14; i++) {
                long key = random.nextLong();
                good = calls.make(() -> table.put(key));
            }
        }
    }

    private boolean open() {
        buckets = kernel.kcalloc(BUCKETS, Long.BYTES, GFP_KERNEL);
        count = BUCKETS;
        return buckets != 0;
    }

    private boolean put(long key) {
        long entry = kernel.kmem_cache_alloc(entries, GFP_KERNEL);
        if (entry == 0) {
            return false;
        }
        if (size >= count) {
            rehash();
        }
        store(entry, KEY, key);
        link(buckets, count, entry);
        size++;
        return true;
    }

    private void link(long table, int tableSize, long entry) {
        int bucket = (int) Long.remainderUnsigned(load(entry, KEY), tableSize);
        store(entry, NEXT, at(table, bucket));
        set(table, bucket, entry);
    }

    private void rehash() {
        long larger = kernel.kcalloc(2L * count, Long.BYTES, GFP_KERNEL);
        if (larger == 0) {
            return;
        }
        for (int bucket = 0; bucket < count; bucket++) {
            long entry = at(buckets, bucket);
            while (entry != 0) {
                long next = load(entry, NEXT);
                link(larger, 2 * count, entry);
                entry = next;
            }
        }
        kernel.kfree(buckets);
        buckets = larger;
        count *= 2;
    }

    @Override
    public void close() {
        for (int bucket = 0; buckets != 0 && bucket < count; bucket++) {
            long entry = at(buckets, bucket);
            while (entry != 0) {
                long next = load(entry, NEXT);
                kernel.kmem_cache_free(entries, entry);
                entry = next;
            }
        }
        kernel.kfree(buckets);
        kernel.kmem_cache_destroy(entries);
    }
}
