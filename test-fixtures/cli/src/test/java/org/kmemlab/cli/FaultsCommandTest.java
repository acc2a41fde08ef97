package org.kmemlab.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kmemlab.lab.workload.Workloads;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class FaultsCommandTest {

    @TempDir
    private Path folder;

    /// The one line that the whole command is about would be missing or wrong.
    @Test
    void faults_allWorkloads_coversAllSitesAndFindsAllCanaries() {
        CliRun run = CliRun.of("faults", "--workload", "all", "--seed", "4");

        assertThat(run.exitCode()).as(run.out()).isEqualTo(ExitCode.GOOD);
        int canaries = Workloads.canaries().size();
        assertThat(run.out()).containsPattern("sites (\\d+) of \\1 covered")
                .contains("findings 0, canaries " + canaries + " of " + canaries + " found")
                .containsPattern("[\\d,]+ runs with faults a second");
        assertThat(run.outLines().stream().filter(line -> line.contains("found, n = ")).count())
                .isEqualTo(canaries);
    }

    /// A finding could not be shown again, or the script that looks at the code would miss it.
    @Test
    void schedule_ofAFinding_showsItAgain() {
        CliRun campaign = CliRun.of("faults", "--workload", "canary-kept-element");
        String replay = campaign.outLines().stream().filter(line -> line.contains("replay with: "))
                .findFirst().orElseThrow().replaceFirst(".*kmemlab ", "");

        CliRun run = CliRun.of(replay.split(" "));

        assertThat(replay).contains("--schedule page:");
        assertThat(run.exitCode()).isEqualTo(ExitCode.FINDING);
        assertThat(run.out()).contains("left-trace", "kmalloc-1k: 1 allocated, before 0",
                "failed: fail_page_alloc", "CanaryList.add");
    }

    /// Faults that have nothing to do with it would stay in the bug report.
    @Test
    void schedule_withFaultsThatDoNotMatter_namesTheFewest() {
        CliRun run = CliRun.of("faults", "--workload", "canary-double-free", "--schedule",
                "page:5,page:7");

        assertThat(run.exitCode()).isEqualTo(ExitCode.FINDING);
        assertThat(CliRun.of("faults", "--workload", "canary-leaked-by-two", "--schedule",
                "page:5").exitCode()).isEqualTo(ExitCode.GOOD);
    }

    /// Shards would not add up to the campaign.
    @Test
    void merge_ofShards_isTheReportOfTheWhole() throws IOException {
        Path whole = folder.resolve("whole.json");
        Path merged = folder.resolve("merged.json");
        List<String> shards = List.of(folder.resolve("1.json").toString(),
                folder.resolve("2.json").toString());
        String[] campaign = {"faults", "--workload", "canary-half-linked", "--json"};

        assertThat(CliRun.of(with(campaign, whole.toString())).exitCode()).isZero();
        for (int i = 0; i < 2; i++) {
            CliRun.of(with(campaign, shards.get(i), "--shard", (i + 1) + "/2"));
        }
        CliRun run = CliRun.of("faults", "merge", shards.get(1), shards.get(0), "--json",
                merged.toString());

        assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.GOOD);
        JsonNode expected = JsonMapper.shared().readTree(Files.readString(whole));
        JsonNode sum = JsonMapper.shared().readTree(Files.readString(merged));
        assertThat(sum.get("workloads")).isEqualTo(expected.get("workloads"));
        assertThat(sum.get("canariesFound").asInt()).isEqualTo(1);
        assertThat(sum.get("injectedRuns").asLong()).isPositive();
        assertThat(CliRun.of("faults", "merge", shards.get(1)).out())
                .contains("shards [1] are missing");
        assertThat(CliRun.of("faults", "merge", shards.get(1), shards.get(1)).exitCode())
                .isEqualTo(ExitCode.USAGE);
    }

    private static String[] with(String[] words, String... more) {
        String[] all = java.util.Arrays.copyOf(words, words.length + more.length);
        System.arraycopy(more, 0, all, words.length, more.length);
        return all;
    }

    /// Nobody could find out what there is.
    @Test
    void list_namesAllWorkloads() {
        CliRun run = CliRun.of("faults", "--list");

        assertThat(run.exitCode()).isEqualTo(ExitCode.GOOD);
        Workloads.good().forEach(workload -> assertThat(run.out()).contains(workload.name(),
                workload.description()));
        assertThat(run.outLines()).allMatch(line -> line.length() <= 120);
    }

    /// Only the built-in workloads could be broken.
    @Test
    void trace_eachOfSomeEventsFailing_isClean() throws IOException {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 20; i++) {
            text.append("x-1 [000] ..... 1.%06d: kmalloc: call_site=a+0x1/0x2 ptr=000000000000a%03x"
                    .formatted(i, i) + " bytes_req=700 bytes_alloc=1024 gfp_flags=GFP_KERNEL"
                    + " node=-1 accounted=false\n");
        }
        Path trace = Files.writeString(folder.resolve("my.trace"), text);

        CliRun run = CliRun.of("faults", "--trace", trace.toString(), "--most", "5", "--pairs");

        assertThat(run.exitCode()).as(run.out() + run.err()).isEqualTo(ExitCode.GOOD);
        assertThat(run.out()).containsPattern("sampled: 5 of \\d+ failed first")
                .contains("findings 0");
    }

    /// Something else than what was asked for would be done, or a stack trace shown.
    @ParameterizedTest
    @CsvSource(delimiter = ';', value = {"; give either --workload NAME|all or --trace FILE",
        "--workload all --trace x; give either --workload NAME|all or --trace FILE",
        "--workload radix; unknown workload 'radix': expected one of object-table",
        "--workload all --shard 3/2; --shard 3/2: expected I/N",
        "--workload all --shard 0/2; --shard 0/2: expected I/N",
        "--workload all --shard x; --shard x: expected I/N",
        "--workload all --layers slab,disk; 'disk' is no layer; expected some of slab, page",
        "--workload all --layers ,; is no layer",
        "--workload all --jobs 0; --jobs 0: expected 1 to 1024",
        "--workload all --runs -1; --runs -1: expected 0 to",
        "--workload all --most 0; --most 0: expected 1 to",
        "--workload all --schedule slab:1; --schedule is for one workload",
        "--workload radix-tree --schedule slab:1 --pairs; --schedule makes one run",
        "--workload radix-tree --schedule slab:0; 'slab:0' is no fault",
        "--workload radix-tree --schedule slab:99; there is no slab:99 in this run; it makes"})
    void faults_nonsense_isAUsageErrorWithValueAndLimit(String args, String message) {
        String words = args == null ? "faults" : "faults " + args;

        CliRun run = CliRun.of(words.split(" "));

        assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.USAGE);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).contains(message).doesNotContain("\tat ");
    }

    /// A damaged file would look like a mistake in the command.
    @Test
    void faults_unreadableInput_isNamed() throws IOException {
        Path empty = Files.writeString(folder.resolve("empty"), "nothing\n");

        assertThat(CliRun.of("faults", "--trace", empty.toString()).exitCode())
                .isEqualTo(ExitCode.UNREADABLE);
        assertThat(CliRun.of("faults", "merge", empty.toString()).exitCode())
                .isEqualTo(ExitCode.UNREADABLE);
        assertThat(CliRun.of("faults", "merge", folder + "/none").exitCode())
                .isEqualTo(ExitCode.UNREADABLE);
    }

    /// A bad attribute string would be taken, and nothing would ever fail.
    @ParameterizedTest
    @ValueSource(strings = {"failslab=1,2", "fail_page_alloc=1,101,0,1",
        "fail_mempool_alloc=a,b,c,d"})
    void boot_badFaultAttribute_isUsage(String words) {
        CliRun run = CliRun.of("geometry", "--size", "64", "--boot", words);

        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).containsAnyOf("expected <interval>,<probability>,<space>,<times>",
                "probability 101: expected 0 to 100");
    }
}
