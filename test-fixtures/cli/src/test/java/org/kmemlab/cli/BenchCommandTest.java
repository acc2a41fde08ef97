package org.kmemlab.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BenchCommandTest {

    /// Nobody could choose jobs, or a choice would not be obeyed.
    @Test
    void list_filteredAndThreads_namesJobs() {
        CliRun run = CliRun.of("bench", "--list", "--filter", "^ring/64/", "--threads", "2");

        assertThat(run.exitCode()).isEqualTo(ExitCode.GOOD);
        assertThat(run.outLines()).contains("ring/64/2/netty-pooled")
                .allMatch(line -> line.startsWith("ring/64/2/"));
    }

    /// The quick run would leave a target open that can be measured.
    @Test
    void list_quick_hasTheTargetsAndAllOfTheRing() {
        assertThat(CliRun.of("bench", "--list", "--quick").outLines())
                .containsAll(CliRun.of("bench", "--list", "--targets").outLines())
                .contains("ring/64/1/arena", "ring/64/1/mimalloc-c", "trace-parse/0/1/traces");
    }

    /// Nonsense would be measured for an hour, or end in a stack trace.
    @ParameterizedTest
    @CsvSource(delimiter = ';', value = {
        "--forks 0; --forks 0: expected 1 to 100",
        "--forks x; 'x': expected a whole number",
        "--threads 0; --threads 0: expected 1 to 1024",
        "--threads 1,9999; --threads 9999: expected 1 to 1024",
        "--filter (; --filter '(': ",
        "--filter nobody; no job is left",
        "--streams nothing; no workload is called 'nothing'",
        "--streams zipf --policies worst-fit; no policy or group is called 'worst-fit'",
        "--streams zipf --policies c-glibc; none of them runs on a simulated machine"})
    void nonsense_isAUsageErrorWithValueAndLimit(String args, String message) {
        CliRun run = CliRun.of(("bench " + args).split(" "));

        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).contains(message).doesNotContain("\tat ");
    }

    /// An hour of measuring would be lost at the end.
    @Test
    void unwritableFile_isFoundBeforeMeasuring() {
        CliRun run = CliRun.of("bench", "--filter", "ring", "--json", "/no/such/folder/b.json");

        assertThat(run.exitCode()).isEqualTo(ExitCode.UNREADABLE);
        assertThat(run.err()).contains("/no/such/folder/b.json");
    }
}
