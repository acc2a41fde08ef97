package org.kmemlab.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kmemlab.lab.compare.Competitor;
import org.kmemlab.lab.compare.Competitors;
import org.kmemlab.lab.stream.GeneratedStreams;
import org.kmemlab.lab.stream.StreamSource;

/// If these failed, nobody could compare allocators from the command line, or trust what it prints.
class CompareCommandTest {

    private static final List<String> FEW = List.of("compare", "--events", "3000", "--policies",
            "slub-6.1,first-fit", "--no-progress");

    @TempDir
    private Path folder;

    private static CliRun compare(String... more) {
        return CliRun.of(Stream.concat(FEW.stream(), List.of(more).stream())
                .toArray(String[]::new));
    }

    @Test
    void compare_traceAndWorkload_printsATableForEach() {
        CliRun run = compare("--trace", "small", "--workload", "fork-storm", "--seeds", "2");

        assertThat(run.exitCode()).as(run.out() + run.err()).isEqualTo(ExitCode.GOOD);
        assertThat(run.outLines().stream().filter(line -> line.startsWith("slub-6.1 "))).hasSize(2);
        assertThat(run.outLines().stream().filter(line -> line.startsWith("first-fit ")))
                .hasSize(2);
        assertThat(run.out()).contains("small: ", "recorded, one run", "fork-storm: ",
                "seeds 1 to 2, mean and 95 % interval", "±", "6 runs in ", "Page waste")
                .doesNotContain("PROBLEM");
    }

    @Test
    void compare_json_dependsOnTheOptionsAlone() throws IOException {
        Path one = folder.resolve("one.json");
        Path two = folder.resolve("two.json");
        compare("--workload", "zipf", "--seeds", "2", "--jobs", "1", "--json", one.toString());
        compare("--workload", "zipf", "--seeds", "2", "--jobs", "2", "--json", two.toString());

        String first = Files.readString(one).replace("--jobs 1", "").replace("one.json", "");
        String second = Files.readString(two).replace("--jobs 2", "").replace("two.json", "");
        assertThat(first).contains("\"kmemlab-compare\"").isEqualTo(second);
    }

    @Test
    void compare_csvToStandardOutput_printsNothingElse() {
        CliRun run = compare("--workload", "zipf", "--seeds", "1", "--csv", "-");

        assertThat(run.outLines()).hasSize(3);
        assertThat(run.outLines().getFirst()).startsWith("workload,policy,seed,problem,");
        assertThat(run.outLines().getLast()).startsWith("zipf,first-fit,1,,");
    }

    @Test
    void list_names_everyWorkloadAndPolicy() {
        CliRun run = CliRun.of("compare", "--list");

        assertThat(run.exitCode()).isEqualTo(ExitCode.GOOD);
        assertThat(run.out())
                .contains(GeneratedStreams.all(1).stream().map(StreamSource::name).toList());
        assertThat(run.out()).contains(Competitors.all().stream().map(Competitor::name).toList());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "--seeds 1                                | give --workload NAME or --trace FILE",
        "--workload nothing                       | no workload is called 'nothing'",
        "--workload zipf --policies worst-fit     | no policy or group is called 'worst-fit'",
        "--workload zipf --workload zipf          | two workloads have one name",
        "--workload zipf --seeds 0                | --seeds 0: expected 1 to 1000",
        "--workload zipf --memory 1               | --memory 1: expected 4 to",
        "--workload zipf --json - --csv -         | exclude each other"})
    void compare_senseless_isAUsageError(String options, String message) {
        CliRun run = CliRun.of(("compare " + options.strip()).split(" +"));

        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains(message);
    }

    @Test
    void compare_missingTrace_isUnreadable() {
        CliRun run = compare("--trace", folder.resolve("missing.gz").toString());

        assertThat(run.exitCode()).isEqualTo(ExitCode.UNREADABLE);
        assertThat(run.err()).contains("missing.gz: no such file");
    }

    /// Something that is no trace would be compared, with a table full of zeros.
    @Test
    void compare_fileWithoutEvents_isUnreadable() throws IOException {
        Path file = Files.writeString(folder.resolve("poem.txt"), "no event\n");

        CliRun run = compare("--trace", file.toString());

        assertThat(run.exitCode()).isEqualTo(ExitCode.UNREADABLE);
        assertThat(run.err()).contains("poem.txt").contains("no request for an object");
    }
}
