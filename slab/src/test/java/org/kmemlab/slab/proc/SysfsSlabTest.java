package org.kmemlab.slab.proc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.kmemlab.buddy.GfpFlags.GFP_KERNEL;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.kmemlab.machine.KernelProfile;
import org.kmemlab.machine.MachineConfig;
import org.kmemlab.slab.KmemCache;
import org.kmemlab.slab.KmemCacheArgs;
import org.kmemlab.slab.SlabFixture;
import org.kmemlab.slab.SlabFlags;

class SysfsSlabTest {

    private static SlabFixture machine() {
        return SlabFixture.of(MachineConfig.ofNodes(List.of(32, 32)).withCpus(2)
                .withProfile(KernelProfile.LINUX_6_1));
    }

    /// If it fails, tools that read the shape and flags of a cache misread it.
    @Test
    void attributes_shapeAndFlags_areThoseOfTheCache() {
        try (SlabFixture f = machine();
                KmemCache cache = f.slab.createCache(KmemCacheArgs.of("foo", 100)
                        .withFlags(SlabFlags.parse("HWCACHE_ALIGN|RECLAIM_ACCOUNT|RED_ZONE"))
                        .withUsercopy(0, 8))) {
            Map<String, String> files = SysfsSlab.attributes(f.slab.sysfs(cache));

            assertThat(files).containsEntry("object_size", "100").containsEntry("slab_size", "192")
                    .containsEntry("objs_per_slab", "21").containsEntry("order", "0")
                    .containsEntry("align", "64").containsEntry("hwcache_align", "1")
                    .containsEntry("reclaim_account", "1").containsEntry("red_zone", "1")
                    .containsEntry("poison", "0").containsEntry("usersize", "8")
                    .containsEntry("cpu_partial", "0").containsEntry("ctor", "")
                    .containsEntry("aliases", "0").containsEntry("objects", "0");
            assertThat(f.slab.sysfs(cache).directory()).isEqualTo("foo");
        }
    }

    /// If it fails, counts go to the wrong node or CPU, or are counted otherwise than by the kernel.
    @Test
    void attributes_counts_areSplitByNodeAndCpu() {
        try (SlabFixture f = machine();
                KmemCache cache = f.slab.createCache(KmemCacheArgs.of("foo", 1024))) {
            long[] objects = IntStream.range(0, 40)
                    .mapToLong(i -> cache.alloc(f.machine.cpu(i < 33 ? 0 : 1), GFP_KERNEL))
                    .toArray();
            cache.free(f.cpu, objects[0]);
            cache.free(f.cpu, objects[16]);

            Map<String, String> files = SysfsSlab.attributes(f.slab.sysfs(cache));

            assertThat(files).containsEntry("slabs", "4 N0=3 N1=1")
                    .containsEntry("total_objects", "64 N0=48 N1=16")
                    .containsEntry("objects", "64 N0=48 N1=16")
                    .containsEntry("cpu_slabs", "4 N0=3 N1=1")
                    .containsEntry("slabs_cpu_partial", "16(2) C0=16(2)")
                    .containsEntry("partial", "0").containsEntry("objects_partial", "0")
                    .containsEntry("alloc_slab", "4 C0=3 C1=1")
                    .containsEntry("cpu_partial_free", "2 C0=2").containsEntry("free_slab", "0");

            IntStream.range(1, 40).filter(i -> i != 16).forEach(i -> cache.free(f.cpu, objects[i]));
        }
    }

    /// If it fails, the constructor file changes from run to run.
    @Test
    void attributes_constructor_namesTheClassItIsWrittenIn() {
        try (SlabFixture f = machine();
                KmemCache cache = f.slab
                        .createCache(KmemCacheArgs.of("foo", 8).withCtor((memory, at) -> {}))) {
            assertThat(f.slab.sysfs(cache).ctor())
                    .isEqualTo("org.kmemlab.slab.proc.SysfsSlabTest+0x0");
        }
    }
}
