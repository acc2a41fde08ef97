package org.kmemlab.lab.verify.mempool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kmemlab.lab.oracle.OracleMachine;
import org.kmemlab.lab.verify.CheckReport;
import org.kmemlab.lab.verify.RecordedOracle;
import org.kmemlab.lab.verify.steps.StepsCheck;

class MempoolStepsCheckTest {

    private static final Path RECORDED = RecordedOracle.path("steps_mempool/mp_S.txt.gz");

    @TempDir
    private Path folder;

    private static OracleMachine machine() throws IOException {
        return RecordedOracle.machine(RECORDED);
    }

    private static String text() throws IOException {
        try (GZIPInputStream in = new GZIPInputStream(Files.newInputStream(RECORDED))) {
            return new String(in.readAllBytes(), StandardCharsets.US_ASCII);
        }
    }

    /// Elements, counters, reserves or waiting times would differ from the kernel's; or the log would
    /// not be known as one of pools.
    @Test
    void check_recordedLog_everyLineEqual() throws IOException {
        CheckReport report = StepsCheck.check(machine(), RECORDED, 10, false);

        assertThat(report.differences()).isEmpty();
        assertThat(report.lastLine()).isEqualTo("equal 306 of 306");
    }

    /// The checker would look away from a part of a line.
    @ParameterizedTest
    @CsvSource(delimiter = ';', value = {
        "2 mpa 0 0 K => elem=1 ; 2 mpa 0 0 K => elem=2 ",
        "12 mpa 0 30 A => NULL; 12 mpa 0 30 A => elem=1",
        "calls=7 frees=4; calls=7 frees=5", "elements: 5; elements: 4"})
    void check_oneValueChanged_isFound(String original, String changed) throws IOException {
        assertThat(text()).contains(original);
        Path file = Files.writeString(folder.resolve("changed.txt"),
                text().replaceFirst(original, changed));

        CheckReport report = MempoolStepsCheck.check(machine(), file, 10, false);

        assertThat(report.isGood()).isFalse();
        assertThat(report.differences()).hasSize(1);
    }

    /// A malformed log would end in an error that does not say where it is wrong.
    @ParameterizedTest
    @CsvSource({"1 mpa 7 0 K => NULL, no such pool", "1 mpc 0 1 tape 3 => NULL, no kind of pool",
        "1 ap 0 0 K => NULL, not an operation"})
    void check_malformedLine_isRefusedWithTheLine(String line, String problem)
            throws IOException {
        Path file = Files.writeString(folder.resolve("bad.txt"), line + "\n");
        OracleMachine machine = machine();

        assertThatThrownBy(() -> MempoolStepsCheck.check(machine, file, 10, false))
                .hasMessageContaining(problem).hasMessageContaining(line.substring(2, 7));
    }
}
