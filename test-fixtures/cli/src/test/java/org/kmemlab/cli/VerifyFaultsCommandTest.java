package org.kmemlab.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VerifyFaultsCommandTest {

    private static final String LOUD = "fault_injection/fs_p100_i1_t4_verbose2_loud";

    @TempDir
    private Path folder;

    /// Logs would not be read, the kernel log among the files would be taken for one of them, or the
    /// inferred count would not be printed.
    @Test
    void faults_recordedCases_equalNOfN() {
        CliRun run = CliRun.of("verify", "faults", "--kernel", "c61", "--boot", "slab_nomerge",
                Recorded.path(LOUD + ".txt.gz").toString(),
                Recorded.path(LOUD + ".dmesg.txt.gz").toString(),
                Recorded.path("fault_injection/fs_p100_i7_t-1.txt.gz").toString());

        assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.GOOD);
        assertThat(run.outLines()).hasSize(4);
        assertThat(run.outLines().getFirst()).contains("failslab had counted 0 of 3 calls",
                "inferred", "equal 143 of 143");
        assertThat(run.outLines().getLast()).isEqualTo("equal 588 of 588");
    }

    /// A difference would not be shown with its line, or the exit code would call it good.
    @Test
    void faults_changedLog_isAFindingWithItsLine() throws IOException {
        Path file = Files.writeString(folder.resolve("case.txt"), Recorded.text(LOUD + ".txt.gz")
                .replace("# after times=0", "# after times=3"));

        CliRun run = CliRun.of("verify", "faults", "--kernel", "c61", "--boot", "slab_nomerge",
                file.toString());

        assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.FINDING);
        assertThat(run.out()).contains("times: expected 3, got 0");
    }

    /// Bad input would end in a stack trace, or without the place.
    @ParameterizedTest
    @CsvSource(delimiter = ';', value = {
        "# set failslab/times=x; line 1: attribute 'times=x': expected a number",
        "# set failslab/tims=1; line 1: no attribute 'tims'",
        "# set failslab/task-filter=1; line 1: attribute 'task-filter=1': expected Y or N",
        "# set failslab/probability=101; line 1: probability 101"})
    void faults_badAttribute_isAUsageErrorWithItsLine(String line, String problem)
            throws IOException {
        Path file = Files.writeString(folder.resolve("bad.txt"), line + "\n1 mif 1\n");

        CliRun run = CliRun.of("verify", "faults", "--kernel", "c61", file.toString());

        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains(problem);
    }

    /// Nothing would be checked, and that would be called good.
    @Test
    void faults_onlyKernelLogs_isAUsageError() {
        CliRun run = CliRun.of("verify", "faults",
                Recorded.path(LOUD + ".dmesg.txt.gz").toString());

        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains("only kernel logs");
    }
}
