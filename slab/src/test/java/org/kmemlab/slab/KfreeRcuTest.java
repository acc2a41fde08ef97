package org.kmemlab.slab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.kmemlab.buddy.GfpFlags.GFP_KERNEL;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kmemlab.machine.KernelProfile;

/// Memory that is freed after a grace period, in batches.
class KfreeRcuTest {

    /// Five seconds of 250 ticks.
    private static final int DRAIN_JIFFIES = 1250;

    private static SlabFixture booted(String kernel) {
        return SlabFixture.of(
                SlabFixture.config(KernelProfile.of(kernel).booted("slab_nomerge")).withCpus(2));
    }

    private static long used(KmemCache cache) {
        return cache.snapshot().allocatedObjects();
    }

    private static void give(SlabFixture f, KmemCache cache, int count) {
        for (int i = 0; i < count; i++) {
            f.slab.kmalloc().kfreeRcu(f.cpu, cache.alloc(f.cpu, GFP_KERNEL));
        }
    }

    /// If it fails, memory is reused while a reader may still look at it, or comes back later than
    /// the kernel's timer and grace period say.
    @ParameterizedTest
    @CsvSource({"linux-6.1, 4", "linux-6.18, 0"})
    void kfreeRcu_fewObjects_waitForTheTimerThenForAGracePeriod(String kernel, int grace) {
        try (SlabFixture f = booted(kernel);
                KmemCache cache = f.slab.createCache(KmemCacheArgs.of("foo", 64))) {
            give(f, cache, 1);
            f.machine.clock().advance(100);
            give(f, cache, 2);

            // The first one sets the timer.
            f.machine.clock().advance(DRAIN_JIFFIES - 100 + grace - 1);
            assertThat(used(cache)).isEqualTo(3);
            assertThat(f.slab.kfreeRcuWaiting()).isEqualTo(grace == 0 ? 3 : 0);

            f.machine.clock().advance(1);
            assertThat(used(cache)).isZero();
        }
    }

    /// If it fails, a full page of pointers waits as long as a single one.
    @ParameterizedTest
    @CsvSource({"linux-6.1, 510", "linux-6.18, 507"})
    void kfreeRcu_fullBlock_isDrainedAtTheNextTick(String kernel, int capacity) {
        try (SlabFixture f = booted(kernel);
                KmemCache cache = f.slab.createCache(KmemCacheArgs.of("foo", 64))) {
            give(f, cache, capacity - 1);
            f.machine.clock().advance(1);
            assertThat(f.slab.kfreeRcuWaiting()).isEqualTo(capacity - 1);

            give(f, cache, 1);
            f.machine.clock().advance(1);

            assertThat(f.slab.kfreeRcuWaiting()).isZero();
            assertThat(used(cache)).isEqualTo(capacity);
            f.machine.clock().advance(f.slab.rcu().graceJiffies());
            assertThat(used(cache)).isZero();
        }
    }

    /// If it fails, a CPU has more than two batches under way.
    @Test
    void kfreeRcu_bothBatchesUnderWay_theRestWaits() {
        try (SlabFixture f = booted("linux-6.1");
                KmemCache cache = f.slab.createCache(KmemCacheArgs.of("foo", 64))) {
            f.slab.rcu().setGraceJiffies(100);
            for (int batch = 0; batch < 3; batch++) {
                give(f, cache, 510);
                f.machine.clock().advance(1);
            }

            assertThat(f.slab.rcu().pending()).isEqualTo(2);
            assertThat(f.slab.kfreeRcuWaiting()).isEqualTo(510);
            f.machine.clock().advance(97);
            assertThat(used(cache)).isEqualTo(3 * 510);
            f.machine.clock().advance(1);
            assertThat(used(cache)).isEqualTo(2 * 510);
            f.machine.clock().advance(200);
            assertThat(used(cache)).isZero();
        }
    }

    /// If it fails, objects come back one by one, which a batch is to avoid.
    @Test
    void kfreeRcu_objectsOfOneSlab_comeBackInOneOperation() {
        try (SlabFixture f = booted("linux-6.1");
                KmemCache cache = f.slab.createCache(KmemCacheArgs.of("foo", 64))) {
            give(f, cache, 60);

            f.slab.kvfreeRcuBarrier();

            int fast = SlubStat.FREE_FASTPATH.ordinal();
            assertThat(cache.snapshot().slub().cpus().getFirst().counters().get(fast)).isEqualTo(1);
        }
    }

    /// If it fails, memory of different kinds is mixed up in a batch, or lost.
    @Test
    void kvfreeRcuBarrier_mixedMemoryOfAllCpus_freesAll() {
        try (SlabFixture f = booted("linux-6.18");
                KmemCache cache = f.slab.createCache(KmemCacheArgs.of("foo", 64))) {
            Kmalloc kmalloc = f.slab.kmalloc();
            for (int i = 0; i < 40; i++) {
                kmalloc.kfreeRcu(f.machine.cpu(i & 1), i % 3 == 0
                        ? kmalloc.kmalloc(f.cpu, 1L << (i % 16), GFP_KERNEL)
                        : cache.alloc(f.machine.cpu(i & 1), GFP_KERNEL));
            }
            kmalloc.kfreeRcu(f.cpu, 0);
            kmalloc.kfreeRcu(f.cpu, Kmalloc.ZERO_SIZE_PTR);

            f.slab.kvfreeRcuBarrier();

            assertThat(used(cache)).isZero();
            // That no page is missing the fixture sees.
        }
    }

    /// If it fails, `rcu_barrier` waits for what has not been handed to RCU, which it does not.
    @Test
    void rcuBarrier_objectsStillGathered_areNotFreed() {
        try (SlabFixture f = booted("linux-6.1");
                KmemCache cache = f.slab.createCache(KmemCacheArgs.of("foo", 64))) {
            give(f, cache, 3);

            f.slab.rcu().barrier();

            assertThat(used(cache)).isEqualTo(3);
            f.slab.kvfreeRcuBarrier();
            assertThat(used(cache)).isZero();
        }
    }

    /// If it fails, an older kernel waits for the creator's objects, or a newer one does not.
    @Test
    void destroy_objectsStillGathered_onlyNewerKernelsWait() {
        try (SlabFixture f = booted("linux-6.1")) {
            KmemCache cache = f.slab.createCache(KmemCacheArgs.of("foo", 64));
            give(f, cache, 1);
            assertThat(cache.destroy()).isFalse();
            assertThat(f.log()).contains("Objects remaining in foo on __kmem_cache_shutdown()");
            assertThat(f.slab.cache("foo")).isNotNull();
            f.slab.kvfreeRcuBarrier();
            assertThat(cache.destroy()).isTrue();
        }
        try (SlabFixture f = booted("linux-6.18")) {
            KmemCache cache = f.slab.createCache(KmemCacheArgs.of("foo", 64));
            give(f, cache, 1);
            assertThat(cache.destroy()).isTrue();
        }
    }

    /// If it fails, a newer kernel keeps a cache registered whose objects were leaked.
    @Test
    void destroy_leakedObjectOn618_takesTheNameAway() {
        try (SlabFixture f = booted("linux-6.18")) {
            KmemCache cache = f.slab.createCache(KmemCacheArgs.of("foo", 64));
            long leaked = cache.alloc(f.cpu, GFP_KERNEL);

            assertThat(cache.destroy()).isFalse();

            assertThat(f.log()).contains("Objects remaining on __kmem_cache_shutdown()",
                    "kmem_cache_destroy foo: Slab cache still has objects");
            assertThat(f.slab.cache("foo")).isNull();
            f.slab.createCache(KmemCacheArgs.of("foo", 128)).close();
            cache.free(f.cpu, leaked);
            assertThat(cache.destroy()).isTrue();
        }
    }

    /// If it fails, the one who frees twice is not told, or only when nobody knows who it was.
    @Test
    void kfreeRcu_twiceOrWhatIsFree_isRefusedAtOnce() {
        try (SlabFixture f = booted("linux-6.1");
                KmemCache cache = f.slab.createCache(KmemCacheArgs.of("foo", 64))) {
            Kmalloc kmalloc = f.slab.kmalloc();
            long object = cache.alloc(f.cpu, GFP_KERNEL);
            long other = cache.alloc(f.cpu, GFP_KERNEL);
            kmalloc.kfreeRcu(f.cpu, object);
            kmalloc.kfreeRcu(f.cpu, other);

            assertThatThrownBy(() -> kmalloc.kfreeRcu(f.cpu, object))
                    .isInstanceOfSatisfying(SlabBugException.class, e -> assertThat(e.bug())
                            .isEqualTo(new SlabBug.DoubleFree("foo", object)));
            cache.free(f.cpu, object);
            assertThatThrownBy(f.slab::kvfreeRcuBarrier)
                    .isInstanceOfSatisfying(SlabBugException.class, e -> assertThat(e.bug())
                            .isEqualTo(new SlabBug.DoubleFree("foo", object)));
            assertThat(used(cache)).isZero();
            assertThatThrownBy(() -> kmalloc.kfreeRcu(f.cpu, other))
                    .isInstanceOf(SlabBugException.class);
        }
    }
}
