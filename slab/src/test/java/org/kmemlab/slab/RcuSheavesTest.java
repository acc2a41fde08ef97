package org.kmemlab.slab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.kmemlab.buddy.GfpFlags.GFP_KERNEL;
import static org.kmemlab.slab.SheafFixture.CAPACITY;

import java.util.List;

import org.junit.jupiter.api.Test;
import org.kmemlab.machine.MachineConfig;

/// What `kfree_rcu` does with objects of caches that have sheaves. If one fails, memory is reused
/// while a reader may still look at it, or never.
class RcuSheavesTest {

    private static void giveRcu(SheafFixture s, int cpu, int count) {
        for (int i = 0; i < count; i++) {
            s.f.slab.kmalloc().kfreeRcu(s.cpu(cpu), s.held().removeFirst());
        }
    }

    private static int gathered(SheafFixture s, int cpu) {
        List<Long> sheaf = s.sheaves().cpus().get(cpu).rcuFree();
        return sheaf == null ? -1 : sheaf.size();
    }

    @Test
    void kfreeRcu_sheafNotFull_gathersWithoutATimer() {
        try (SheafFixture s = SheafFixture.plain()) {
            s.take(0, 3);
            giveRcu(s, 0, 3);
            s.f.machine.clock().advance(10_000);

            assertThat(gathered(s, 0)).isEqualTo(3);
            assertThat(s.sheaves().waiting()).isEqualTo(3);
            assertThat(s.count(SheafStat.FREE_RCU_SHEAF)).isEqualTo(3);
            assertThat(s.f.slab.kfreeRcuWaiting()).isZero();
            assertThat(s.cache.snapshot().allocatedObjects()).isEqualTo(3);
        }
    }

    @Test
    void kfreeRcu_sheafFull_becomesAFullSheafOfTheBarnAfterAGracePeriod() {
        try (SheafFixture s = SheafFixture.plain()) {
            s.take(0, CAPACITY);
            giveRcu(s, 0, CAPACITY);
            s.f.machine.clock().advance(s.f.slab.rcu().graceJiffies() - 1);
            assertThat(gathered(s, 0)).isEqualTo(-1);
            assertThat(s.shape(0)).isEqualTo("0 - | | 0");
            assertThat(s.sheaves().waiting()).isEqualTo(CAPACITY);

            s.f.machine.clock().advance(1);

            assertThat(s.shape(0)).isEqualTo("0 - | 4 | 0");
            assertThat(s.count(SheafStat.BARN_PUT)).isEqualTo(1);
            assertThat(s.cache.snapshot().allocatedObjects()).isZero();
        }
    }

    @Test
    void kfreeRcu_barnHasTenFull_flushesTheSheafToTheSlabs() {
        try (SheafFixture s = SheafFixture.plain()) {
            int sheaves = NodeBarn.MAX_FULL + 2;
            s.take(0, sheaves * CAPACITY);
            giveRcu(s, 0, sheaves * CAPACITY);

            s.f.slab.kvfreeRcuBarrier();

            assertThat(s.sheaves().barns().getFirst().full()).hasSize(NodeBarn.MAX_FULL);
            assertThat(s.count(SheafStat.BARN_PUT_FAIL)).isEqualTo(2);
            assertThat(s.count(SheafStat.SHEAF_FLUSH)).isEqualTo(2 * CAPACITY);
            assertThat(s.sheaves().barns().getFirst().empty()).isEqualTo(2);
        }
    }

    @Test
    void kvfreeRcuBarrier_gatheredSheaf_goesBackToTheSlabs() {
        try (SheafFixture s = SheafFixture.plain()) {
            s.take(1, 3);
            giveRcu(s, 1, 2);

            s.f.slab.kvfreeRcuBarrier();

            assertThat(gathered(s, 1)).isEqualTo(-1);
            assertThat(s.sheaves().waiting()).isZero();
            assertThat(s.count(SheafStat.SHEAF_FLUSH)).isEqualTo(2);
            assertThat(s.cache.snapshot().allocatedObjects()).isEqualTo(1);
        }
    }

    @Test
    void kfreeRcu_noSheafToBeHad_waitsWithEverythingElse() {
        try (SheafFixture s = SheafFixture.plain()) {
            s.take(1, 1);
            s.cache.shrink(s.cpu(0));
            s.f.slab.failslab().attr().setProbability(100);
            s.f.slab.failslab().attr().setTimes(1);
            long object = s.held().getFirst();
            giveRcu(s, 0, 1);

            assertThat(s.count(SheafStat.FREE_RCU_SHEAF_FAIL)).isEqualTo(1);
            assertThat(s.f.slab.kfreeRcuWaiting()).isEqualTo(1);
            assertThatThrownBy(() -> s.f.slab.kmalloc().kfreeRcu(s.cpu(0), object))
                    .isInstanceOf(SlabBugException.class);
            s.f.slab.kvfreeRcuBarrier();
            assertThat(s.cache.snapshot().allocatedObjects()).isZero();
            // What was gathered without a sheaf comes back without one.
            assertThat(s.count(SheafStat.FREE_CPU_SHEAF)).isZero();
        }
    }

    @Test
    void kfreeRcu_freedAgainWhileItWaits_isRefused() {
        try (SheafFixture s = SheafFixture.plain()) {
            s.take(0, 1);
            long object = s.held().getFirst();
            giveRcu(s, 0, 1);

            assertThatThrownBy(() -> s.cache.free(s.cpu(0), object))
                    .isInstanceOf(SlabBugException.class);
            assertThatThrownBy(() -> s.f.slab.kmalloc().kfreeRcu(s.cpu(0), object))
                    .isInstanceOf(SlabBugException.class);
        }
    }

    @Test
    void kfreeRcu_otherNode_waitsWithEverythingElse() {
        try (SheafFixture s = SheafFixture.on(MachineConfig.ofNodes(List.of(32, 32)).withCpus(2))) {
            s.take(0, 1);
            giveRcu(s, 1, 1);

            assertThat(s.f.slab.kfreeRcuWaiting()).isEqualTo(1);
            assertThat(s.count(SheafStat.FREE_RCU_SHEAF_FAIL)).isZero();
        }
    }

    @Test
    void kfreeRcu_initOnFree_wipesOnlyAfterTheGracePeriod() {
        try (SheafFixture s = SheafFixture.booted("init_on_free=1", SheafFixture.args())) {
            s.take(0, 1);
            long object = s.held().getFirst();
            s.f.put(object, 7);
            giveRcu(s, 0, 1);
            assertThat(s.f.get(object)).isEqualTo(7);

            s.f.slab.kvfreeRcuBarrier();

            assertThat(s.f.get(object)).isZero();
        }
    }

    @Test
    void destroy_objectsStillWait_waitsForThem() {
        try (SheafFixture s = SheafFixture.plain()) {
            KmemCache other = s.f.slab
                    .createCache(KmemCacheArgs.of("bar", 192).withSheafCapacity(32));
            s.f.slab.kmalloc().kfreeRcu(s.cpu(0), other.alloc(s.cpu(0), GFP_KERNEL));

            assertThat(other.destroy()).isTrue();
        }
    }
}
