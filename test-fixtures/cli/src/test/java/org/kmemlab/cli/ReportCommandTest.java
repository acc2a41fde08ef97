package org.kmemlab.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// If it failed, nobody would get a report, or somebody one that is not of what was asked for. What
/// the page looks like, [ReportInBrowserTest] finds out.
class ReportCommandTest {

    @TempDir
    private Path folder;

    private Path output() {
        return folder.resolve("report.html");
    }

    private CliRun report(String... args) {
        String[] all = new String[args.length + 3];
        all[0] = "report";
        all[1] = "-o";
        all[2] = output().toString();
        System.arraycopy(args, 0, all, 3, args.length);
        return CliRun.of(all);
    }

    /// The first thing that somebody tries would not work.
    @Test
    void report_noTrace_showsTheBundledOneAndSaysWhatIsMissing() throws IOException {
        CliRun run = report();

        assertThat(run.exitCode()).isEqualTo(ExitCode.GOOD);
        assertThat(run.err()).isEmpty();
        assertThat(run.out()).matches(".*report\\.html: 1\\.\\d MB; open it in a browser\\R");
        assertThat(Files.readString(output())).contains("\"trace\":\"the bundled trace: ls, cp",
                "\"machine\":\"c61, 1 CPU, 256 MiB, slab_nomerge\"", "\"seed\":",
                "\"command\":\"kmemlab report -o ", "\"files\":[]");
    }

    /// Two reports of one trace would differ, so nobody could compare them.
    @Test
    void report_twice_isTheSame() throws IOException {
        report("--samples", "20");
        String first = Files.readString(output());
        report("--samples", "20");

        assertThat(Files.readString(output())).isEqualTo(first);
    }

    /// A folder's state would be left out.
    @Test
    void report_traceFolder_startsFromItsState() throws IOException {
        CliRun run = report("--trace", Recorded.path("traces/c61_smp1_small1").toString());

        assertThat(run.exitCode()).isEqualTo(ExitCode.GOOD);
        assertThat(Files.readString(output())).contains("\"unplaced\":")
                .contains("{\"kind\":\"BEFORE\",\"cache\":\"\"}");
    }

    /// A report would be written over by one that is wrong in part.
    @ParameterizedTest
    @ValueSource(strings = {"--compare", "--faults", "--bench", "--verify"})
    void report_malformedResult_isExit3AndWritesNothing(String option) throws IOException {
        Path wrong = Files.writeString(folder.resolve("wrong.json"), "{\n  \"items\": }");

        CliRun run = report(option, wrong.toString());

        assertThat(run.exitCode()).isEqualTo(ExitCode.UNREADABLE);
        assertThat(run.err()).contains("wrong.json, line 2, column");
        assertThat(output()).doesNotExist();
        assertThat(report(option, folder.resolve("none.json").toString()).err())
                .contains("none.json: no such file");
    }

    /// Nonsense would end in a stack trace, or in a report of nothing.
    @Test
    void nonsense_isAUsageErrorOrUnreadable() throws IOException {
        Path empty = Files.writeString(folder.resolve("empty.txt"), "no event\n");

        assertThat(CliRun.of("report").exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(report("--samples", "7").err()).contains("--samples 7: expected 8 to 2000");
        assertThat(report("--trace", empty.toString()).exitCode())
                .isEqualTo(ExitCode.UNREADABLE);
        assertThat(CliRun.of("report", "-o", "/no/such/folder/r.html").exitCode())
                .isEqualTo(ExitCode.UNREADABLE);
    }
}
