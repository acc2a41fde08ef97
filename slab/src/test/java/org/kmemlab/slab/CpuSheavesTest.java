package org.kmemlab.slab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.kmemlab.buddy.GfpFlags.GFP_KERNEL;
import static org.kmemlab.buddy.GfpFlags.GFP_NOWAIT;
import static org.kmemlab.slab.SheafFixture.CAPACITY;

import java.util.List;

import org.junit.jupiter.api.Test;
import org.kmemlab.machine.KernelProfile;
import org.kmemlab.machine.MachineConfig;

/// The sheaves of Linux 6.18, rule by rule. If one fails, a run on a kernel with sheaves takes and
/// gives objects elsewhere than the kernel would.
class CpuSheavesTest {

    @Test
    void createCache_withCapacity_givesEachCpuAnEmptySheaf() {
        try (SheafFixture s = SheafFixture.plain()) {
            assertThat(s.sheaves().capacity()).isEqualTo(CAPACITY);
            assertThat(s.shape(0)).isEqualTo("0 - | | 0");
            assertThat(s.shape(1)).isEqualTo("0 - | | 0");
            assertThat(s.count(SheafStat.SHEAF_ALLOC)).isEqualTo(2);
            assertThat(s.cache.snapshot().slabs()).isZero();
        }
    }

    @Test
    void alloc_nothingNearby_fillsAWholeNewSheafFromTheSlabs() {
        try (SheafFixture s = SheafFixture.plain()) {
            s.take(0, 1);

            // The former main sheaf lies in the barn.
            assertThat(s.shape(0)).isEqualTo("3 - | | 1");
            assertThat(s.count(SheafStat.BARN_GET_FAIL)).isEqualTo(1);
            assertThat(s.count(SheafStat.SHEAF_REFILL)).isEqualTo(CAPACITY);
            assertThat(s.count(SheafStat.SHEAF_ALLOC)).isEqualTo(3);
            assertThat(s.count(SheafStat.ALLOC_CPU_SHEAF)).isEqualTo(1);
            assertThat(s.count(SlubStat.ALLOC_SLOWPATH)).isEqualTo(1);
        }
    }

    @Test
    void alloc_emptySheafInBarn_isFilledInsteadOfANewOne() {
        try (SheafFixture s = SheafFixture.plain()) {
            s.take(0, CAPACITY + 1);

            assertThat(s.shape(0)).isEqualTo("3 - | | 1");
            assertThat(s.count(SheafStat.SHEAF_ALLOC)).isEqualTo(3);
            assertThat(s.count(SheafStat.SHEAF_REFILL)).isEqualTo(2 * CAPACITY);
        }
    }

    @Test
    void alloc_mayNotBlock_takesOneObjectPastTheSheaves() {
        try (SheafFixture s = SheafFixture.plain()) {
            s.take(0, GFP_NOWAIT);

            assertThat(s.shape(0)).isEqualTo("0 - | | 0");
            assertThat(s.count(SheafStat.ALLOC_CPU_SHEAF)).isZero();
            assertThat(s.count(SheafStat.SHEAF_REFILL)).isZero();
            assertThat(s.count(SheafStat.BARN_GET_FAIL)).isEqualTo(1);
        }
    }

    @Test
    void alloc_spareHasObjects_swapsIt() {
        try (SheafFixture s = SheafFixture.plain()) {
            s.take(0, 8);
            s.give(0, 6);
            assertThat(s.shape(0)).isEqualTo("2 4 | | 0");

            s.take(0, 3);

            assertThat(s.shape(0)).isEqualTo("3 0 | | 0");
            assertThat(s.count(SheafStat.BARN_GET)).isZero();
        }
    }

    @Test
    void alloc_fullSheafInBarn_isExchangedForMain() {
        try (SheafFixture s = SheafFixture.plain()) {
            s.take(0, 16);
            List<Long> freed = List.copyOf(s.held());
            s.give(0, 16);
            assertThat(s.shape(0)).isEqualTo("4 4 | 4 4 | 0");

            // Another CPU gets by one exchange what the first one freed.
            long object = s.take(1, GFP_NOWAIT);

            assertThat(s.shape(1)).isEqualTo("3 - | 4 | 1");
            // The last sheaf that was put there held the ninth to twelfth object.
            assertThat(freed.indexOf(object)).isEqualTo(11);
            assertThat(s.count(SheafStat.BARN_GET)).isEqualTo(1);
        }
    }

    @Test
    void alloc_afterFree_returnsTheObjectFreedLast() {
        try (SheafFixture s = SheafFixture.plain()) {
            s.take(0, 3);
            long last = s.held().removeLast();
            s.cache.free(s.cpu(0), last);

            assertThat(s.take(0, GFP_KERNEL)).isEqualTo(last);
        }
    }

    @Test
    void free_mainFullNoSpare_takesAnEmptySheafOfTheBarnOrANewOne() {
        try (SheafFixture s = SheafFixture.plain()) {
            s.take(0, 9);
            assertThat(s.shape(0)).isEqualTo("3 - | | 1");
            long sheaves = s.count(SheafStat.SHEAF_ALLOC);

            s.give(0, 2);
            assertThat(s.shape(0)).isEqualTo("1 4 | | 0");
            assertThat(s.count(SheafStat.SHEAF_ALLOC)).isEqualTo(sheaves);

            // A CPU that has freed nothing yet finds no empty one.
            s.give(1, 5);
            assertThat(s.shape(1)).isEqualTo("1 4 | | 0");
            assertThat(s.count(SheafStat.SHEAF_ALLOC)).isEqualTo(sheaves + 1);
        }
    }

    @Test
    void free_bothFull_exchangesMainForAnEmptySheafOfTheBarn() {
        try (SheafFixture s = SheafFixture.plain()) {
            s.take(0, 24);
            s.give(0, 8);
            // Another CPU's first sheaf becomes an empty one of the barn.
            s.take(1, 1);
            assertThat(s.shape(0)).isEqualTo("4 4 | | 1");
            long sheaves = s.count(SheafStat.SHEAF_ALLOC);

            s.give(0, 1);

            assertThat(s.shape(0)).isEqualTo("1 4 | 4 | 0");
            assertThat(s.count(SheafStat.BARN_PUT)).isEqualTo(1);
            assertThat(s.count(SheafStat.SHEAF_ALLOC)).isEqualTo(sheaves);
        }
    }

    @Test
    void free_bothFullNoEmptySheafInBarn_makesOneAndGivesMainToTheBarn() {
        try (SheafFixture s = SheafFixture.plain()) {
            s.take(0, 12);
            s.give(0, 8);
            assertThat(s.shape(0)).isEqualTo("4 4 | | 0");
            long sheaves = s.count(SheafStat.SHEAF_ALLOC);

            s.give(0, 1);

            assertThat(s.shape(0)).isEqualTo("1 4 | 4 | 0");
            assertThat(s.count(SheafStat.BARN_PUT)).isEqualTo(1);
            assertThat(s.count(SheafStat.SHEAF_ALLOC)).isEqualTo(sheaves + 1);
        }
    }

    @Test
    void free_barnHasTenFull_flushesTheSpareSheafToTheSlabs() {
        try (SheafFixture s = SheafFixture.plain()) {
            int full = NodeBarn.MAX_FULL * CAPACITY;
            s.take(0, full + 2 * CAPACITY + 1);
            s.cache.shrink(s.cpu(0));
            s.give(0, full + 2 * CAPACITY);
            assertThat(s.shape(0)).isEqualTo("4 4 | 4 4 4 4 4 4 4 4 4 4 | 0");
            assertThat(s.count(SheafStat.BARN_PUT_FAIL)).isZero();
            long flushed = s.count(SheafStat.SHEAF_FLUSH);

            s.give(0, 1);

            assertThat(s.shape(0)).isEqualTo("1 4 | 4 4 4 4 4 4 4 4 4 4 | 0");
            assertThat(s.count(SheafStat.BARN_PUT_FAIL)).isEqualTo(1);
            assertThat(s.count(SheafStat.SHEAF_FLUSH)).isEqualTo(flushed + CAPACITY);
        }
    }

    @Test
    void free_noSheafToBeHad_flushesMainInBatches() {
        KmemCacheArgs args = KmemCacheArgs.of("foo", 64).withSheafCapacity(100);
        try (SheafFixture s = SheafFixture.booted("slab_nomerge", args)) {
            s.take(0, 100);
            s.take(1, 1);
            s.cache.shrink(s.cpu(0));
            s.give(0, 100);
            assertThat(s.shape(0)).isEqualTo("100 - | | 0");
            long flushed = s.count(SheafStat.SHEAF_FLUSH);
            // A new sheaf would come from kmalloc.
            s.f.slab.failslab().attr().setProbability(100);
            s.f.slab.failslab().attr().setTimes(-1);

            s.give(0, 1);

            assertThat(s.shape(0)).isEqualTo("1 - | | 0");
            assertThat(s.count(SheafStat.SHEAF_FLUSH)).isEqualTo(flushed + 100);
            assertThat(s.count(SlubStat.FREE_SLOWPATH) + s.count(SlubStat.FREE_FASTPATH))
                    .isGreaterThanOrEqualTo(4);
            s.f.slab.failslab().attr().setProbability(0);
        }
    }

    @Test
    void allocBulk_takesSheavesNearbyAndTheRestFromSlabs() {
        try (SheafFixture s = SheafFixture.plain()) {
            s.take(0, 12);
            s.give(0, 12);
            assertThat(s.shape(0)).isEqualTo("4 4 | 4 | 0");
            long[] objects = new long[15];

            assertThat(s.cache.allocBulk(s.cpu(0), GFP_KERNEL, objects, 0, 15)).isEqualTo(15);

            assertThat(s.shape(0)).isEqualTo("0 0 | | 1");
            assertThat(objects).doesNotHaveDuplicates().doesNotContain(0);
            assertThat(s.count(SheafStat.ALLOC_CPU_SHEAF)).isEqualTo(12 + 12);
            for (long object : objects) {
                s.held().add(object);
            }
        }
    }

    @Test
    void freeBulk_fillsSheavesNearbyAndGivesTheRestToSlabs() {
        try (SheafFixture s = SheafFixture.plain()) {
            long[] objects = new long[15];
            assertThat(s.cache.allocBulk(s.cpu(0), GFP_KERNEL, objects, 0, 15)).isEqualTo(15);
            assertThat(s.shape(0)).isEqualTo("0 - | | 0");

            s.cache.freeBulk(s.cpu(0), objects, 0, 15);

            // No empty sheaf is nearby, and none is made for this.
            assertThat(s.shape(0)).isEqualTo("4 - | | 0");
            assertThat(s.count(SheafStat.FREE_CPU_SHEAF)).isEqualTo(4);
            assertThat(s.cache.snapshot().allocatedObjects()).isZero();
        }
    }

    @Test
    void free_objectOfAnotherNode_goesToItsSlab() {
        try (SheafFixture s = SheafFixture.on(MachineConfig.ofNodes(List.of(32, 32)).withCpus(2))) {
            assertThat(s.cpu(1).node()).isEqualTo(1);
            s.take(0, 1);

            s.give(1, 1);

            assertThat(s.shape(1)).isEqualTo("0 - | | 0");
            assertThat(s.count(SheafStat.FREE_CPU_SHEAF)).isZero();
            assertThat(s.count(SlubStat.FREE_SLOWPATH)).isEqualTo(1);
        }
    }

    @Test
    void freeBulk_objectsOfTwoNodes_areToldApart() {
        try (SheafFixture s = SheafFixture.on(MachineConfig.ofNodes(List.of(32, 32)).withCpus(2))) {
            long[] objects = new long[6];
            for (int i = 0; i < objects.length; i++) {
                objects[i] = s.cache.alloc(s.cpu(i % 2), GFP_KERNEL);
            }
            long before = s.sheaves().cpus().get(0).main().size();

            s.cache.freeBulk(s.cpu(0), objects, 0, objects.length);

            assertThat(s.count(SheafStat.FREE_CPU_SHEAF)).isEqualTo(3);
            assertThat(before).isEqualTo(1);
            assertThat(s.shape(0)).isEqualTo("4 - | | 1");
            assertThat(s.cache.snapshot().allocatedObjects()).isZero();
        }
    }

    @Test
    void allocNode_ownNode_usesSheaves_otherNodePassesThemBy() {
        try (SheafFixture s = SheafFixture.on(MachineConfig.ofNodes(List.of(32, 32)).withCpus(2))) {
            s.held().add(s.cache.allocNode(s.cpu(0), 0, GFP_KERNEL));
            assertThat(s.count(SheafStat.ALLOC_CPU_SHEAF)).isEqualTo(1);

            long far = s.cache.allocNode(s.cpu(0), 1, GFP_KERNEL);

            s.held().add(far);
            assertThat(s.count(SheafStat.ALLOC_CPU_SHEAF)).isEqualTo(1);
            assertThat(s.f.pages.memMap().nodeOf(s.f.machine.memory().pfnOf(far))).isEqualTo(1);
        }
    }

    @Test
    void shrink_emptiesSheavesAndBarn() {
        try (SheafFixture s = SheafFixture.plain()) {
            s.take(0, 16);
            s.give(0, 16);
            s.take(1, 1);
            s.give(1, 1);

            assertThat(s.cache.shrink(s.cpu(1))).isTrue();

            assertThat(s.shape(0)).isEqualTo("0 - | | 0");
            assertThat(s.shape(1)).isEqualTo("0 - | | 0");
            assertThat(s.cache.snapshot().slabs()).isZero();
            // The main sheaves stay.
            assertThat(s.count(SheafStat.SHEAF_ALLOC) - s.count(SheafStat.SHEAF_FREE)).isEqualTo(2);
        }
    }

    @Test
    void snapshot_listedSlabs_showObjectsInSheavesAsFree() {
        try (SheafFixture s = SheafFixture.plain()) {
            s.take(0, 5);
            s.give(0, 2);

            // All lie in the slab of the CPU, which holds 16.
            assertThat(s.cache.snapshot().listedSlabs()).singleElement().satisfies(
                    slab -> assertThat(slab.free()).doesNotHaveDuplicates().hasSize(16 - 3));
        }
    }

    @Test
    void createCache_debugFlags_ignoresTheCapacity() {
        try (SheafFixture s = SheafFixture.booted("slub_debug=U", SheafFixture.args())) {
            s.take(0, 3);

            assertThat(s.sheaves().capacity()).isZero();
            assertThat(s.sheaves().barns()).isEmpty();
            assertThat(s.count(SheafStat.ALLOC_CPU_SHEAF)).isZero();
        }
    }

    @Test
    void free_twiceWhileInASheaf_isRefused() {
        try (SheafFixture s = SheafFixture.plain()) {
            s.take(0, 2);
            long object = s.held().removeFirst();
            s.cache.free(s.cpu(0), object);

            assertThatThrownBy(() -> s.cache.free(s.cpu(1), object))
                    .isInstanceOf(SlabBugException.class).hasMessageContaining("not allocated");
            assertThatThrownBy(() -> s.cache.free(s.cpu(0), object + 8))
                    .isInstanceOf(SlabBugException.class).hasMessageContaining("no object starts");
            assertThatThrownBy(() -> s.f.slab.kmalloc().kfreeRcu(s.cpu(0), object))
                    .isInstanceOf(SlabBugException.class);
            long[] bulk = {s.held().getFirst(), object};
            assertThatThrownBy(() -> s.cache.freeBulk(s.cpu(0), bulk, 0, 2))
                    .isInstanceOf(SlabBugException.class);
            assertThat(s.cache.snapshot().allocatedObjects()).isEqualTo(1);
        }
    }

    @Test
    void alloc_zeroOrInitOnFree_worksOnObjectsFromSheaves() {
        for (String boot : List.of("slab_nomerge", "init_on_free=1", "init_on_alloc=1")) {
            try (SheafFixture s = SheafFixture.booted(boot, SheafFixture.args())) {
                s.take(0, 2);
                long object = s.held().removeLast();
                s.f.machine.memory().fill(object, 256, (byte) 0x5b);
                s.cache.free(s.cpu(0), object);
                boolean wiped = boot.equals("init_on_free=1");
                assertThat(s.f.get(object + 8)).isEqualTo(wiped ? 0 : 0x5b5b5b5b5b5b5b5bL);

                long again = boot.equals("slab_nomerge") ? s.cache.zalloc(s.cpu(0), GFP_KERNEL)
                        : s.cache.alloc(s.cpu(0), GFP_KERNEL);

                s.held().add(again);
                assertThat(again).isEqualTo(object);
                for (int at = 0; at < 256; at += 8) {
                    assertThat(s.f.get(again + at)).isZero();
                }
            }
        }
    }

    @Test
    void alloc_faultInjected_failsBeforeAnySheafIsLookedAt() {
        try (SheafFixture s = SheafFixture.plain()) {
            s.take(0, 1);
            s.f.slab.failslab().setIgnoreGfpWait(false);
            s.f.slab.failslab().attr().setProbability(100);
            s.f.slab.failslab().attr().setTimes(1);

            assertThat(s.cache.alloc(s.cpu(0), GFP_KERNEL)).isZero();

            assertThat(s.shape(0)).isEqualTo("3 - | | 1");
            assertThat(s.count(SheafStat.ALLOC_CPU_SHEAF)).isEqualTo(1);
        }
    }

    @Test
    void createCache_noMemoryForSheaves_isRefusedAndLeavesNothing() {
        try (SheafFixture s = SheafFixture.plain()) {
            s.f.slab.failslab().setIgnoreGfpWait(false);
            s.f.slab.failslab().attr().setProbability(100);
            s.f.slab.failslab().attr().setSpace(0);
            s.f.slab.failslab().attr().setTimes(1);

            assertThatThrownBy(() -> s.f.slab
                    .createCache(KmemCacheArgs.of("bar", 64).withSheafCapacity(32)))
                    .hasMessageContaining("cache bar: no memory for sheaves of 32 objects");

            assertThat(s.f.log()).contains("__kmem_cache_create_args(bar) failed with error -12");
            assertThat(s.f.slab.cache("bar")).isNull();
        }
    }

    @Test
    void destroy_objectsLeft_refusesThenSucceedsWithoutLosingSheaves() {
        try (SlabFixture f = SlabFixture
                .of(SlabFixture.config(KernelProfile.LINUX_6_18))) {
            KmemCache cache = f.slab.createCache(SheafFixture.args());
            long object = cache.alloc(f.cpu, GFP_KERNEL);
            assertThat(cache.destroy()).isFalse();

            cache.free(f.cpu, object);

            assertThat(cache.destroy()).isTrue();
            assertThat(f.slab.kmalloc().cacheFor(64, GFP_KERNEL).snapshot()
                    .allocatedObjects()).isZero();
        }
    }
}
