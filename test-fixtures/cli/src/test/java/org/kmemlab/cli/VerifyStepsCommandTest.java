package org.kmemlab.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VerifyStepsCommandTest {

    @TempDir
    private Path folder;

    /// Logs of objects would not be read, or their sum would be wrong.
    @Test
    void steps_logsOfObjects_equalNOfN() {
        CliRun run = CliRun.of("verify", "steps",
                Recorded.path("steps_slub/s_numa1.txt.gz").toString(),
                Recorded.path("steps_kmalloc/slub_km_S.txt.gz").toString());

        assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.GOOD);
        assertThat(run.outLines().getFirst()).endsWith("s_numa1.txt.gz: equal 577 of 577");
        assertThat(run.outLines().getLast()).isEqualTo("equal 1047 of 1047");
    }

    /// A difference would not be shown with its line, or the exit code would call it good.
    @Test
    void steps_changedLog_isAFindingWithItsLine() throws IOException {
        Path file = Files.writeString(folder.resolve("log.txt"),
                Recorded.text("steps_kmalloc/slub_km_S.txt.gz").replace(
                        "3 km 2 7 K+W => ok ksize=8", "3 km 2 7 K+W => ok ksize=16"));

        CliRun run = CliRun.of("verify", "steps", "--keep-going", "--kernel", "c61",
                file.toString());

        assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.FINDING);
        assertThat(run.out()).contains("log.txt, line 3 (3 km 2 7 K+W)")
                .contains("equal 469 of 470");
    }

    /// A log that cannot be checked would be called wrong, or end in a stack trace.
    @Test
    void steps_otherKindOfLog_isUnreadable() throws IOException {
        Path file = Files.writeString(folder.resolve("log.txt"), "1 xyz 0 => 1\n");

        CliRun run = CliRun.of("verify", "steps", "--kernel", "c61", file.toString());

        assertThat(run.exitCode()).isEqualTo(ExitCode.UNREADABLE);
        assertThat(run.err()).contains("log.txt, line 1").contains("an unknown kind of log");
    }
}
