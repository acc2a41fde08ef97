package org.kmemlab.slab.proc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.kmemlab.buddy.GfpFlags.GFP_KERNEL;

import java.util.Arrays;
import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kmemlab.machine.KernelProfile;
import org.kmemlab.machine.MachineConfig;
import org.kmemlab.slab.KmemCache;
import org.kmemlab.slab.KmemCacheArgs;
import org.kmemlab.slab.SlabFixture;
import org.kmemlab.slab.SlabFlags;
import org.kmemlab.slab.SlubSnapshot;
import org.kmemlab.slab.SlubStat;

class SysfsTreeTest {

    private static final int PER_SLAB = 32;

    private final SlabFixture f = SlabFixture.of(MachineConfig.ofNodes(List.of(32, 32)).withCpus(2)
            .withProfile(KernelProfile.C61.booted("slab_nomerge")));
    private final SysfsTree sysfs = new SysfsTree(f.slab);
    private final KmemCache foo = f.slab.createCache(KmemCacheArgs.of("foo", 128));
    private final KmemCache checked = f.slab
            .createCache(KmemCacheArgs.of("checked", 128).withFlags(SlabFlags.POISON));

    @AfterEach
    void close() {
        foo.close();
        checked.close();
        f.close();
    }

    private int write(String attribute, String text) {
        return sysfs.write(f.cpu, "foo", attribute, text);
    }

    private long[] fill(KmemCache cache, int slabs) {
        long[] objects = new long[slabs * PER_SLAB];
        Arrays.setAll(objects, i -> cache.alloc(f.cpu, GFP_KERNEL));
        return objects;
    }

    private void free(KmemCache cache, long[] objects) {
        Arrays.stream(objects).forEach(object -> cache.free(f.cpu, object));
    }

    private SlubSnapshot.NodeView node() {
        return foo.snapshot().slub().nodes().getFirst();
    }

    /// A program would get another answer than from the kernel, for good text or bad.
    @ParameterizedTest
    @CsvSource({"min_partial,7,1", "min_partial,+7\\n,3", "min_partial,18446744073709551615,20",
        "min_partial,18446744073709551616,-34", "min_partial,18446744073709551616x,-34",
        "min_partial,-1,-22", "min_partial,'7 ',-22", "min_partial,7\\n\\n,-22",
        "min_partial,x,-22",
        "min_partial,0x7,-22", "min_partial,+,-22", "min_partial,\\n,-22", "min_partial,'',0",
        "cpu_partial,0,1", "cpu_partial,30\\n,3", "cpu_partial,4294967295,10",
        "cpu_partial,4294967296,-34", "cpu_partial,no,-22",
        "remote_node_defrag_ratio,100,3", "remote_node_defrag_ratio,0\\n,2",
        "remote_node_defrag_ratio,101,-34", "remote_node_defrag_ratio,99999999999,-34",
        "remote_node_defrag_ratio,-1,-22", "shrink,1,1", "shrink,1\\n,2", "shrink,1 yes,5",
        "shrink,0,-22", "shrink,' 1',-22", "shrink,'',0", "validate,1,-22", "validate,0,-22",
        "alloc_fastpath,0,1", "alloc_fastpath,0\\n,2", "alloc_fastpath,1,-22",
        "cpu_partial_drain,0,1", "failslab,1\\n,2", "failslab,no,2", "order,3,-13",
        "object_size,1,-13", "objects,0,-13", "trace,1,-13", "sanity_checks,'',-13",
        "ctor,x,-13", "no_such_file,1,-2", "'',1,-2"})
    void write_text_answersAsTheKernel(String attribute, String text, int answer) {
        assertThat(write(attribute, text.replace("\\n", "\n"))).isEqualTo(answer);
    }

    /// Nobody could see what was set, or a refused text would change something.
    @ParameterizedTest
    @CsvSource({"min_partial,5,8,x", "min_partial,5,18446744073709551615,7 7",
        "cpu_partial,120,30,4294967296", "remote_node_defrag_ratio,100,7,101", "failslab,0,1,''"})
    void read_afterWrite_showsWhatWasSet(String attribute, String before, String good,
            String bad) {
        assertThat(sysfs.read("foo", attribute)).isEqualTo(before + "\n");

        write(attribute, good);
        write(attribute, bad);

        assertThat(sysfs.read("foo", attribute)).isEqualTo(good + "\n");
    }

    /// Reading would not tell a missing file from an empty one.
    @Test
    void read_startersAndMissingFiles_areEmptyAndNull() {
        assertThat(sysfs.read("foo", "shrink")).isEmpty();
        assertThat(sysfs.read("foo", "validate")).isEmpty();
        assertThat(sysfs.read("foo", "ctor")).isEmpty();
        assertThat(sysfs.read("foo", "no_such_file")).isNull();
        assertThat(sysfs.read("bar", "order")).isNull();
        assertThat(sysfs.write(f.cpu, "bar", "shrink", "1")).isEqualTo(SysfsTree.ENOENT);
    }

    /// min_partial would be a mere number: nodes would keep more or fewer empty slabs.
    @ParameterizedTest
    @CsvSource({"0,0", "2,2", "18446744073709551615,11"})
    void minPartial_saysHowManyEmptySlabsStay(String minPartial, int kept) {
        write("cpu_partial", "0");
        write("min_partial", minPartial);

        free(foo, fill(foo, 12));
        // The CPU keeps one slab, and one that it freed into.
        sysfs.write(f.cpu, "foo", "cpu_partial", "0");

        assertThat(node().partial()).hasSize(kept == 11 ? 12 : kept);
    }

    /// cpu_partial would be a mere number: CPUs would keep more or fewer slabs. The largest number
    /// is one slab to the kernel, which computes in 32 bits.
    @ParameterizedTest
    @CsvSource({"0,1", "16,1", "17,2", "64,4", "1000000,9", "4294967295,1"})
    void cpuPartial_saysHowManySlabsACpuKeeps(String cpuPartial, int kept) {
        write("cpu_partial", cpuPartial);
        long[] objects = fill(foo, 10);

        int most = 0;
        for (int slab = 0; slab < 9; slab++) {
            foo.free(f.cpu, objects[slab * PER_SLAB]);
            most = Math.max(most, foo.snapshot().slub().cpus().getFirst().partial().size());
        }

        assertThat(most).as("slabs on the CPU's stack").isEqualTo(kept);
        for (int i = 0; i < objects.length; i++) {
            if (i % PER_SLAB != 0 || i / PER_SLAB == 9) {
                foo.free(f.cpu, objects[i]);
            }
        }
    }

    /// Writing cpu_partial would leave on the CPUs what the new number forbids.
    @Test
    void cpuPartial_write_flushesAllCpus() {
        foo.free(f.machine.cpu(1), foo.alloc(f.machine.cpu(1), GFP_KERNEL));
        free(foo, fill(foo, 3));
        assertThat(foo.snapshot().slub().cpus()).anyMatch(cpu -> cpu.slab() != null);

        write("cpu_partial", "120");

        assertThat(foo.snapshot().slub().cpus()).allMatch(
                cpu -> cpu.slab() == null && cpu.partial().isEmpty());
        assertThat(foo.snapshot().slub().counter(SlubStat.CPUSLAB_FLUSH)).isEqualTo(2);
    }

    /// A cache whose objects are checked one by one would take what it cannot do.
    @Test
    void cpuPartial_ofCheckedCache_takesZeroOnly() {
        assertThat(sysfs.write(f.cpu, "checked", "cpu_partial", "1")).isEqualTo(-22);
        assertThat(sysfs.write(f.cpu, "checked", "cpu_partial", "0")).isEqualTo(1);
        assertThatThrownBy(() -> checked.tunables().setCpuPartial(1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("cpu_partial 1").hasMessageContaining("checked");
        assertThatThrownBy(() -> foo.tunables().setCpuPartial(1L << 32))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected 0 to 4294967295");
        assertThatThrownBy(() -> foo.tunables().setRemoteNodeDefragRatio(101))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected 0 to 100");
    }

    /// validate would find nothing, or its findings would fail the write.
    @Test
    void validate_ofCheckedCache_reportsDamage() {
        long object = checked.alloc(f.cpu, GFP_KERNEL);
        long free = checked.alloc(f.cpu, GFP_KERNEL);
        checked.free(f.cpu, free);
        f.machine.memory().putLong(free + 16, 1);

        assertThat(sysfs.write(f.cpu, "checked", "validate", "1\n")).isEqualTo(2);

        assertThat(f.machine.log().lines()).anyMatch(line -> line.contains("Poison overwritten"));
        checked.free(f.cpu, object);
    }

    /// Slabs that nobody uses would stay.
    @Test
    void shrink_releasesEmptySlabs() {
        free(foo, fill(foo, 4));
        assertThat(foo.snapshot().slabs()).isPositive();

        assertThat(write("shrink", "1")).isEqualTo(1);

        assertThat(foo.snapshot().slabs()).isZero();
    }

    /// Another counter, or only one CPU's, would be cleared.
    @Test
    void stats_zero_clearsTheCounterOfAllCpus() {
        foo.free(f.machine.cpu(1), foo.alloc(f.machine.cpu(1), GFP_KERNEL));
        free(foo, fill(foo, 1));
        assertThat(sysfs.read("foo", "alloc_slab")).isEqualTo("2 C0=1 C1=1\n");

        write("alloc_slab", "0");

        assertThat(sysfs.read("foo", "alloc_slab")).isEqualTo("0\n");
        assertThat(foo.snapshot().slub().counter(SlubStat.ALLOC_SLOWPATH)).isEqualTo(2);
    }

    /// Other nodes' free objects would be used against the setting, or never.
    @ParameterizedTest
    @CsvSource({"0,0", "100,1"})
    void remoteNodeDefragRatio_saysWhetherOtherNodesHelp(int percent, long taken) {
        write("remote_node_defrag_ratio", String.valueOf(percent));
        write("min_partial", "1");
        long[] objects = fill(foo, 6);
        for (int slab = 0; slab < 6; slab++) {
            foo.free(f.cpu, objects[slab * PER_SLAB]);
        }
        write("cpu_partial", "0");
        assertThat(node().partial()).hasSizeGreaterThan(1);

        long far = foo.alloc(f.machine.cpu(1), GFP_KERNEL);

        assertThat(foo.snapshot().slub().counter(SlubStat.ALLOC_FROM_PARTIAL)).isEqualTo(taken);
        foo.free(f.machine.cpu(1), far);
        for (int i = 0; i < objects.length; i++) {
            if (i % PER_SLAB != 0) {
                foo.free(f.cpu, objects[i]);
            }
        }
    }

    /// A cache with several names would be found under one of them only, or be made to fail for a
    /// creator who did not ask for it.
    @Test
    void sharedCache_isFoundUnderAllItsNames() {
        try (SlabFixture merging = SlabFixture.booted("");
                KmemCache one = merging.slab.createCache(KmemCacheArgs.of("one", 200));
                KmemCache two = merging.slab.createCache(KmemCacheArgs.of("two", 200))) {
            SysfsTree tree = new SysfsTree(merging.slab);

            assertThat(tree.write(merging.cpu, "two", "min_partial", "9")).isEqualTo(1);

            assertThat(tree.read("one", "min_partial")).isEqualTo("9\n");
            assertThat(tree.read(":0000200", "min_partial")).isEqualTo("9\n");
            assertThat(one.tunables().minPartial()).isEqualTo(two.tunables().minPartial());
            assertThat(tree.write(merging.cpu, "one", "failslab", "1")).isEqualTo(-22);
        }
    }

    /// A cache that is marked for failing would be lost from where it was found.
    @Test
    void failslab_ofSharableCache_keepsItsDirectory() {
        try (SlabFixture merging = SlabFixture.booted("");
                KmemCache one = merging.slab.createCache(KmemCacheArgs.of("one", 200))) {
            SysfsTree tree = new SysfsTree(merging.slab);

            assertThat(tree.write(merging.cpu, ":0000200", "failslab", "1")).isEqualTo(1);

            assertThat(tree.read(":0000200", "failslab")).isEqualTo("1\n");
            assertThat(merging.slab.sysfs(one).directory()).isEqualTo(":0000200");
        }
    }

    /// The files of sheaves would be missing where the kernel has them, or be there where it has not.
    @Test
    void sheafFiles_areThereOnKernelsWithSheaves() {
        try (SlabFixture newer = SlabFixture.of(MachineConfig.ofMebibytes(64).withCpus(2)
                .withProfile(KernelProfile.LINUX_6_18));
                KmemCache nodes = newer.slab.createCache(
                        KmemCacheArgs.of("maple_node", 256).withSheafCapacity(32));
                KmemCache other = newer.slab.createCache(KmemCacheArgs.of("other", 3000))) {
            SysfsTree tree = new SysfsTree(newer.slab);
            nodes.free(newer.machine.cpu(1), nodes.alloc(newer.machine.cpu(1), GFP_KERNEL));

            assertThat(tree.read("maple_node", "sheaf_capacity")).isEqualTo("32\n");
            assertThat(tree.read("maple_node", "sheaf_refill")).isEqualTo("32 C1=32\n");
            assertThat(tree.read("maple_node", "free_cpu_sheaf")).isEqualTo("1 C1=1\n");
            assertThat(tree.read(other.name(), "sheaf_capacity")).isEqualTo("0\n");
            assertThat(tree.write(newer.cpu, "maple_node", "sheaf_refill", "0")).isEqualTo(1);
            assertThat(tree.read("maple_node", "sheaf_refill")).isEqualTo("0\n");
            assertThat(tree.write(newer.cpu, "maple_node", "sheaf_capacity", "8"))
                    .isEqualTo(SysfsTree.EACCES);
        }
        assertThat(sysfs.read("foo", "sheaf_capacity")).isNull();
        assertThat(write("barn_get", "0")).isEqualTo(SysfsTree.ENOENT);
    }
}
