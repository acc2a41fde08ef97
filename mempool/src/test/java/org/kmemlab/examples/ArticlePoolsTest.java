package org.kmemlab.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.kmemlab.api.KernelFlags.GFP_KERNEL;
import static org.kmemlab.api.KernelFlags.SLAB_HWCACHE_ALIGN;
import static org.kmemlab.api.KernelFlags.SLAB_PANIC;
import static org.kmemlab.api.KernelFlags.SLUB_PANIC;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import org.junit.jupiter.api.Test;
import org.kmemlab.api.Kernel;
import org.kmemlab.api.StructDescriptor;
import org.kmemlab.buddy.GfpFlags;
import org.kmemlab.machine.MachineConfig;
import org.kmemlab.slab.KernelPanicException;
import org.kmemlab.slab.KmemCache;

/// The three examples that a well-known article on kernel memory pools gives, and what they really
/// do: a pool that is right, a pool that is none, and a pool whose flag does not exist.
class ArticlePoolsTest {

    private static final StructDescriptor OBJECT = new StructDescriptor("my_object", 64, 8);

    /// Example 1, a cache as a pool: create, allocate, free, destroy.
    @Test
    void cacheAsAPool_leavesNothingBehind() {
        try (Kernel k = Kernel.boot(MachineConfig.ofMebibytes(16))) {
            KmemCache pool = Objects
                    .requireNonNull(k.kmem_cache_create("my_pool", 128, 0, 0, null));
            List<Long> objects = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                objects.add(k.kmem_cache_alloc(pool, GFP_KERNEL));
            }
            assertThat(pool.snapshot().allocatedObjects()).isEqualTo(10);

            objects.forEach(object -> k.kmem_cache_free(pool, object));
            k.kmem_cache_destroy(pool);

            assertThat(k.leaks()).isEmpty();
        }
    }

    /// Example 2, a "slab pool": the cache is made with care, and then the objects come from
    /// kmalloc.
    @Test
    void slabPoolWithKmalloc_neverUsesItsCache() {
        try (Kernel k = Kernel.boot(MachineConfig.ofMebibytes(16))) {
            KmemCache pool = Objects.requireNonNull(
                    k.kmem_cache_create("slab_pool", 8, 0, SLAB_HWCACHE_ALIGN, null));

            long object = k.kmalloc(8, GFP_KERNEL);

            assertThat(pool.snapshot().allocatedObjects()).isZero();
            KmemCache kmalloc8 = k.slab().kmalloc().cacheFor(8, GfpFlags.GFP_KERNEL);
            assertThat(kmalloc8.name()).isEqualTo("kmalloc-8");
            assertThat(kmalloc8.snapshot().allocatedObjects()).isEqualTo(1);
            k.kfree(object);
            k.kmem_cache_destroy(pool);
            assertThat(k.leaks()).isEmpty();
        }
    }

    /// Example 3, a "slub pool" by KMEM_CACHE: as it stands it is refused, and the log says which
    /// flag was meant.
    @Test
    void slubPanic_unlessAccepted_isRefusedWithTheRightName() {
        try (Kernel k = Kernel.boot(MachineConfig.ofMebibytes(16))) {
            assertThat(k.KMEM_CACHE(OBJECT, SLUB_PANIC)).isNull();

            assertThat(k.machine().log().lines())
                    .filteredOn(line -> line.contains("SLUB_PANIC")).singleElement().asString()
                    .contains("SLUB_PANIC is no flag of the kernel, SLAB_PANIC is");
        }
    }

    /// Example 3 with the switch for such examples: the structure gives name, size and alignment, a
    /// failure panics, and the log notes the alias once.
    @Test
    void slubPanic_accepted_isSlabPanicAndNotedOnce() {
        try (Kernel k = Kernel.boot(MachineConfig.ofMebibytes(16))) {
            k.acceptSlubPanic();

            KmemCache cache = Objects.requireNonNull(
                    k.KMEM_CACHE(OBJECT, SLUB_PANIC | SLAB_HWCACHE_ALIGN));
            KmemCache other = Objects.requireNonNull(
                    k.on(0).KMEM_CACHE(new StructDescriptor("other", 200, 8), SLUB_PANIC));

            assertThat(cache.name()).isEqualTo("my_object");
            assertThat(cache.geometry().objectSize()).isEqualTo(64);
            assertThat(cache.geometry().flags().bits() & SLAB_PANIC).isEqualTo(SLAB_PANIC);
            assertThat(k.machine().log().lines())
                    .filteredOn(line -> line.contains("SLUB_PANIC")).singleElement().asString()
                    .contains("SLUB_PANIC is no flag of the kernel: taken for SLAB_PANIC");
            assertThatThrownBy(
                    () -> k.KMEM_CACHE(new StructDescriptor("huge", 8 << 20, 8), SLUB_PANIC))
                    .isInstanceOf(KernelPanicException.class);
            long object = k.kmem_cache_alloc(cache, GFP_KERNEL);
            k.kmem_cache_free(cache, object);
            k.kmem_cache_destroy(cache);
            k.kmem_cache_destroy(other);
            assertThat(k.leaks()).isEmpty();
        }
    }
}
