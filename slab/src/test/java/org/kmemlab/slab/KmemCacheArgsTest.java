package org.kmemlab.slab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.kmemlab.buddy.GfpFlags.GFP_KERNEL;

import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kmemlab.machine.ConfigOption;
import org.kmemlab.machine.KernelProfile;

/// What creators can wish for since Linux 6.12, and how such a kernel lays caches out.
class KmemCacheArgsTest {

    private static final KernelProfile NEW = KernelProfile.LINUX_6_18;
    private static final SlabFlags RCU = SlabFlags.TYPESAFE_BY_RCU;

    private static SlabFixture booted(String parameters) {
        return SlabFixture.of(SlabFixture.config(NEW.booted("slab_nomerge " + parameters)));
    }

    private static KmemCacheArgs args(int size) {
        return KmemCacheArgs.of("foo", size);
    }

    /// If it fails, `vm_area_struct` takes 256 bytes, as if its creator had not given up a word.
    @Test
    void createCache_freeptrOffset_keepsTheFreePointerInside() {
        try (SlabFixture f = booted("")) {
            KmemCacheArgs vma = args(192).withFlags(RCU.with(SlabFlags.HWCACHE_ALIGN));
            try (KmemCache inside = f.slab.createCache(vma.withFreeptrOffset(16))) {
                assertThat(inside.geometry().size()).isEqualTo(192);
                assertThat(inside.geometry().slub().offset()).isEqualTo(16);
                assertThat(inside.geometry().slub().inuse()).isEqualTo(192);
                assertOnlyTheWordIsTouched(f, inside, 192, 16);
            }
            try (KmemCache outside = f.slab.createCache(vma)) {
                assertThat(outside.geometry().size()).isEqualTo(256);
                assertThat(outside.geometry().slub().offset()).isEqualTo(192);
            }
        }
    }

    private static void assertOnlyTheWordIsTouched(SlabFixture f, KmemCache cache, int size,
            int offset) {
        long object = cache.alloc(f.cpu, GFP_KERNEL);
        f.machine.memory().fill(object, size, (byte) 0x5c);
        cache.free(f.cpu, object);
        for (int at = 0; at < size; at++) {
            boolean link = at >= offset && at < offset + 8;
            if (!link) {
                assertThat(f.machine.memory().getByte(object + at)).as("byte %s", at)
                        .isEqualTo((byte) 0x5c);
            }
        }
        assertThat(cache.alloc(f.cpu, GFP_KERNEL)).isEqualTo(object);
        cache.free(f.cpu, object);
    }

    /// If it fails, offset 0, which is valid, is taken for no offset.
    @Test
    void createCache_freeptrOffsetZero_isAnOffset() {
        try (SlabFixture f = booted("");
                KmemCache cache =
                        f.slab.createCache(args(64).withFlags(RCU).withFreeptrOffset(0))) {
            assertThat(cache.geometry().slub().offset()).isZero();
            assertThat(cache.geometry().size()).isEqualTo(64);
        }
    }

    /// If it fails, what needs the whole object no longer moves the free pointer out of it.
    @Test
    void createCache_freeptrOffsetWithPoisonOrCtor_isMovedOutside() {
        KmemCacheArgs wish = args(64).withFlags(RCU).withFreeptrOffset(8);
        try (SlabFixture f = booted("");
                KmemCache ctor = f.slab.createCache(wish.withCtor((memory, at) -> {}))) {
            assertThat(ctor.geometry().slub().offset()).isEqualTo(64);
        }
        try (SlabFixture f = booted("slub_debug=P"); KmemCache cache = f.slab.createCache(wish)) {
            assertThat(cache.geometry().slub().offset()).isEqualTo(64);
        }
        try (SlabFixture f = booted("slub_debug=Z"); KmemCache cache = f.slab.createCache(wish)) {
            assertThat(cache.geometry().slub().offset()).isEqualTo(8);
        }
    }

    /// If it fails, a free pointer lies where the kernel refuses it.
    @ParameterizedTest
    @CsvSource(delimiter = ';', value = {"8; 0; only a cache with SLAB_TYPESAFE_BY_RCU",
        "64; 0x80000; expected 0 to 63, inside the object", "12; 0x80000; expected a multiple of 8",
        "-8; 0x80000; freeptr_offset -8: expected 0 to 63"})
    void createCache_badFreeptrOffset_isRefused(int offset, String flags, String message) {
        try (SlabFixture f = booted("")) {
            SlabFlags all = SlabFlags.parse(flags.equals("0") ? "none" : flags);
            assertThatThrownBy(() -> f.slab
                    .createCache(args(64).withFlags(all).withFreeptrOffset(offset)))
                    .isInstanceOf(IllegalArgumentException.class).hasMessageContaining(message);
            assertThat(f.log()).contains("__kmem_cache_create_args(foo) failed with error -22");
            assertThatThrownBy(() -> f.slab.createCache(
                    args(64).withFlags(all.with(SlabFlags.PANIC)).withFreeptrOffset(offset)))
                    .hasMessage("__kmem_cache_create_args: Failed to create slab 'foo'. "
                            + "Error -22");
        }
    }

    /// If it fails, an older kernel obeys wishes that it does not know.
    @Test
    void createCache_newWishesOnLinux61_areRefused() {
        try (SlabFixture f = SlabFixture.booted("")) {
            assertThatThrownBy(
                    () -> f.slab.createCache(args(64).withFlags(RCU).withFreeptrOffset(8)))
                    .hasMessageContaining("Linux 6.1 has no kmem_cache_args");
            assertThatThrownBy(() -> f.slab.createCache(args(64).withSheafCapacity(32)))
                    .hasMessageContaining("sheaf_capacity 32: Linux 6.1 has no sheaves");
            assertThatThrownBy(() -> f.slab.createCache(args(64).withFlags(SlabFlags.NO_MERGE)))
                    .hasMessage("cache foo: a creator may not pass SLAB_NO_MERGE");
        }
    }

    /// If it fails, a flag that is gone is accepted.
    @Test
    void createCache_memSpreadOnLinux618_isRefused() {
        try (SlabFixture f = booted("")) {
            assertThatThrownBy(() -> f.slab.createCache(args(64).withFlags(SlabFlags.MEM_SPREAD)))
                    .hasMessage("cache foo: a creator may not pass SLAB_MEM_SPREAD");
        }
    }

    /// If it fails, a cache that must be alone shares its objects.
    @Test
    void createCache_noMergeOrSheaves_isNotShared() {
        try (SlabFixture f = SlabFixture.of(SlabFixture.config(NEW));
                KmemCache first = f.slab.createCache(args(80));
                KmemCache joined = f.slab.createCache(KmemCacheArgs.of("joined", 80));
                KmemCache alone = f.slab.createCache(
                        KmemCacheArgs.of("alone", 80).withFlags(SlabFlags.NO_MERGE));
                KmemCache sheaves = f.slab
                        .createCache(KmemCacheArgs.of("sheaves", 80).withSheafCapacity(32))) {
            assertThat(first.snapshot().refcount()).isEqualTo(2);
            assertThat(joined.snapshot().name()).isEqualTo("foo");
            assertThat(List.of(alone, sheaves)).extracting(cache -> cache.snapshot().name())
                    .containsExactly("alone", "sheaves");
            assertThat(f.slab.sysfs(alone).directory()).isEqualTo("alone");
            assertThat(f.slab.sysfs(sheaves).directory()).isEqualTo("sheaves");
        }
    }

    /// If it fails, a sheaf that no `kmalloc` could hold is promised.
    @Test
    void createCache_sheafCapacityOutOfRange_isRefused() {
        try (SlabFixture f = booted("")) {
            assertThatThrownBy(() -> f.slab.createCache(args(64).withSheafCapacity(-1)))
                    .hasMessageContaining("sheaf_capacity -1: expected 0 to 524284");
            assertThatThrownBy(() -> f.slab.createCache(args(64).withSheafCapacity(524_285)))
                    .hasMessageContaining("sheaf_capacity 524285: expected 0 to 524284");
            assertThat(f.log()).contains("(foo) failed with error -12");
        }
    }

    /// If it fails, caches of a 6.18 kernel do not have the shape that a running one shows.
    @ParameterizedTest
    @CsvSource({"kmalloc-64, 64, 0, 64, 120, 5", "kmalloc-1k, 1024, 2, 16, 24, 5",
        "kmalloc-8k, 8192, 3, 4, 6, 6", "kmalloc-96, 96, 0, 42, 120, 5",
        "kmalloc-192, 192, 0, 21, 120, 5", "kmem_cache, 256, 0, 16, 52, 5",
        "kmem_cache_node, 128, 0, 32, 120, 5"})
    void ownCaches_linux618_haveTheShapeOfARunningKernel(String name, int size, int order,
            int objects, int cpuPartial, int minPartial) {
        KernelProfile profile = NEW.with(ConfigOption.SLAB_FREELIST_HARDENED)
                .with(ConfigOption.SLAB_FREELIST_RANDOM);
        try (SlabFixture f = SlabFixture.of(SlabFixture.config(profile).withCpus(2))) {
            SlubGeometry g = f.slab.caches().stream().filter(c -> c.name().equals(name))
                    .findFirst().orElseThrow().geometry().slub();
            assertThat(List.of(g.size(), g.order(), g.objects(), g.cpuPartial(), g.minPartial()))
                    .containsExactly(size, order, objects, cpuPartial, minPartial);
        }
    }

    /// If it fails, descriptors or odd `kmalloc` sizes look as they did in 6.1.
    @Test
    void ownCaches_linux618_haveGrownAndAreAligned() {
        KernelProfile profile = NEW.with(ConfigOption.SLAB_FREELIST_HARDENED)
                .with(ConfigOption.SLAB_FREELIST_RANDOM);
        try (SlabFixture f = SlabFixture.of(SlabFixture.config(profile))) {
            assertThat(geometry(f, "kmem_cache").objectSize()).isEqualTo(232);
            assertThat(geometry(f, "kmem_cache_node").objectSize()).isEqualTo(72);
            assertThat(geometry(f, "kmalloc-96").align()).isEqualTo(32);
            assertThat(geometry(f, "kmalloc-192").align()).isEqualTo(64);
            assertThat(geometry(f, "kmalloc-8").allocFlags().bits()).isEqualTo(0x40000);
        }
        try (SlabFixture f = SlabFixture.booted("")) {
            assertThat(geometry(f, "kmem_cache").objectSize()).isEqualTo(208);
            assertThat(geometry(f, "kmem_cache_node").objectSize()).isEqualTo(64);
            assertThat(geometry(f, "kmalloc-96").align()).isEqualTo(8);
            assertThat(geometry(f, "kmalloc-8").allocFlags().bits()).isZero();
        }
    }

    private static SlubGeometry geometry(SlabFixture f, String name) {
        return f.slab.caches().stream().filter(cache -> cache.name().equals(name)).findFirst()
                .orElseThrow().geometry().slub();
    }

    /// If it fails, the free pointer of a guarded `kmalloc` object lies in what is looked at as red
    /// zone, or the field of the requested size is too small.
    @Test
    void kmallocCaches_redZoneAndTracksOn618_moveTheFreePointerOut() {
        try (SlabFixture f = booted("slub_debug=ZU")) {
            SlubGeometry g = geometry(f, "kmalloc-64");

            assertThat(g.inuse()).isEqualTo(72);
            assertThat(g.offset()).isEqualTo(72);
            // Left red zone, object, right red zone, free pointer, tracks, size, guard word.
            assertThat(g.size()).isEqualTo(ObjectLayout.alignUp(64 + 72 + 8 + 64 + 8 + 8, 64));
        }
        try (SlabFixture f = SlabFixture.booted("slub_debug=ZU")) {
            assertThat(geometry(f, "kmalloc-64").offset()).isEqualTo(32);
        }
    }
}
