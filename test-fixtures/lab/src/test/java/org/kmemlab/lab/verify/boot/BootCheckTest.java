package org.kmemlab.lab.verify.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.kmemlab.lab.input.InputException;
import org.kmemlab.lab.oracle.OracleMachine;
import org.kmemlab.lab.verify.CheckReport;
import org.kmemlab.lab.verify.RecordedLines;
import org.kmemlab.lab.verify.RecordedOracle;

class BootCheckTest {

    private static final OracleMachine DEB61 = new OracleMachine("deb61", 1, 1, List.of(256), "");

    @TempDir
    private Path folder;

    static List<Path> recordedBoots() {
        return RecordedOracle.list("geometry").stream()
                .filter(boot -> Files.exists(boot.resolve("zoneinfo.txt.gz"))).toList();
    }

    /// Some zone would have other marks, reserves or list sizes than a real kernel gives it.
    @ParameterizedTest
    @MethodSource("recordedBoots")
    void check_recordedBoot_everyLineEqual(Path boot) throws IOException {
        CheckReport report = BootCheck.check(RecordedOracle.machine(boot), boot, 10);

        assertThat(report.differences()).isEmpty();
        assertThat(report.equal()).isEqualTo(report.items()).isGreaterThanOrEqualTo(42);
        assertThat(report.valuesTaken()).isLessThan(report.valuesCompared());
    }

    /// Boots would drop out of the test without a trace.
    @Test
    void recordedBoots_areAllThere() {
        assertThat(recordedBoots()).hasSize(5);
    }

    /// The checker would look away from a value, or choose the counts at boot so that it fits.
    @ParameterizedTest
    @CsvSource({"zoneinfo.txt, '  min      414', '  min      415'",
        "zoneinfo.txt, '  low      517', '  low      516'",
        "zoneinfo.txt, '  high     620', '  high     621'",
        "zoneinfo.txt, '(0, 182, 182, 182, 182)', '(0, 182, 182, 182, 183)'",
        "zoneinfo.txt, 'high:  517', 'high:  518'", "zoneinfo.txt, 'batch: 15', 'batch: 31'",
        "zoneinfo.txt, 'threshold: 4', 'threshold: 6'",
        "zoneinfo.txt, 'Node 0, zone   Device', 'Node 1, zone   Device'",
        "pagetypeinfo.txt, 'Page block order: 9', 'Page block order: 10'",
        "pagetypeinfo.txt, 'zone    DMA32            8', 'zone    DMA32            9'",
        "pagetypeinfo.txt, ' HighAtomic      Isolate', ' HighAtomic          CMA'"})
    void check_oneValueChanged_isFound(String file, String original, String changed)
            throws IOException {
        copy("deb61_smp1_m256", file, original, changed);

        CheckReport report = BootCheck.check(DEB61, folder, 10);

        assertThat(report.isGood()).isFalse();
        assertThat(report.differences()).singleElement()
                .satisfies(difference -> assertThat(difference.place()).contains(file + ", line"));
    }

    /// A zone that the kernel has and we have not, or the reverse, would pass.
    @Test
    void check_otherKernel_isNotEqual() throws IOException {
        copy("deb61_smp1_m256", "", "", "");
        OracleMachine other = new OracleMachine("c61", 1, 1, List.of(256), "");

        assertThat(BootCheck.check(other, folder, 10).isGood()).isFalse();
    }

    /// A boot log that lost its first lines could not be checked.
    @Test
    void check_withoutTheMemoryLine_choosesTheSum() throws IOException {
        copy("deb61_smp1_m256", "dmesg_mm.txt", "Memory: ", "Memory= ");

        CheckReport report = BootCheck.check(DEB61, folder, 10);

        assertThat(report.lastLine()).isEqualTo("equal 49 of 49");
    }

    /// Missing or foreign files would end in a stack trace.
    @Test
    void check_noBoot_isAClearError() throws IOException {
        assertThatThrownBy(() -> BootCheck.check(DEB61, folder, 10))
                .isInstanceOf(InputException.class).hasMessageContaining("zoneinfo.txt")
                .hasMessageContaining("no such file");
        copy("deb61_smp1_m256", "zoneinfo.txt", "        present  3998\n", "");
        assertThatThrownBy(() -> BootCheck.check(DEB61, folder, 10))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("line 1: the zone has no line 'present'");
        Files.writeString(folder.resolve("zoneinfo.txt"), "no zones\n");
        assertThatThrownBy(() -> BootCheck.check(DEB61, folder, 10))
                .isInstanceOf(InputException.class).hasMessageContaining("Node N, zone NAME");
    }

    private void copy(String boot, String changedFile, String original, String changed)
            throws IOException {
        for (String name : List.of("zoneinfo.txt", "pagetypeinfo.txt", "dmesg_mm.txt")) {
            String text = String.join("\n",
                    RecordedLines.of(RecordedOracle.path("geometry/" + boot), name).lines()) + "\n";
            if (name.equals(changedFile)) {
                assertThat(text).contains(original);
                int at = text.indexOf(original);
                text = text.substring(0, at) + changed + text.substring(at + original.length());
            }
            Files.writeString(folder.resolve(name), text);
        }
    }
}
