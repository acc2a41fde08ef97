package org.kmemlab.slab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.kmemlab.buddy.GfpFlags.GFP_KERNEL;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kmemlab.buddy.PageAllocator;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.KernelProfile;
import org.kmemlab.machine.Machine;
import org.kmemlab.machine.MachineConfig;
import org.kmemlab.slab.SlubSnapshot.CpuView;
import org.kmemlab.slab.SlubSnapshot.NodeView;
import org.kmemlab.slab.SlubSnapshot.SlabView;

class CacheStateTest {

    private static SlabAllocator restored(SlabFixture f, List<CacheState> states) {
        Machine machine = new Machine(f.machine.config());
        PageAllocator pages = new PageAllocator(machine, f.pages.snapshot());
        return new SlabAllocator(pages, SlabPages.of(pages), MisusePolicy.REFUSE, states);
    }

    private static List<CacheState> states(SlabFixture f) {
        return f.slab.caches().stream().map(cache -> new CacheState(cache.snapshot())).toList();
    }

    /// If it fails, a machine that goes on from a recorded state goes another way than the recorded
    /// one: other objects, lists or pages.
    @ParameterizedTest
    @CsvSource({"c61, ''", "c61, slub_debug=FZPU", "deb61, slab_nomerge", "c61-SLAB, ''"})
    void restore_stateOfARunningMachine_goesOnAlike(String build, String boot) {
        SplittableRandom random = new SplittableRandom(5);
        try (SlabFixture f = SlabFixture.of(MachineConfig.ofNodes(List.of(32, 32)).withCpus(2)
                .withProfile(KernelProfile.of(build).booted(boot)))) {
            List<Long> objects = new ArrayList<>();
            use(f.slab, objects, random, 3000);
            SlabAllocator twin = restored(f, states(f));
            assertThat(twin.caches().stream().map(KmemCache::snapshot))
                    .isEqualTo(f.slab.caches().stream().map(KmemCache::snapshot).toList());
            // Where a new slab's random order starts is no part of the state.
            boolean ascending = !f.slab.settings().freelistRandom();

            List<Long> twinObjects = new ArrayList<>(objects);
            adoptFullSlabs(f.slab, twin, objects);
            use(f.slab, objects, new SplittableRandom(9), 2000);
            use(twin, twinObjects, new SplittableRandom(9), 2000);
            assertThat(twinObjects.equals(objects)).isEqualTo(ascending);
            twin.validate();
            twin.machine().close();
            objects.forEach(object -> f.slab.kmalloc().kfree(f.cpu, object));
        }
    }

    private static void use(SlabAllocator slab, List<Long> objects, SplittableRandom random,
            int steps) {
        for (int step = 0; step < steps; step++) {
            Cpu cpu = slab.machine().cpu(random.nextInt(2));
            if (objects.isEmpty() || random.nextInt(100) < 55) {
                long size = 1L << random.nextInt(3, 13);
                objects.add(slab.kmalloc().kmalloc(cpu, size, GFP_KERNEL));
            } else {
                slab.kmalloc().kfree(cpu, objects.remove(random.nextInt(objects.size())));
            }
        }
    }

    private static void adoptFullSlabs(SlabAllocator from, SlabAllocator to, List<Long> objects) {
        for (long object : objects) {
            if (to.cacheOf(object) == null) {
                String name = Objects.requireNonNull(from.cacheOf(object)).name();
                to.adoptFullSlab(Objects.requireNonNull(to.cache(name)), object);
            }
        }
    }

    /// If it fails, a state that contradicts itself is taken over.
    @Test
    void restore_contradictoryState_isRefused() {
        try (SlabFixture f = SlabFixture.booted("slab_nomerge");
                KmemCache cache = f.slab.createCache(KmemCacheArgs.of("foo", 1024))) {
            SlubSnapshot fresh = cache.snapshot().slub();
            int pfn = 0x1000;

            refused(f, fresh, new SlabView(pfn, 1, 6, 8, false, List.of(1)),
                    "cache foo: slab 0x1000 has 6 of 8 objects in use but 1 on its free list");
            refused(f, fresh, new SlabView(pfn, 1, 6, 8, false, List.of(1, 8)),
                    "an object is twice on a free list, or beyond 8");
            refused(f, fresh, new SlabView(pfn, 1, 6, 8, false, List.of(1, 1)),
                    "an object is twice on a free list, or beyond 8");
            assertThatThrownBy(() -> f.slab.adoptFullSlab(cache, 4096))
                    .hasMessageContaining("address 0x1000 is not in the machine's memory");
        }
    }

    private static void refused(SlabFixture f, SlubSnapshot fresh, SlabView partial,
            String message) {
        NodeView node = new NodeView(1, 8, List.of(partial), List.of());
        SlubSnapshot state = new SlubSnapshot(fresh.name(), fresh.geometry(), 1, fresh.cpus(),
                List.of(node));

        assertThatThrownBy(() -> restored(f, List.of(new CacheState(state))))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining(message);
    }

    /// If it fails, two caches claim the same pages.
    @Test
    void restore_overlappingSlabs_areRefused() {
        try (SlabFixture f = SlabFixture.booted("slab_nomerge");
                KmemCache cache = f.slab.createCache(KmemCacheArgs.of("foo", 64))) {
            SlubSnapshot fresh = cache.snapshot().slub();
            SlabView slab = new SlabView(0x1000, 0, 63, 64, false, List.of(1));
            NodeView node = new NodeView(2, 128, List.of(slab, slab), List.of());
            CpuView cpu = fresh.cpus().getFirst();

            assertThatThrownBy(() -> restored(f, List.of(new CacheState(new SlubSnapshot("foo",
                    fresh.geometry(), 1, List.of(cpu), List.of(node))))))
                    .hasMessageContaining("slab 0x1000 overlaps foo slab 0x1000");
            assertThatThrownBy(() -> restored(f, List.of(new CacheState(new SlubSnapshot("foo",
                    fresh.geometry(), 1, List.of(cpu, cpu), List.of(node))))))
                    .hasMessageContaining("a state of 2 CPUs and 1 nodes does not fit");
        }
    }
}
