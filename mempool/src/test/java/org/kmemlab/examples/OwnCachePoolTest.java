package org.kmemlab.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.kmemlab.api.KernelFlags.GFP_ATOMIC;
import static org.kmemlab.api.KernelFlags.GFP_KERNEL;
import static org.kmemlab.api.KernelFlags.SLAB_HWCACHE_ALIGN;

import java.util.Objects;

import org.junit.jupiter.api.Test;
import org.kmemlab.api.Kernel;
import org.kmemlab.machine.MachineConfig;
import org.kmemlab.mempool.Mempool;
import org.kmemlab.slab.KmemCache;

/// Example: a driver that must be able to send a request even when memory has run out.
///
/// It has a cache of its own for its requests, and on top of it a pool that keeps four of them in
/// reserve. Interrupt handlers use `GFP_ATOMIC`: they cannot wait, so they live on the reserve when
/// the cache has nothing to give.
class OwnCachePoolTest {

    private static final int REQUEST_BYTES = 192;
    private static final int RESERVE = 4;

    /// The reserve would not carry the driver through a shortage, or something would leak.
    @Test
    void driver_cacheFails_livesOnTheReserveUntilItIsEmpty() {
        try (Kernel k = Kernel.boot(MachineConfig.ofMebibytes(16))) {
            KmemCache cache = Objects.requireNonNull(
                    k.kmem_cache_create("my_request", REQUEST_BYTES, 0, SLAB_HWCACHE_ALIGN, null));
            Mempool pool = Objects.requireNonNull(k.mempool_create_slab_pool(RESERVE, cache));

            // All is well: requests come from the cache, the reserve is not touched.
            long usual = k.mempool_alloc(pool, GFP_KERNEL);
            assertThat(pool.snapshot().currNr()).isEqualTo(RESERVE);

            // From now on every allocation of an object by a caller who cannot wait fails: at every
            // call, with 100 %, at any size, without an end.
            k.slab().failslab().attr().setup("1,100,0,-1");
            k.slab().failslab().attr().setVerbose(0);

            long[] urgent = new long[RESERVE];
            for (int i = 0; i < RESERVE; i++) {
                urgent[i] = k.mempool_alloc(pool, GFP_ATOMIC);
                assertThat(urgent[i]).isNotZero();
            }
            assertThat(k.mempool_alloc(pool, GFP_ATOMIC)).as("a fifth").isZero();

            // Whatever comes back first fills the reserve again, wherever it came from.
            k.mempool_free(usual, pool);
            assertThat(pool.snapshot().elements()).containsExactly(usual);
            for (long request : urgent) {
                k.mempool_free(request, pool);
            }

            k.mempool_destroy(pool);
            k.kmem_cache_destroy(cache);
            assertThat(k.leaks()).isEmpty();
        }
    }
}
