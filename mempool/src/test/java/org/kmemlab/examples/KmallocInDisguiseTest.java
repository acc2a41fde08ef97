package org.kmemlab.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.kmemlab.api.KernelFlags.GFP_KERNEL;
import static org.kmemlab.api.KernelFlags.SLAB_HWCACHE_ALIGN;

import java.util.Objects;

import org.junit.jupiter.api.Test;
import org.kmemlab.api.Kernel;
import org.kmemlab.buddy.GfpFlags;
import org.kmemlab.machine.MachineConfig;
import org.kmemlab.mempool.Mempool;
import org.kmemlab.slab.KmemCache;

/// Example of a mistake that articles spread: a cache is created with care, aligned to cache lines,
/// and then the pool on top of it is made with `mempool_create_kmalloc_pool`.
///
/// It compiles, it runs, and the cache stays empty: the objects come from `kmalloc-256`.
class KmallocInDisguiseTest {

    private static final int OBJECT_BYTES = 200;

    /// Nobody would see from the caches whose objects a program really uses.
    @Test
    void poolOfKmalloc_besideAnOwnCache_leavesTheCacheEmpty() {
        try (Kernel k = Kernel.boot(MachineConfig.ofMebibytes(16))) {
            KmemCache mine = Objects.requireNonNull(
                    k.kmem_cache_create("my_object", OBJECT_BYTES, 0, SLAB_HWCACHE_ALIGN, null));
            KmemCache kmalloc256 = k.slab().kmalloc().cacheFor(OBJECT_BYTES, GfpFlags.GFP_KERNEL);
            assertThat(kmalloc256.name()).isEqualTo("kmalloc-256");

            // The mistake: this pool knows a size, not the cache.
            Mempool pool = Objects
                    .requireNonNull(k.mempool_create_kmalloc_pool(8, OBJECT_BYTES));
            long object = k.mempool_alloc(pool, GFP_KERNEL);

            assertThat(mine.snapshot().allocatedObjects()).isZero();
            assertThat(kmalloc256.snapshot().allocatedObjects()).isEqualTo(8 + 1);
            assertThat(k.slab().cacheOf(object)).isSameAs(kmalloc256);
            // It is aligned by luck: kmalloc aligns classes that are powers of two to their size.
            assertThat(object % 64).isZero();

            k.mempool_free(object, pool);
            k.mempool_destroy(pool);
            k.kmem_cache_destroy(mine);
            assertThat(k.leaks()).isEmpty();
        }
    }
}
