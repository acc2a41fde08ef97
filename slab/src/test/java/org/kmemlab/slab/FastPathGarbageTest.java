package org.kmemlab.slab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.kmemlab.buddy.GfpFlags.GFP_KERNEL;

import java.lang.management.ManagementFactory;

import org.junit.jupiter.api.Test;

class FastPathGarbageTest {

    private static final int PAIRS = 20_000;

    /// If it fails, allocating an object makes garbage for Java's collector.
    @Test
    void allocAndFree_fastPathAndKmalloc_allocateNothingInJava() {
        try (SlabFixture f = SlabFixture.booted("");
                KmemCache cache = f.slab.createCache(KmemCacheArgs.of("foo", 64))) {
            pairs(f, cache);

            long before = allocatedBytes();
            pairs(f, cache);
            long bytes = allocatedBytes() - before;

            assertThat(bytes).isLessThan(PAIRS);
        }
    }

    private static void pairs(SlabFixture f, KmemCache cache) {
        Kmalloc kmalloc = f.slab.kmalloc();
        for (int i = 0; i < PAIRS; i++) {
            cache.free(f.cpu, cache.alloc(f.cpu, GFP_KERNEL));
            kmalloc.kfree(f.cpu, kmalloc.kmalloc(f.cpu, 100, GFP_KERNEL));
        }
    }

    private static long allocatedBytes() {
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        return threads.getCurrentThreadAllocatedBytes();
    }
}
