package org.kmemlab.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VerifyTraceCommandTest {

    private static final String SMALL = "traces/c61_smp1_small1";

    @TempDir
    private Path folder;

    /// Objects would not be checked, or a real trace would not come out equal.
    @Test
    void trace_recordedFolder_checksPagesAndObjects() {
        CliRun all = CliRun.of("verify", "trace", Recorded.path(SMALL).toString());
        CliRun pages = CliRun.of("verify", "trace", "--pages", Recorded.path(SMALL).toString());

        assertThat(all.exitCode()).as(all.err()).isEqualTo(ExitCode.GOOD);
        assertThat(all.outLines().getLast()).isEqualTo("equal 2582 of 2622, 40 known");
        assertThat(pages.exitCode()).isEqualTo(ExitCode.GOOD);
        assertThat(pages.outLines().getLast()).isEqualTo("equal 618 of 618");
    }

    /// A trace that is not what the kernel did would pass.
    @Test
    void trace_objectsExchanged_isAFinding() throws IOException {
        Files.copy(Recorded.path(SMALL + "/state.txt.gz"), folder.resolve("state.txt.gz"));
        Files.writeString(folder.resolve("trace.txt"),
                Recorded.text(SMALL + "/trace.txt.gz").replace("name=names_cache", "name=filp"));

        CliRun run = CliRun.of("verify", "trace", "--kernel", "c61", "--boot", "slab_nomerge",
                folder.toString());

        assertThat(run.exitCode()).isEqualTo(ExitCode.FINDING);
        assertThat(run.out()).contains("cache: expected filp, got names_cache");
    }

    /// A state file without a state would end in an internal error.
    @Test
    void trace_stateWithoutState_isUnreadable() throws IOException {
        Files.writeString(folder.resolve("state.txt"), "1 say hello\n");
        Files.writeString(folder.resolve("trace.txt"), "# tracer: nop\n");

        CliRun run = CliRun.of("verify", "trace", "--kernel", "c61", folder.toString());

        assertThat(run.exitCode()).isEqualTo(ExitCode.UNREADABLE);
        assertThat(run.err()).contains("state.txt: no state");
    }
}
