package org.kmemlab.slab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.kmemlab.buddy.GfpFlags.GFP_KERNEL;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kmemlab.buddy.GfpFlags;
import org.kmemlab.machine.ConfigOption;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.KernelProfile;
import org.kmemlab.machine.MachineConfig;

/// Random allocations and frees on several CPUs and nodes, against a map of what is allocated.
class SlabModelTest {

    private static final long CONSTRUCTED = 0x0c07_0c07_0c07_0c07L;
    private static final int STEPS = 6000;

    private record Live(KmemCache cache, int size, long mark) {}

    private final TreeMap<Long, Live> live = new TreeMap<>();
    private final List<Long> order = new ArrayList<>();
    private long nextMark = 1;

    /// If it fails, objects overlap, lose their content or constructed state, lists break, or pages
    /// leak; the seed in the name replays it.
    @ParameterizedTest(name = "seed {0}, {1} booted with {2}")
    @CsvSource({"1, c61, slab_nomerge", "2, c61, slub_debug=FZPU", "3, c61-random-hardened, ''",
        "4, deb61, init_on_free=1", "5, c61, slub_max_order=0", "6, linux-6.1, slub_debug=U",
        "7, linux-6.1, slub_min_objects=64", "8, c61-SLAB, slab_nomerge",
        "9, c61-SLAB, noaliencache", "10, c61-SLAB, slab_max_order=3", "11, debug-SLAB, ''",
        "12, random-SLAB, init_on_free=1", "13, linux-6.18, slab_nomerge",
        "14, linux-6.18, init_on_free=1", "15, linux-6.18, slub_debug=FZPU",
        "16, c61-SLOB, ''", "17, c61-SLOB, slab_nomerge"})
    void randomUse_againstAModel(long seed, String build, String boot) {
        SplittableRandom random = new SplittableRandom(seed);
        try (SlabFixture f = SlabFixture.of(MachineConfig.ofNodes(List.of(32, 32)).withCpus(3)
                .withProfile(profile(build).booted(boot)).withSeed(seed))) {
            List<KmemCache> caches = create(f.slab);
            for (int step = 0; step < STEPS; step++) {
                Cpu cpu = f.machine.cpu(random.nextInt(3));
                boolean growing = step / 1000 % 2 == 0;
                if (random.nextInt(100) < (growing ? 65 : 35)) {
                    allocate(f, cpu, caches.get(random.nextInt(caches.size())), random);
                } else if (!order.isEmpty()) {
                    free(f, cpu, random);
                }
                rarely(f, cpu, caches, random);
            }
            while (!order.isEmpty()) {
                free(f, f.cpu, random);
            }
            f.slab.validate();
            caches.forEach(cache -> assertThat(cache.destroy()).isTrue());
        }
    }

    private static KernelProfile profile(String build) {
        return switch (build) {
            case "debug-SLAB" -> KernelProfile.C61_SLAB.with(ConfigOption.DEBUG_SLAB);
            case "random-SLAB" -> KernelProfile.C61_SLAB.with(ConfigOption.SLAB_FREELIST_RANDOM);
            default -> KernelProfile.of(build);
        };
    }

    private static List<KmemCache> create(SlabAllocator slab) {
        ObjectConstructor ctor = (memory, at) -> memory.putLong(at, CONSTRUCTED);
        int sheaf = slab.settings().rules().hasCacheArgs() ? 6 : 0;
        return List.of(slab.createCache(KmemCacheArgs.of("m8", 8)),
                slab.createCache(KmemCacheArgs.of("m24", 24).withSheafCapacity(sheaf)),
                slab.createCache(KmemCacheArgs.of("m200", 200).withCtor(ctor)
                        .withSheafCapacity(sheaf)),
                slab.createCache(KmemCacheArgs.of("m192rcu", 192).withSheafCapacity(2 * sheaf)
                        .withFlags(SlabFlags.TYPESAFE_BY_RCU.with(SlabFlags.HWCACHE_ALIGN))),
                slab.createCache(KmemCacheArgs.of("m1000", 1000)),
                slab.createCache(KmemCacheArgs.of("m5000", 5000).withAlign(64)));
    }

    private void allocate(SlabFixture f, Cpu cpu, KmemCache cache, SplittableRandom random) {
        int node = random.nextInt(-1, 2);
        GfpFlags gfp = random.nextInt(4) == 0 ? GFP_KERNEL.with(GfpFlags.THISNODE) : GFP_KERNEL;
        long address = cache.allocNode(cpu, node, gfp);
        int size = cache.geometry().objectSize();
        assertThat(address).isNotZero();
        assertThat(address % cache.geometry().align()).isZero();
        assertThat(overlaps(address, size)).as("object at %x", address).isFalse();
        if (node >= 0 && gfp.has(GfpFlags.THISNODE)) {
            assertThat(f.pages.memMap().nodeOf(f.machine.memory().pfnOf(address))).isEqualTo(node);
        }
        boolean constructed = cache.name().equals("m200");
        if (constructed) {
            assertThat(f.get(address)).isEqualTo(CONSTRUCTED);
        } else {
            f.put(address, nextMark);
        }
        live.put(address, new Live(cache, size, nextMark++));
        order.add(address);
    }

    private boolean overlaps(long address, int size) {
        Long before = live.floorKey(address);
        Long after = live.ceilingKey(address);
        return (before != null && before + live.get(before).size > address)
                || (after != null && address + size > after);
    }

    private void free(SlabFixture f, Cpu cpu, SplittableRandom random) {
        int at = random.nextInt(order.size());
        long address = order.get(at);
        order.set(at, order.getLast());
        order.removeLast();
        Live object = live.remove(address);
        if (!object.cache.name().equals("m200")) {
            assertThat(f.get(address)).as("content at %x", address).isEqualTo(object.mark);
        }
        object.cache.free(cpu, address);
    }

    private void rarely(SlabFixture f, Cpu cpu, List<KmemCache> caches, SplittableRandom random) {
        switch (random.nextInt(400)) {
            case 0 -> f.slab.validate();
            case 1 -> caches.get(random.nextInt(caches.size())).shrink(cpu);
            case 2 -> f.machine.clock().advance(random.nextInt(4) == 0 ? 1000 : 3);
            case 3 -> {
                for (KmemCache cache : caches) {
                    long count = live.values().stream().filter(o -> o.cache == cache).count();
                    assertThat(cache.snapshot().allocatedObjects()).isEqualTo(count);
                }
            }
            default -> {}
        }
    }
}
