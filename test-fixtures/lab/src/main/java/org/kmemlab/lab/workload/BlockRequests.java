package org.kmemlab.lab.workload;

import static org.kmemlab.api.KernelFlags.GFP_KERNEL;
import static org.kmemlab.api.KernelFlags.GFP_NOIO;
import static org.kmemlab.api.KernelFlags.GFP_NOWAIT;
import static org.kmemlab.api.KernelFlags.SLAB_HWCACHE_ALIGN;

import java.util.SplittableRandom;

import org.kmemlab.api.Kernel;
import org.kmemlab.mempool.Mempool;
import org.kmemlab.slab.KmemCache;

/// Requests to a disk that are split and chained; those from the pool cannot fail.
final class BlockRequests extends Structure {

    static final Workload WORKLOAD = new Program("block-requests",
            "requests to a disk from a pool that must not fail, cloned in chains while memory lasts",
            BlockRequests::run);

    private static final int NEXT = 0;
    private static final int VECTORS = 8;
    private static final int REQUEST_BYTES = 136;
    private static final int VECTOR_BYTES = 16;
    private static final int RESERVE = 2;

    private final KmemCache requests;
    private final Mempool pool;

    private BlockRequests(Kernel kernel) {
        super(kernel);
        requests = cache("block_request", REQUEST_BYTES, SLAB_HWCACHE_ALIGN);
        pool = Mempool.zeroed(kernel.machine());
    }

    private static void run(Kernel kernel, SplittableRandom random, Calls calls) {
        try (BlockRequests disk = new BlockRequests(kernel)) {
            boolean good = calls.make(disk::open);
            for (int i = 0; good && i < 6; i++) {
                int pieces = 1 + random.nextInt(4);
                good = calls.make(() -> disk.submit(pieces));
            }
        }
    }

    private boolean open() {
        return kernel.mempool_init(pool, RESERVE,
                (gfp, cache) -> kernel.kmem_cache_alloc(cache, gfp),
                (element, cache) -> kernel.kmem_cache_free(cache, element), requests) == 0;
    }

    /// Writes some pieces: the first request may wait for memory, its clones may not. Where one is
    /// missing, those before it are written at once, and its piece with the first request.
    private boolean submit(int pieces) {
        long vectors = kernel.kmalloc_array(pieces, VECTOR_BYTES, GFP_KERNEL);
        if (vectors == 0) {
            return false;
        }
        long first = kernel.mempool_alloc(pool, GFP_NOIO);
        store(first, NEXT, 0);
        store(first, VECTORS, vectors);
        for (int i = 1; i < pieces; i++) {
            long clone = kernel.mempool_alloc(pool, GFP_NOWAIT);
            if (clone == 0) {
                complete(first);
                continue;
            }
            store(clone, VECTORS, vectors + (long) i * VECTOR_BYTES);
            store(clone, NEXT, load(first, NEXT));
            store(first, NEXT, clone);
        }
        complete(first);
        kernel.mempool_free(first, pool);
        kernel.kfree(vectors);
        return true;
    }

    /// Writes the clones of a request.
    private void complete(long first) {
        long clone = load(first, NEXT);
        while (clone != 0) {
            long next = load(clone, NEXT);
            kernel.mempool_free(clone, pool);
            clone = next;
        }
        store(first, NEXT, 0);
    }

    @Override
    public void close() {
        kernel.mempool_exit(pool);
        kernel.kmem_cache_destroy(requests);
    }
}
