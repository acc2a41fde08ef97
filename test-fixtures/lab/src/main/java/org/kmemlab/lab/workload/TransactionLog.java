package org.kmemlab.lab.workload;

import static org.kmemlab.api.KernelFlags.GFP_KERNEL;
import static org.kmemlab.api.KernelFlags.GFP_NOFS;

import java.util.SplittableRandom;

import org.kmemlab.api.Kernel;
import org.kmemlab.mempool.Mempool;
import org.kmemlab.slab.KmemCache;

/// A log of transactions: records that may fail, and pages from a pool to write them, which may not.
final class TransactionLog extends Structure {

    static final Workload WORKLOAD = new Program("transaction-log",
            "transactions of records, written through a pool of pages that must not fail",
            TransactionLog::run);

    private static final int NEXT = 0;
    private static final int BYTES = 8;
    private static final int RECORD_BYTES = 120;

    private final KmemCache records;
    private final Mempool pages;
    private long pending;

    private TransactionLog(Kernel kernel) {
        super(kernel);
        records = cache("log_record", RECORD_BYTES, 0);
        pages = Mempool.zeroed(kernel.machine());
    }

    private static void run(Kernel kernel, SplittableRandom random, Calls calls) {
        try (TransactionLog log = new TransactionLog(kernel)) {
            boolean good = calls.make(log::open);
            for (int i = 0; good && i < 5; i++) {
                int count = 1 + random.nextInt(4);
                good = calls.make(() -> log.append(count)) && calls.make(log::commit);
            }
        }
    }

    private boolean open() {
        return kernel.mempool_init(pages, 1, (gfp, order) -> kernel.__get_free_pages(gfp, order),
                (element, order) -> kernel.free_pages(element, order), 0) == 0;
    }

    /// Adds the records of a transaction, all or none.
    private boolean append(int count) {
        long before = pending;
        for (int i = 0; i < count; i++) {
            long record = kernel.kmem_cache_zalloc(records, GFP_KERNEL);
            if (record == 0) {
                dropUntil(before);
                return false;
            }
            store(record, BYTES, 100L * i);
            store(record, NEXT, pending);
            pending = record;
        }
        return true;
    }

    private void dropUntil(long end) {
        while (pending != end) {
            long next = load(pending, NEXT);
            kernel.kmem_cache_free(records, pending);
            pending = next;
        }
    }

    private boolean commit() {
        long page = kernel.mempool_alloc(pages, GFP_NOFS);
        memory.fill(page, 4096, (byte) 0);
        kernel.mempool_free(page, pages);
        dropUntil(0);
        return true;
    }

    @Override
    public void close() {
        dropUntil(0);
        kernel.mempool_exit(pages);
        kernel.kmem_cache_destroy(records);
    }
}
