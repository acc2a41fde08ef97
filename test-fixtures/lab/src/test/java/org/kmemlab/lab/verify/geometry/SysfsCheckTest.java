package org.kmemlab.lab.verify.geometry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.kmemlab.lab.oracle.OracleMachine;
import org.kmemlab.lab.verify.CheckReport;
import org.kmemlab.lab.verify.RecordedLines;
import org.kmemlab.lab.verify.RecordedOracle;

class SysfsCheckTest {

    private static final List<String> FILES = List.of("slab_sysfs.tsv", "slab_aliases.tsv",
            "slabinfo.txt");

    @TempDir
    private Path folder;

    static List<Path> recordedBoots() {
        return Stream.of("geometry", "slub_stats")
                .flatMap(kind -> RecordedOracle.list(kind).stream())
                .filter(boot -> Files.exists(boot.resolve("slab_sysfs.tsv.gz"))).toList();
    }

    /// Some cache would have another shape, share with others, or bear another name than on a real
    /// kernel.
    @ParameterizedTest
    @MethodSource("recordedBoots")
    void check_recordedBoot_everyAttributeAndAliasEqual(Path boot) throws IOException {
        CheckReport report = SysfsCheck.check(RecordedOracle.machine(boot), boot, 10);

        assertThat(report.differences()).isEmpty();
        assertThat(report.equal()).isEqualTo(report.items()).isGreaterThanOrEqualTo(267);
        assertThat(report.valuesCompared()).isGreaterThan(report.valuesTaken());
    }

    /// Boots would drop out of the test without a trace.
    @Test
    void recordedBoots_areAllThere() {
        assertThat(recordedBoots()).hasSize(10);
    }

    /// The checker would look away from an attribute, an alias, or the order of creation.
    @ParameterizedTest
    @CsvSource(delimiter = ';', value = {"slab_sysfs.tsv;:0000192;176\t192\t21;176\t200\t21",
        "slab_sysfs.tsv;:0000192;192\t21\t0\t64;192\t20\t0\t64",
        "slab_sysfs.tsv;kmalloc-64;5\t120\t0;6\t120\t0",
        "slab_sysfs.tsv;kmalloc-64;64\t64\t64\t0\t64;64\t64\t64\t0\t32",
        "slab_sysfs.tsv;:0000192;:0000192;:0000193", "slab_aliases.tsv;inet_peer_cache;192;200",
        "slabinfo.txt;kmalloc-64;kmalloc-64;kmalloc-46",
        "slabinfo.txt;kmalloc-64;64   64    1;64   63    1"})
    void check_oneValueChanged_isFound(String name, String line, String original, String changed)
            throws IOException {
        Path boot = RecordedOracle.path("geometry/deb61_smp1_m256");
        Path unmerged = RecordedOracle.path("geometry/deb61_smp2_m512_nomerge");
        copy(boot, "boot", name, line, original, changed);
        copy(unmerged, "unmerged", "", "", "", "");
        Files.writeString(folder.resolve("index.tsv"), """
                path\tbuild\tcpus\tmax_cpus\tmemory_mib\tnode_mib\tboot
                boot\tdeb61\t1\t1\t256\t256\t
                unmerged\tdeb61\t2\t2\t512\t512\tslab_nomerge
                """);

        CheckReport report = SysfsCheck.check(RecordedOracle.machine(boot),
                folder.resolve("boot"), 10);

        assertThat(report.items() - report.equal()).isBetween(1L, 3L);
        assertThat(report.differences()).isNotEmpty();
    }

    private void copy(Path from, String to, String name, String line, String original,
            String changed) throws IOException {
        Path target = Files.createDirectories(folder.resolve(to));
        for (String file : FILES) {
            StringBuilder text = new StringBuilder();
            boolean done = !file.equals(name);
            for (String here : RecordedLines.of(from, file).lines()) {
                boolean now = !done && here.contains(line) && here.contains(original);
                text.append(now ? here.replace(original, changed) : here).append('\n');
                done |= now;
            }
            assertThat(done).as(name).isTrue();
            Files.writeString(target.resolve(file), text);
        }
    }

    /// A single boot with shared caches, without one beside it that tells the creators' wishes,
    /// could not be checked at all; or names that share a cache would be called wrong.
    @Test
    void check_noBootWithoutSharing_checksWhatItCan() throws IOException {
        Path boot = RecordedOracle.path("geometry/deb61_smp8_m2048");
        copy(boot, "alone", "", "", "", "");

        CheckReport report = SysfsCheck.check(RecordedOracle.machine(boot),
                folder.resolve("alone"), 10);

        assertThat(report.valuesCompared()).isGreaterThan(1500);
        assertThat(report.differences()).isEmpty();
        assertThat(report.isGood()).isTrue();
    }

    /// A wrong machine would go unnoticed.
    @Test
    void check_otherMachine_isNotEqual() throws IOException {
        OracleMachine other = new OracleMachine("deb61", 4, 4, List.of(512), "slab_nomerge");

        CheckReport report = SysfsCheck.check(other,
                RecordedOracle.path("geometry/deb61_smp2_m512_nomerge"), 10);

        assertThat(report.isGood()).isFalse();
    }

    /// A folder without the files would end in a stack trace, or pass.
    @Test
    void check_emptyFolder_namesTheMissingFile() {
        assertThatThrownBy(() -> SysfsCheck.check(
                new OracleMachine("deb61", 1, 1, List.of(64), ""), folder, 10))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("holds neither slab_sysfs.tsv.gz nor slab_sysfs.tsv");
    }
}
