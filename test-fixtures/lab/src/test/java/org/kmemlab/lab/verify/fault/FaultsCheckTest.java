package org.kmemlab.lab.verify.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPInputStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.kmemlab.lab.input.InputException;
import org.kmemlab.lab.oracle.OracleMachine;
import org.kmemlab.lab.verify.CheckReport;
import org.kmemlab.lab.verify.RecordedOracle;

class FaultsCheckTest {

    @TempDir
    private Path folder;

    static List<Path> recordedCases() {
        return RecordedOracle.list("fault_injection").stream()
                .filter(file -> !FaultsCheck.isLogOfCase(file)).toList();
    }

    private static Path recorded(String name) {
        return RecordedOracle.path("fault_injection/" + name + ".txt.gz");
    }

    private static String text(String name) throws IOException {
        try (GZIPInputStream in = new GZIPInputStream(Files.newInputStream(recorded(name)))) {
            return new String(in.readAllBytes(), StandardCharsets.US_ASCII);
        }
    }

    private static CheckReport check(Path file) throws IOException {
        OracleMachine machine = RecordedOracle.machine(recorded("fs_off"));
        return new FaultsCheck(10, false).check(machine, file);
    }

    /// Other requests would fail than on the real kernel, or failures would leave other things
    /// behind, or print something else.
    @ParameterizedTest
    @MethodSource("recordedCases")
    void check_recordedCase_everyLineEqual(Path file) throws IOException {
        CheckReport report = check(file);

        assertThat(report.differences()).isEmpty();
        assertThat(report.isGood()).isTrue();
    }

    /// Cases would drop out of the test without a trace.
    @Test
    void recordedCases_areAllThere() {
        assertThat(recordedCases()).hasSize(18);
    }

    /// The hidden count would be guessed anew for each case, so that a case could not show that the
    /// count runs on.
    @Test
    void check_casesOfOneBoot_countRunsOn() throws IOException {
        FaultsCheck check = new FaultsCheck(10, true);
        OracleMachine machine = RecordedOracle.machine(recorded("fs_off"));

        CheckReport first = check.check(machine, recorded("fs_p100_i7_t-1"));
        CheckReport second = check.check(machine, recorded("fs_p100_i7_t3_space2000"));

        assertThat(first.isGood()).isTrue();
        assertThat(first.subject()).contains("failslab had counted 0 of 7", "inferred");
        assertThat(second.isGood()).isTrue();
        assertThat(second.subject()).contains("failslab had counted 1 of 7", "known from before");
    }

    /// The count would not really be carried over: the same case twice cannot fit in one boot, as
    /// its first run leaves another remainder than it began with.
    @Test
    void check_sameCaseTwiceInOneBoot_differs() throws IOException {
        FaultsCheck check = new FaultsCheck(10, true);
        OracleMachine machine = RecordedOracle.machine(recorded("fs_off"));

        CheckReport first = check.check(machine, recorded("fs_p100_i7_t-1"));
        CheckReport second = check.check(machine, recorded("fs_p100_i7_t-1"));

        assertThat(first.isGood()).isTrue();
        assertThat(second.isGood()).isFalse();
    }

    /// The checker would look away from a part of a case.
    @ParameterizedTest
    @CsvSource(delimiter = ';', value = {
        "fs_p100_t5_i1; # after times=0; # after times=1",
        "fs_p100_t5_i1; # set failslab/times=5; # set failslab/times=4",
        "fs_p100_space5000_i1_t-1; # after space=; # after space=1",
        "fp_p100_minorder1; 13 ap 5 5 A.W => NULL; 13 ap 5 5 A+W => pfn=1000 zone=DMA32 pb=0",
        "fp_p100_minorder1; 21 ap 13 0 A.W => pfn=39f7 zone=DMA32 pb=0; 21 ap 13 0 A+W => NULL",
        "fp_p100_minorder1; 34 fp 16 => pfn=39f6; 34 fp 16 => pfn=39f7",
        "fp_p100_minorder1; 37 ap 23 0 (.*) pcp=158; 37 ap 23 0 $1 pcp=157",
        "fp_p100_minorder3_t2; => NULL; => pfn=1000 zone=DMA32 pb=0",
        "failnth; 14 ka 0 5 N.W => pfn=39fa off=0 slab=39fa idx=0; 14 ka 0 5 N+W => NULL",
        "failnth; fail_nth=38; fail_nth=37", "failnth; before=11; before=12",
        "fs_p30_t-1_all; probability=30; probability=60",
        "debugfs_defaults; failslab/verbose=2; failslab/verbose=1",
        "debugfs_ls; cache-filter; cache-fitler"})
    void check_oneValueChanged_isFound(String name, String original, String changed)
            throws IOException {
        String changedText = text(name).replaceFirst(original, changed);
        if (name.startsWith("fs_p30")) {
            changedText = text(name).replaceAll(original, changed);
        }
        assertThat(changedText).isNotEqualTo(text(name));
        Path file = Files.writeString(folder.resolve("changed.txt"), changedText);

        assertThat(check(file).isGood()).isFalse();
    }

    /// What the kernel printed would not be compared.
    @Test
    void check_printedLineChanged_isFound() throws IOException {
        String name = "fs_p100_i1_t4_verbose2_loud";
        Files.writeString(folder.resolve("loud.txt"), text(name));
        Files.writeString(folder.resolve("loud.dmesg.txt"),
                text(name + ".dmesg").replaceFirst("space 0, times 3", "space 0, times 2"));

        CheckReport report = check(folder.resolve("loud.txt"));

        assertThat(report.differences()).hasSize(1);
        assertThat(report.differences().getFirst().expected()).contains("times 2");
    }

    /// Somebody's typing error would be an internal error.
    @Test
    void check_unknownPoint_isRefused() throws IOException {
        Path file = Files.writeString(folder.resolve("bad.txt"),
                "# set fail_everything/times=1\n1 mif 1\n");

        assertThatThrownBy(() -> check(file)).isInstanceOf(InputException.class)
                .hasMessageContaining("fail_everything");
    }
}
