package org.kmemlab.slab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.kmemlab.buddy.GfpFlags.GFP_KERNEL;
import static org.kmemlab.slab.ClassicFixture.alloc;
import static org.kmemlab.slab.ClassicFixture.array;
import static org.kmemlab.slab.ClassicFixture.cache;
import static org.kmemlab.slab.ClassicFixture.free;
import static org.kmemlab.slab.ClassicFixture.node;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kmemlab.buddy.GfpFlags;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.Execution;
import org.kmemlab.machine.KernelProfile;
import org.kmemlab.machine.MachineConfig;
import org.kmemlab.slab.ClassicSnapshot.SlabView;

/// What recordings of the classic SLAB do not show: several CPUs and nodes, colours, misuse.
class ClassicEngineTest {

    /// An untouched array would get a whole batch at once, or a touched one only a few objects.
    @Test
    void alloc_emptyArray_getsFewObjectsTheFirstTime() {
        try (SlabFixture f = ClassicFixture.booted(); KmemCache cache = cache(f, 64)) {
            List<Long> objects = alloc(cache, f.cpu, 1);
            assertThat(array(cache, 0).entries()).hasSize(15);

            objects.addAll(alloc(cache, f.cpu, 16));

            assertThat(array(cache, 0).entries()).hasSize(47);
            assertThat(node(cache, 0).freeObjects()).isZero();
            free(cache, f.cpu, objects);
        }
    }

    /// Objects of different slabs would always fall on the same lines of the processor's cache.
    @Test
    void alloc_eachNewSlab_beginsOneColourFurther() {
        try (SlabFixture f = ClassicFixture.booted(); KmemCache cache = cache(f, 704)) {
            List<Long> objects = alloc(cache, f.cpu, 9 * 11);

            List<Integer> colours = node(cache, 0).full().reversed().stream()
                    .map(SlabView::colour).toList();
            assertThat(colours).containsExactly(64, 128, 192, 256, 320, 384, 0, 64, 128);
            for (long object : objects) {
                ObjectPlace place = Objects.requireNonNull(f.slab.placeOf(object));
                assertThat(object).isEqualTo(place.first() + place.index() * 704L);
            }
            free(cache, f.cpu, objects);
        }
    }

    /// CPUs of a node would not get what others gave back, or free slabs would never go.
    @Test
    void free_fullArray_sharesTheOldestBatch() {
        try (SlabFixture f = ClassicFixture.ofCpus(2); KmemCache cache = cache(f, 64)) {
            assertThat(cache.arrayLimits()).isEqualTo(new ArrayLimits(120, 60, 8));
            List<Long> objects = alloc(cache, f.cpu, 256);
            free(cache, f.cpu, objects.subList(0, 121));
            List<Long> shared = Objects.requireNonNull(node(cache, 0).shared()).entries();
            assertThat(shared).hasSize(60);

            long got = cache.alloc(f.machine.cpu(1), GFP_KERNEL);

            assertThat(got).isEqualTo(shared.getLast());
            assertThat(array(cache, 1).entries()).hasSize(15).isSubsetOf(shared);
            assertThat(cache.snapshot().classic().sharedAvailable()).isEqualTo(44);
            cache.free(f.cpu, got);
            free(cache, f.cpu, objects.subList(121, 256));
        }
    }

    /// Slabs without objects would pile up, or all of them go at once.
    @Test
    void free_moreThanTheLimit_givesUpTheSlabThatWaitedLongest() {
        try (SlabFixture f = ClassicFixture.booted(); KmemCache cache = cache(f, 1000)) {
            List<Long> objects = alloc(cache, f.cpu, 300);
            int limit = node(cache, 0).freeLimit();
            assertThat(limit).isEqualTo(2 * 27 + 4);

            free(cache, f.cpu, objects);

            assertThat(node(cache, 0).freeObjects()).isLessThanOrEqualTo(limit)
                    .isGreaterThan(limit - 4);
            assertThat(cache.shrink(f.cpu)).isTrue();
            assertThat(cache.snapshot().slabs()).isZero();
        }
    }

    /// Objects of another node would stay where they were freed, or go home one by one.
    @Test
    void free_onAnotherNode_goesHomeInBatches() {
        try (SlabFixture f = ClassicFixture.ofNodes(""); KmemCache cache = cache(f, 64)) {
            List<Long> objects = alloc(cache, f.cpu, 20);
            Cpu far = f.machine.cpu(1);
            assertThat(far.node()).isEqualTo(1);
            free(cache, far, objects.subList(0, 12));
            assertThat(node(cache, 1).alien().get(0).entries())
                    .containsExactlyElementsOf(objects.subList(0, 12));

            free(cache, far, objects.subList(12, 13));

            assertThat(node(cache, 1).alien().get(0).entries())
                    .containsExactly(objects.get(12));
            assertThat(Objects.requireNonNull(node(cache, 0).shared()).entries()).hasSize(12);
            assertThat(cache.snapshot().classic().stats().overflows()).isEqualTo(1);
            free(cache, far, objects.subList(13, 20));
        }
    }

    /// The boot parameter would change nothing.
    @Test
    void free_onAnotherNodeWithoutAliens_goesHomeAtOnce() {
        try (SlabFixture f = ClassicFixture.ofNodes("noaliencache");
                KmemCache cache = cache(f, 64)) {
            long object = cache.alloc(f.cpu, GFP_KERNEL);
            long before = node(cache, 0).freeObjects();

            cache.free(f.machine.cpu(1), object);

            assertThat(node(cache, 1).alien()).isEmpty();
            assertThat(node(cache, 0).freeObjects()).isEqualTo(before + 1);
        }
    }

    /// A wish for a node would be served from the array of the CPU, which has other objects.
    @Test
    void allocNode_otherNode_passesTheArrays() {
        try (SlabFixture f = ClassicFixture.ofNodes(""); KmemCache cache = cache(f, 64)) {
            long near = cache.alloc(f.cpu, GFP_KERNEL);
            long far = cache.allocNode(f.cpu, 1, GFP_KERNEL);

            int pfn = f.machine.memory().pfnOf(far);
            assertThat(f.pages.memMap().nodeOf(pfn)).isEqualTo(1);
            assertThat(array(cache, 0).entries()).hasSize(15);
            assertThat(node(cache, 1).freeObjects()).isEqualTo(63);
            cache.free(f.cpu, near);
            cache.free(f.cpu, far);
        }
    }

    /// With one node exhausted the other would not be asked, or a bound request would get it.
    @Test
    void alloc_nodeExhausted_takesTheOtherUnlessBound() {
        try (SlabFixture f = ClassicFixture.ofNodes("");
                KmemCache cache = f.slab.createCache(KmemCacheArgs.of("big", 1 << 20))) {
            GfpFlags bound = GFP_KERNEL.with(GfpFlags.THISNODE).with(GfpFlags.NOWARN);
            List<Long> objects = new ArrayList<>();
            long object = cache.alloc(f.cpu, bound);
            while (object != 0) {
                objects.add(object);
                object = cache.alloc(f.cpu, bound);
            }

            long elsewhere = cache.alloc(f.cpu, GFP_KERNEL.with(GfpFlags.NOWARN));

            assertThat(objects).isNotEmpty();
            assertThat(f.pages.memMap().nodeOf(f.machine.memory().pfnOf(elsewhere))).isEqualTo(1);
            objects.add(elsewhere);
            free(cache, f.cpu, objects);
        }
    }

    /// The memory for indices outside would leak, or be freed twice.
    @Test
    void shrink_indicesOutside_givesTheirMemoryBack() {
        try (SlabFixture f = ClassicFixture.booted();
                KmemCache cache = f.slab.createCache(
                        KmemCacheArgs.of("rcu", 128).withFlags(SlabFlags.TYPESAFE_BY_RCU))) {
            KmemCache indices = f.slab.kmalloc().cacheFor(32, GFP_KERNEL);
            List<Long> objects = alloc(cache, f.cpu, 40);
            assertThat(indices.snapshot().allocatedObjects()).isEqualTo(2);

            free(cache, f.cpu, objects);
            cache.shrink(f.cpu);

            assertThat(indices.snapshot().allocatedObjects()).isZero();
        }
    }

    /// If the memory for indices outside cannot be had, pages would leak.
    @Test
    void alloc_noMemoryForIndices_failsAndLeavesNothing() {
        try (SlabFixture f = ClassicFixture.booted();
                KmemCache cache = f.slab.createCache(
                        KmemCacheArgs.of("rcu", 128).withFlags(SlabFlags.TYPESAFE_BY_RCU))) {
            Failslab failslab = f.slab.failslab();
            failslab.setIgnoreGfpWait(false);
            failslab.setCacheFilter(true);
            f.slab.kmalloc().cacheFor(32, GFP_KERNEL).setFailslab(true);
            failslab.attr().setProbability(100);
            failslab.attr().setTimes(-1);

            assertThat(cache.alloc(f.cpu, GFP_KERNEL)).isZero();

            assertThat(cache.snapshot().slabs()).isZero();
            failslab.attr().setProbability(0);
        }
    }

    /// Misuse would corrupt a stack of indices instead of being refused.
    @ParameterizedTest
    @CsvSource({"0, DoubleFree", "8, InteriorPointer"})
    void free_noObjectInUse_isRefused(int offset, String bug) {
        try (SlabFixture f = ClassicFixture.booted(); KmemCache cache = cache(f, 64)) {
            long object = cache.alloc(f.cpu, GFP_KERNEL);
            CacheSnapshot before = cache.snapshot();
            if (offset == 0) {
                cache.free(f.cpu, object);
                before = cache.snapshot();
            }

            assertThatThrownBy(() -> cache.free(f.cpu, object + offset))
                    .isInstanceOfSatisfying(SlabBugException.class, thrown -> assertThat(
                            thrown.bug().getClass().getSimpleName()).isEqualTo(bug));

            assertThat(cache.snapshot()).isEqualTo(before);
            if (offset != 0) {
                cache.free(f.cpu, object);
            }
        }
    }

    /// A use after free that destroys the indices would hand out memory that is no object.
    @Test
    void alloc_indicesOverwritten_isFound() {
        SlabFixture f = ClassicFixture.booted();
        KmemCache cache = cache(f, 64);
        alloc(cache, f.cpu, 1);
        ObjectPlace last = Objects.requireNonNull(f.slab.placeOf(
                cache.alloc(f.cpu, GFP_KERNEL)));
        f.machine.memory().fill(last.first() + 63 * 64, 64, (byte) 0xff);

        assertThatThrownBy(() -> alloc(cache, f.cpu, 20)).isInstanceOf(SlabBugException.class)
                .hasMessageContaining("cache foo: the free pointer of");
        f.machine.close();
    }

    /// Bulk calls would lose objects when memory runs out.
    @Test
    void allocBulk_isAllOrNothing() {
        try (SlabFixture f = ClassicFixture.booted(); KmemCache cache = cache(f, 200)) {
            long[] objects = new long[500];
            assertThat(cache.allocBulk(f.cpu, GFP_KERNEL, objects, 0, 500)).isEqualTo(500);
            assertThat(cache.snapshot().allocatedObjects()).isEqualTo(500);

            cache.freeBulk(f.cpu, objects, 0, 500);

            assertThat(cache.snapshot().allocatedObjects()).isZero();
            long[] tooMany = new long[1 << 19];
            assertThat(cache.allocBulk(f.cpu, GFP_KERNEL.with(GfpFlags.NOWARN), tooMany, 0,
                    tooMany.length)).isZero();
            assertThat(cache.snapshot().allocatedObjects()).isZero();
        }
    }

    /// Constructed state would be lost, or the constructor run at each allocation.
    @Test
    void alloc_constructor_ranOnceForEachObjectOfTheSlab() {
        int[] calls = new int[1];
        try (SlabFixture f = ClassicFixture.booted();
                KmemCache cache = f.slab.createCache(
                        KmemCacheArgs.of("ctor", 40).withCtor((memory, at) -> {
                            calls[0]++;
                            memory.putLong(at, 0x1234);
                        }))) {
            List<Long> objects = alloc(cache, f.cpu, 99);

            assertThat(calls[0]).isEqualTo(99);
            assertThat(objects).allSatisfy(o -> assertThat(f.get(o)).isEqualTo(0x1234));
            free(cache, f.cpu, objects);
            free(cache, f.cpu, alloc(cache, f.cpu, 99));
            assertThat(calls[0]).isEqualTo(99);
        }
    }

    /// A live machine would corrupt the arrays of its threads without a word.
    @Test
    void slabAllocator_liveMachine_isRefused() {
        assertThatThrownBy(() -> SlabFixture.of(SlabFixture.config(KernelProfile.C61_SLAB)
                .withExecution(Execution.LIVE))).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("kernel c61-SLAB keeps objects with SLAB")
                .hasMessageContaining("live use needs SLUB");
    }

    /// What only SLUB has would end in an obscure failure.
    @Test
    void sysfs_hasNone() {
        try (SlabFixture f = ClassicFixture.booted(); KmemCache cache = cache(f, 64)) {
            assertThatThrownBy(() -> f.slab.sysfs(cache)).isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("no /sys/kernel/slab");
            assertThatThrownBy(cache::tunables).isInstanceOf(IllegalStateException.class);
            assertThat(f.slab.sysfsCache("foo")).isNull();
            assertThat(cache.validateSlabs(f.cpu)).isZero();
        }
    }

    /// Small machines would waste memory on large slabs.
    @Test
    void geometry_littleMemory_hasSlabsOfOnePage() {
        try (SlabFixture f = SlabFixture.of(MachineConfig.ofMebibytes(32)
                .withProfile(KernelProfile.C61_SLAB.booted("slab_nomerge")));
                KmemCache cache = cache(f, 704)) {
            assertThat(cache.geometry().order()).isZero();
        }
    }
}
