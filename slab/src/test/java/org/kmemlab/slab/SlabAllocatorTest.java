package org.kmemlab.slab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.kmemlab.buddy.GfpFlags.GFP_KERNEL;

import java.util.List;

import org.junit.jupiter.api.Test;
import org.kmemlab.buddy.PageAllocator;
import org.kmemlab.machine.KernelProfile;
import org.kmemlab.machine.Machine;
import org.kmemlab.machine.MachineConfig;
import org.kmemlab.machine.MemoryKind;

class SlabAllocatorTest {

    private static KmemCacheArgs args(String name, int size) {
        return KmemCacheArgs.of(name, size);
    }

    /// If it fails, the cache descriptors' caches have another shape than on recorded kernels.
    @Test
    void boot_ownCaches_haveTheRecordedShape() {
        try (SlabFixture f = SlabFixture.of(MachineConfig.ofNodes(List.of(32, 32))
                .withCpus(4).withProfile(KernelProfile.DEB61))) {
            KmemCache caches = f.slab.caches().getLast();
            KmemCache nodes = f.slab.caches().get(f.slab.caches().size() - 2);

            assertThat(caches).hasToString("kmem_cache");
            assertThat(caches.geometry().objectSize()).isEqualTo(232);
            assertThat(caches.geometry().size()).isEqualTo(256);
            assertThat(nodes).hasToString("kmem_cache_node");
            assertThat(nodes.geometry().size()).isEqualTo(64);
            assertThat(f.log()).contains("SLUB: HWalign=64, Order=0-3, MinObjects=0, CPUs=4, "
                    + "Nodes=2");
            assertThatThrownBy(caches::destroy).hasMessageContaining("the allocator's own");
        }
    }

    /// If it fails, slabinfo lists caches in another order.
    @Test
    void caches_newestFirst() {
        try (SlabFixture f = SlabFixture.booted("slab_nomerge");
                KmemCache first = f.slab.createCache(args("first", 8));
                KmemCache second = f.slab.createCache(args("second", 8))) {
            assertThat(f.slab.caches()).startsWith(second, first);
            assertThat(f.slab.caches()).hasSize(2 + 3 * 13 + 2);
        }
    }

    /// If it fails, creators get flags that only the allocator itself may use.
    @Test
    void createCache_badArguments_areRefusedByName() {
        try (SlabFixture f = SlabFixture.booted("")) {
            assertThatThrownBy(() -> f.slab.createCache(
                    args("foo", 8).withFlags(SlabFlags.KMALLOC.with(SlabFlags.HWCACHE_ALIGN))))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("cache foo: a creator may not pass SLAB_KMALLOC");
            assertThatThrownBy(() -> f.slab.createCache(args("foo", 0)))
                    .hasMessageContaining("object size 0");
            assertThatThrownBy(() -> f.slab.createCache(args("", 8)))
                    .hasMessageContaining("needs a name");
            assertThat(f.log()).contains("kmem_cache_create_usercopy(foo) failed with error -22");
        }
    }

    /// If it fails, SLAB_PANIC does not stop the machine.
    @Test
    void createCache_panicFlag_panicsInsteadOfFailing() {
        try (SlabFixture f = SlabFixture.booted("")) {
            KmemCacheArgs impossible = args("foo", SlabGeometry.MAX_OBJECT_SIZE)
                    .withFlags(SlabFlags.PANIC.with(SlabFlags.POISON));

            assertThatThrownBy(() -> f.slab.createCache(impossible))
                    .isInstanceOf(KernelPanicException.class)
                    .hasMessage("kmem_cache_create_usercopy: Failed to create slab 'foo'. "
                            + "Error -38");
        }
    }

    /// If it fails, two caches that cannot share slabs share a name.
    @Test
    void createCache_takenName_isRefusedOnlyIfTheFirstCannotBeShared() {
        try (SlabFixture f = SlabFixture.booted("slab_nomerge");
                KmemCache first = f.slab.createCache(args("foo", 64))) {
            assertThatThrownBy(() -> f.slab.createCache(args("foo", 128)))
                    .hasMessageContaining("'foo' is taken");
            assertThat(first.destroy()).isTrue();
            try (KmemCache again = f.slab.createCache(args("foo", 128))) {
                assertThat(again.geometry().objectSize()).isEqualTo(128);
            }
        }
    }

    /// If it fails, similar caches do not share slabs, or share a handle's life too.
    @Test
    void createCache_similarCaches_shareSlabsButNotHandles() {
        try (SlabFixture f = SlabFixture.booted("")) {
            KmemCache first = f.slab.createCache(args("first", 300));
            KmemCache second = f.slab.createCache(
                    args("second", 303).withFlags(SlabFlags.HWCACHE_ALIGN).withAlign(8));
            KmemCache third = f.slab.createCache(args("third", 298));

            assertThat(second.snapshot().name()).isEqualTo("second");
            assertThat(first.geometry().size()).isEqualTo(304);
            assertThat(second.geometry().size()).isEqualTo(320);
            assertThat(third.snapshot().name()).isEqualTo("first");
            assertThat(third.snapshot().refcount()).isEqualTo(2);
            assertThat(f.slab.sysfs(third).directory()).isEqualTo(":0000304");
            long object = third.alloc(f.cpu, GFP_KERNEL);
            first.close();
            assertThat(f.slab.cacheOf(object)).isSameAs(third);
            assertThatThrownBy(() -> first.free(f.cpu, object))
                    .isInstanceOf(SlabBugException.class);
            assertThat(third.destroy()).isFalse();
            third.free(f.cpu, object);
            third.close();
            second.close();
        }
    }

    /// If it fails, caches share slabs though something forbids it.
    @Test
    void createCache_specialCaches_areNeverShared() {
        try (SlabFixture f = SlabFixture.booted("");
                KmemCache plain = f.slab.createCache(args("plain", 64));
                KmemCache rcu = f.slab
                        .createCache(args("rcu", 64).withFlags(SlabFlags.TYPESAFE_BY_RCU));
                KmemCache ctor = f.slab.createCache(args("ctor", 56).withCtor((memory, at) -> {}));
                KmemCache reclaim = f.slab
                        .createCache(args("reclaim", 64).withFlags(SlabFlags.RECLAIM_ACCOUNT));
                KmemCache usercopy = f.slab.createCache(args("user", 64).withUsercopy(0, 8))) {
            assertThat(f.slab.caches()).startsWith(usercopy, reclaim, ctor, rcu, plain);
            assertThat(f.slab.sysfs(rcu).directory()).isEqualTo("rcu");
            assertThat(f.slab.sysfs(reclaim).directory()).isEqualTo(":a-0000064");
        }
    }

    /// If it fails, a region outside the object may be copied to user space.
    @Test
    void createCache_badUsercopyRegion_isWarnedAboutAndCleared() {
        try (SlabFixture f = SlabFixture.booted("");
                KmemCache cache = f.slab.createCache(args("foo", 64).withUsercopy(60, 8))) {
            assertThat(f.log()).contains("cache foo: 8 bytes for user space at offset 60 of 64");
            assertThat(f.slab.sysfs(cache).directory()).isEqualTo(":0000064");
        }
    }

    /// If it fails, a machine without bytes gets caches whose free lists lie nowhere.
    @Test
    void create_machineWithoutBytes_isRefused() {
        try (Machine machine = new Machine(
                MachineConfig.ofMebibytes(64).withMemory(MemoryKind.METADATA_ONLY))) {
            PageAllocator pages = new PageAllocator(machine);

            assertThatThrownBy(() -> new SlabAllocator(pages))
                    .hasMessageContaining("METADATA_ONLY");
        }
    }

    /// If it fails, damage to a cache's own data goes unnoticed by validate.
    @Test
    void validate_damagedFreeList_isFoundByName() {
        SlabFixture f = SlabFixture.booted("");
        KmemCache cache = f.slab.createCache(args("foo", 64));
        long first = cache.alloc(f.cpu, GFP_KERNEL);
        long second = cache.alloc(f.cpu, GFP_KERNEL);
        cache.free(f.cpu, first);
        f.put(first + 32, second);

        assertThatThrownBy(f.slab::validate).isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("cache foo: foo slab 0x")
                .hasMessageContaining("object 1 is free but marked otherwise");
        f.machine.close();
    }
}
