package org.kmemlab.lab.workload;

import static org.kmemlab.api.KernelFlags.GFP_KERNEL;
import static org.kmemlab.api.KernelFlags.SLAB_RECLAIM_ACCOUNT;

import java.util.SplittableRandom;

import org.kmemlab.api.Kernel;
import org.kmemlab.buddy.Shrinker;
import org.kmemlab.machine.Cpu;
import org.kmemlab.slab.KmemCache;

/// Results that are kept while there is memory, the oldest of them given up first.
final class ShrinkableCache extends Structure implements Shrinker {

    static final Workload WORKLOAD = new Program("lru-shrinker",
            "least recently used cache of pages with a shrinker", ShrinkableCache::run);

    private static final int OLDER = 0;
    private static final int NEWER = 8;
    private static final int PAGE = 16;
    private static final int ENTRY_BYTES = 72;
    private static final int KEPT_MAX = 6;

    private final KmemCache entries;
    private long newest;
    private long oldest;
    private int kept;

    private ShrinkableCache(Kernel kernel) {
        super(kernel);
        entries = cache("lru_entry", ENTRY_BYTES, SLAB_RECLAIM_ACCOUNT);
        kernel.pages().registerShrinker(this);
    }

    private static void run(Kernel kernel, SplittableRandom random, Calls calls) {
        try (ShrinkableCache cache = new ShrinkableCache(kernel)) {
            boolean good = true;
            for (int i = 0; good && i < 9; i++) {
                long value = random.nextLong();
                good = calls.make(() -> cache.add(value));
                if (i == 4) {
                    cache.scanObjects(kernel.machine().cpu(0), 3);
                }
            }
        }
    }

    private boolean add(long value) {
        long entry = kernel.kmem_cache_zalloc(entries, GFP_KERNEL);
        if (entry == 0) {
            return false;
        }
        long page = kernel.get_zeroed_page(GFP_KERNEL);
        if (page == 0) {
            kernel.kmem_cache_free(entries, entry);
            return false;
        }
        store(page, 0, value);
        store(entry, PAGE, page);
        store(entry, OLDER, newest);
        if (newest == 0) {
            oldest = entry;
        } else {
            store(newest, NEWER, entry);
        }
        newest = entry;
        kept++;
        if (kept > KEPT_MAX) {
            dropOldest();
        }
        return true;
    }

    private void dropOldest() {
        long entry = oldest;
        oldest = load(entry, NEWER);
        if (oldest == 0) {
            newest = 0;
        } else {
            store(oldest, OLDER, 0);
        }
        kept--;
        kernel.free_page(load(entry, PAGE));
        kernel.kmem_cache_free(entries, entry);
    }

    @Override
    public long countObjects() {
        return kept;
    }

    @Override
    public long scanObjects(Cpu cpu, long nrToScan) {
        long freed = Math.min(nrToScan, kept);
        for (long i = 0; i < freed; i++) {
            dropOldest();
        }
        return freed;
    }

    @Override
    public void close() {
        scanObjects(kernel.machine().cpu(0), kept);
        kernel.kmem_cache_destroy(entries);
    }
}
