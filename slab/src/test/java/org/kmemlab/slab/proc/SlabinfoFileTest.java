package org.kmemlab.slab.proc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.kmemlab.buddy.GfpFlags.GFP_KERNEL;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kmemlab.machine.ConfigOption;
import org.kmemlab.machine.KernelProfile;
import org.kmemlab.machine.MachineConfig;
import org.kmemlab.slab.ArrayLimits;
import org.kmemlab.slab.KmemCache;
import org.kmemlab.slab.KmemCacheArgs;
import org.kmemlab.slab.SlabFixture;

class SlabinfoFileTest {

    private static SlabFixture booted(KernelProfile profile) {
        return SlabFixture.of(MachineConfig.ofMebibytes(64).withCpus(2)
                .withProfile(profile.booted("slab_nomerge")));
    }

    private static String row(SlabFixture f) {
        return new SlabinfoFile(f.slab).read().lines().filter(line -> line.startsWith("foo "))
                .findFirst().orElseThrow();
    }

    /// Tunables could not be changed, or a change would lose the objects that wait in arrays.
    @Test
    void write_tunables_replacesTheArrays() {
        try (SlabFixture f = booted(KernelProfile.C61_SLAB);
                KmemCache foo = f.slab.createCache(KmemCacheArgs.of("foo", 64))) {
            long object = foo.alloc(f.cpu, GFP_KERNEL);
            assertThat(row(f)).isEqualTo("foo                   16     64     64   64    1 :"
                    + " tunables  120   60    8 : slabdata      1      1      0");

            int written = new SlabinfoFile(f.slab).write(f.cpu, "foo 10 4 2\n");

            assertThat(written).isEqualTo(11);
            assertThat(foo.arrayLimits()).isEqualTo(new ArrayLimits(10, 4, 2));
            assertThat(row(f)).isEqualTo("foo                    1     64     64   64    1 :"
                    + " tunables   10    4    2 : slabdata      1      1      0");
            List<Long> more = new ArrayList<>();
            for (int i = 0; i < 63; i++) {
                more.add(foo.alloc(f.cpu, GFP_KERNEL));
            }
            assertThat(foo.snapshot().slabs()).isEqualTo(1);
            more.forEach(other -> foo.free(f.cpu, other));
            foo.free(f.cpu, object);
            assertThat(row(f)).endsWith("      8");
        }
    }

    /// Numbers without sense would make arrays that cannot work.
    @ParameterizedTest
    @ValueSource(strings = {"foo 10 4", "foo 10 4 2 1", "bar 10 4 2", "foo 0 0 0", "foo 4 10 2",
        "foo 10 0 2", "foo 10 4 -1", "foo x 4 2", ""})
    void write_nonsense_isRefused(String text) {
        try (SlabFixture f = booted(KernelProfile.C61_SLAB);
                KmemCache foo = f.slab.createCache(KmemCacheArgs.of("foo", 64))) {
            assertThat(new SlabinfoFile(f.slab).write(f.cpu, text))
                    .isEqualTo(SlabinfoFile.EINVAL);

            assertThat(foo.arrayLimits()).isEqualTo(new ArrayLimits(120, 60, 8));
        }
    }

    /// SLUB would take tunables that it does not have.
    @Test
    void write_onSlub_isRefused() {
        try (SlabFixture f = booted(KernelProfile.C61)) {
            assertThat(new SlabinfoFile(f.slab).write(f.cpu, "kmalloc-64 10 4 2"))
                    .isEqualTo(SlabinfoFile.EIO);
            assertThat(new SlabinfoFile(f.slab).read()).startsWith("slabinfo - version: 2.1\n");
        }
    }

    /// The statistics of a kernel with DEBUG_SLAB would be missing, or count other things.
    @Test
    void read_debugKernel_showsStatistics() {
        try (SlabFixture f = booted(KernelProfile.C61_SLAB.with(ConfigOption.DEBUG_SLAB));
                KmemCache foo = f.slab.createCache(KmemCacheArgs.of("foo", 64))) {
            long one = foo.alloc(f.cpu, GFP_KERNEL);
            long two = foo.alloc(f.cpu, GFP_KERNEL);
            foo.free(f.cpu, one);
            foo.free(f.cpu, two);

            String text = new SlabinfoFile(f.slab).read();

            assertThat(text).startsWith("slabinfo - version: 2.1 (statistics)\n");
            assertThat(text.lines().skip(1).findFirst().orElseThrow())
                    .endsWith("<freehit> <freemiss>");
            assertThat(row(f)).endsWith(
                    " : globalstat      16     16     1    0    0    0    0    0    0"
                            + " : cpustat      1      1      2      0");
        }
    }
}
