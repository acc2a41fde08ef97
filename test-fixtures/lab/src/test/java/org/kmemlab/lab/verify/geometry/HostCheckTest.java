package org.kmemlab.lab.verify.geometry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kmemlab.lab.input.InputException;
import org.kmemlab.lab.oracle.OracleMachine;
import org.kmemlab.lab.verify.CheckReport;
import org.kmemlab.lab.verify.Difference;
import org.kmemlab.lab.verify.RecordedOracle;
import org.kmemlab.machine.ConfigOption;

class HostCheckTest {

    private static final String SLAB = "sys/kernel/slab/";

    @TempDir
    private Path root;

    /// Some caches of every kind: own ones, shared ones, RCU, accounted, constructed.
    private static final Set<String> SOME = Set.of("kmem_cache", "kmalloc-96", "kmalloc-192",
            "kmalloc-cg-64", "dma-kmalloc-96", "dentry", "filp", "vm_area_struct", "inode_cache",
            ":0000192", ":0000200", ":A-0000128", ":aA-0000016");

    private HostTree linux618(Predicate<String> wanted) throws IOException {
        Path boot = RecordedOracle.path("host/linux618_smp2");
        HostTree tree = HostTree.of(root, boot, wanted, "6.18.44", 2, 2, 1, "quiet");
        Files.copy(boot.resolve("config.gz"), tree.file("proc/config.gz"));
        return tree;
    }

    private HostTree linux618() throws IOException {
        return linux618(SOME::contains);
    }

    private HostTree linux61() throws IOException {
        return HostTree.of(root, RecordedOracle.path("geometry/deb61_smp2_m512_nomerge"),
                SOME::contains, "6.1.0", 2, 2, 1, "slab_nomerge");
    }

    private CheckReport report() throws IOException {
        return HostCheck.check(root, 10).report();
    }

    private HostKernel kernel() throws IOException {
        return HostCheck.check(root, 10).kernel();
    }

    /// A healthy 6.1 kernel would be called wrong, whatever its CPUs, nodes and parameters.
    @ParameterizedTest
    @ValueSource(strings = {"deb61_smp4_m1024_numa2", "deb61_smp2_m512_slubdebug_FZPU"})
    void check_linux61_everythingEqual(String name) throws IOException {
        Path boot = RecordedOracle.path("geometry/" + name);
        OracleMachine machine = RecordedOracle.machine(boot);
        HostTree.of(root, boot, cache -> true, "6.1.0-18-amd64", machine.cpus(), machine.maxCpus(),
                Math.max(1, machine.nodeMib().size()), machine.boot());

        CheckReport report = report();

        assertThat(report.differences()).isEmpty();
        assertThat(report.equal()).isEqualTo(report.items()).isGreaterThanOrEqualTo(267);
        assertThat(report.valuesCompared()).isGreaterThan(1800);
    }

    /// A healthy 6.18 kernel would be called wrong.
    @Test
    void check_linux618_everythingEqual() throws IOException {
        linux618(cache -> true);

        CheckReport report = report();

        assertThat(report.differences()).isEmpty();
        assertThat(report.lastLine()).isEqualTo("equal 665 of 665");
        assertThat(report.valuesMasked()).isZero();
    }

    /// The checker would look away from a value, a name or a column.
    @ParameterizedTest
    @CsvSource({":0000192/objs_per_slab,20", ":0000192/slab_size,200", "kmalloc-96/order,1",
        "kmalloc-cg-64/cpu_partial,30", "kmem_cache/min_partial,6", "dentry/aliases,1",
        ":A-0000128/aliases,3", "vm_area_struct/slab_size,200", "filp/poison,1"})
    void check_attributeChanged_isFound(String attribute, String value) throws IOException {
        HostTree tree = linux618();
        assertThat(Files.readString(tree.file(SLAB + attribute)).strip()).isNotEqualTo(value);
        tree.write(SLAB + attribute, value);

        assertThat(report().differences()).extracting(Difference::what)
                .contains(attribute.substring(attribute.indexOf('/') + 1));
    }

    /// A name could point to another cache than the one it shares.
    @Test
    void check_aliasOfAnotherCache_isFound() throws IOException {
        linux618().link("inet_peer", ":0000200");

        assertThat(report().differences()).extracting(Difference::what).contains("aliases");
    }

    /// The columns of slabinfo would not be looked at.
    @ParameterizedTest
    @CsvSource({"192   21    1,200   21    1,objsize", "192   21    1,192   20    1,objperslab",
        "192   21    1,192   21    2,pagesperslab"})
    void check_slabinfoColumnChanged_isFound(String columns, String changed, String what)
            throws IOException {
        HostTree tree = linux618();
        String text = Files.readString(tree.file("proc/slabinfo"));
        assertThat(text).contains(columns);
        tree.write("proc/slabinfo", text.replaceFirst(columns, changed).stripTrailing());

        assertThat(report().differences()).extracting(Difference::what).containsExactly(what);
    }

    /// An RCU cache of 6.1 that has no room for its free pointer would pass.
    @Test
    void check_pointerInsideRcuObjectBefore612_isFound() throws IOException {
        linux61().write(SLAB + "vm_area_struct/destroy_by_rcu", "1");

        assertThat(report().isGood()).isFalse();
    }

    /// What cannot be read would end the check, or be called equal.
    @Test
    void check_someFilesUnreadable_areNamedAndLeftOut() throws IOException {
        HostTree tree = linux61();
        tree.spoil("proc/slabinfo");
        tree.spoil(SLAB + "dentry/order");
        tree.spoil(SLAB + "filp/object_size");

        HostCheck check = HostCheck.check(root, 10);

        assertThat(check.report().differences()).isEmpty();
        assertThat(check.report().valuesMasked()).isPositive();
        assertThat(check.kernel().notes()).hasSize(3)
                .anyMatch(note -> note.startsWith("2 attributes left out: ")
                        && note.contains("dentry/order: ") && note.contains("as root"))
                .anyMatch(note -> note.contains("proc/slabinfo: cannot be read")
                        && note.contains("the columns of slabinfo are not compared"));
    }

    /// Without rights one would get a report about nothing, or a stack trace.
    @Test
    void check_noAttributeReadable_saysWhatIsNeeded() throws IOException {
        HostTree tree = linux61();
        try (Stream<Path> caches = Files.list(tree.file(SLAB))) {
            for (Path cache : caches.toList()) {
                tree.spoil(SLAB + cache.getFileName() + "/object_size");
            }
        }

        assertThatThrownBy(this::report).isInstanceOf(InputException.class)
                .hasMessageContaining("object_size: cannot be read")
                .hasMessageContaining("run this as root").hasMessageContaining("--root");
    }

    /// A kernel without these files would be called equal, or a stack trace would be shown.
    @Test
    void check_noSlabFolder_saysSo() throws IOException {
        assertThatThrownBy(this::report).isInstanceOf(InputException.class)
                .hasMessageContaining("sys/kernel/slab: no such folder")
                .hasMessageContaining("without SLUB");
    }

    /// The number of CPUs would be guessed.
    @Test
    void check_missingCpuFile_isNamed() throws IOException {
        Files.delete(linux61().file("sys/devices/system/cpu/possible"));

        assertThatThrownBy(this::report).isInstanceOf(InputException.class)
                .hasMessageContaining("cpu/possible: no such file; it tells the CPUs");
    }

    /// Kernels would be compared with the wrong formulas, or without a word that they are others.
    @ParameterizedTest
    @CsvSource({"6.1.0-18-amd64,linux-6.1,", "6.18.44,linux-6.18,", "6.7.12,linux-6.1,6.7",
        "6.8.0-31-generic,linux-6.18,6.8", "6.12.57+deb13,linux-6.18,6.12",
        "5.15.0,linux-6.1,before 5.16", "7.1.2,linux-6.18,since 7.0"})
    void kernel_release_choosesTheNearestProfile(String release, String profile, String note)
            throws IOException {
        linux61().write("proc/sys/kernel/osrelease", release);

        HostKernel kernel = kernel();

        assertThat(kernel.profile().name()).isEqualTo(profile);
        assertThat(kernel.notes()).anyMatch(each -> note == null || each.contains(note));
        assertThat(kernel.notes().stream().anyMatch(each -> each.contains("taken for")))
                .isEqualTo(note != null);
    }

    /// A copy without `sys` of `proc`, or an odd release, would end in a stack trace.
    @Test
    void kernel_releaseElsewhereOrNone_isReadOrNamed() throws IOException {
        HostTree tree = linux61();
        Files.delete(tree.file("proc/sys/kernel/osrelease"));
        tree.write("proc/version", "Linux version 6.1.55 (who@where) #1 SMP");
        assertThat(kernel().release()).isEqualTo("6.1.55");

        tree.write("proc/version", "GNU/Hurd");
        assertThatThrownBy(this::kernel).isInstanceOf(InputException.class)
                .hasMessageContaining("expected one such as 6.1.0");
    }

    /// Parameters under their newer names would be ignored, or the first program's be taken.
    @Test
    void kernel_parameters_areThoseThatMatterUnderTheirOlderNames() throws IOException {
        linux61().write("proc/cmdline",
                "quiet slab_debug=FZ,dentry slab-max-order=1 slub_nomerge init_on_free=1 --"
                        + " slub_debug=P");

        assertThat(kernel().profile().boot().commandLine()).isEqualTo(
                "slub_debug=FZ,dentry slub_max_order=1 slab_nomerge init_on_free=1");
    }

    /// Build options would come from nowhere, or a list beside the kernel's image be overlooked.
    @Test
    void kernel_buildOptions_comeFromTheListOrFromWhatIsShown() throws IOException {
        HostTree tree = linux61();
        assertThat(kernel().configSource()).isEmpty();
        assertThat(kernel().profile().options()).contains(ConfigOption.MEMCG_KMEM,
                ConfigOption.SLUB_CPU_PARTIAL).doesNotContain(ConfigOption.SLAB_MERGE_DEFAULT);
        assertThat(kernel().notes()).containsExactly("no file tells the build options; inferred"
                + " from what the caches show: MEMCG, SLUB_CPU_PARTIAL");

        tree.write("boot/config-6.1.0", """
                # Linux/x86 6.1.0
                CONFIG_MEMCG=y
                # CONFIG_MEMCG_KMEM is not set
                CONFIG_SLUB_DEBUG_ON=y
                CONFIG_KASAN=y""");

        HostKernel kernel = kernel();
        assertThat(kernel.configSource()).isEqualTo("/boot/config-6.1.0");
        assertThat(kernel.profile().options()).doesNotContain(ConfigOption.MEMCG_KMEM,
                ConfigOption.SLUB_CPU_PARTIAL);
        assertThat(kernel.profile().boot().commandLine()).isEqualTo("slab_nomerge slub_debug");
        assertThat(kernel.notes()).anyMatch(note -> note.contains("KASAN"))
                .anyMatch(note -> note.contains("x86-64"));
    }
}
