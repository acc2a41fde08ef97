package org.kmemlab.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class MempoolAdviseCommandTest {

    @TempDir
    private Path folder;

    private static String trace() throws Exception {
        return Recorded.path("traces/c61_smp1_small1/trace.txt.gz").toString();
    }

    /// The question that the command is for would not be answered, or without proof.
    @Test
    void advise_recordedTrace_provesTheLeastReserve() throws Exception {
        CliRun table = CliRun.of("mempool", "advise", "--trace", trace(), "--top", "0");
        String most = table.outLines().get(4);
        String cache = most.substring(most.lastIndexOf(' ') + 1);

        CliRun run = CliRun.of("mempool", "advise", "--trace", trace(), "--cache", cache);

        assertThat(table.exitCode()).isEqualTo(ExitCode.GOOD);
        assertThat(run.exitCode()).isEqualTo(ExitCode.GOOD);
        assertThat(run.err()).isEmpty();
        assertThat(run.outLines()).contains(most);
        assertThat(run.outLines().get(5))
                .matches("proof    a pool of \\d+: all \\d+ atomic requests served");
        assertThat(run.outLines().get(6)).matches(
                "proof    a pool of \\d+: [\\d,]+ served, [1-9]\\d* failed, the first at line .*");
    }

    /// Programs could not read the answer.
    @Test
    void advise_json_hasCachesAndProofs() throws Exception {
        CliRun run = CliRun.of("mempool", "advise", "--trace", trace(), "--top", "3", "--outage",
                "100", "--json");

        JsonNode root = JsonMapper.shared().readTree(run.out());
        assertThat(root.path("outageEvents").asInt()).isEqualTo(100);
        assertThat(root.path("caches").size()).isEqualTo(3);
        assertThat(root.path("caches").path(0).path("minNr").asLong()).isPositive();
        assertThat(root.path("proofs").size()).isZero();
    }

    /// The question would not be answered for a workload, or without naming what fails with less.
    @Test
    void advise_workload_provesTheLeastReserve() throws Exception {
        CliRun run = CliRun.of("mempool", "advise", "--workload", "packet-queue");
        CliRun all = CliRun.of("mempool", "advise", "--workload", "all", "--json");

        assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.GOOD);
        assertThat(run.outLines()).contains("proof    a pool of 6: all 8 atomic requests served",
                "own pool: custom elements, asks its source 4 times, has min_nr 2",
                "proof    min_nr 3: no request failed in any of 1 runs, one for each outage");
        assertThat(run.out()).containsPattern("a pool of 5: 7 served, 1 failed, the first by "
                + "kmem_cache_zalloc at \\S+PacketQueue\\.receive")
                .containsPattern("min_nr 2: outage from request 1 on, fails by mempool_alloc");
        JsonNode workloads = JsonMapper.shared().readTree(all.out()).path("workloads");
        assertThat(workloads.size()).isGreaterThanOrEqualTo(20);
        assertThat(workloads.path(1).path("ownPools").path("minNr").asInt()).isEqualTo(3);
    }

    /// A mistake would look like an answer, or its message would not help.
    @ParameterizedTest
    @CsvSource(delimiter = ';', value = {
        "--workload nope; unknown workload 'nope': expected one of object-table, packet-queue",
        "--workload all --cache x; --cache is for one workload",
        "--workload packet-queue --cache x; no request of workload packet-queue goes to cache 'x'",
        "--workload packet-queue --trace x; give either --trace FILE or --workload NAME|all",
        "--json; give either --trace FILE or --workload NAME|all"})
    void advise_badRequest_isUsage(String options, String message) {
        String[] words = ("mempool advise " + options).split(" ");

        CliRun run = CliRun.of(words);

        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains(message);
    }

    /// A mistake would look like an answer.
    @ParameterizedTest
    @CsvSource(delimiter = ';', value = {"--cache; nope; no request of the trace goes to cache",
        "--outage; 0; --outage 0: expected 1 to", "--outage; x; expected a whole number",
        "--top; -1; --top -1: expected 0 to"})
    void advise_badOption_isRefused(String option, String value, String message)
            throws Exception {
        CliRun run = CliRun.of("mempool", "advise", "--trace", trace(), option, value);

        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains(message);
    }

    /// A file that is no trace, or none at all, would look like a workload that needs no reserve.
    @Test
    void advise_noTrace_isUnreadable() throws IOException {
        Path empty = Files.writeString(folder.resolve("empty.txt"), "# nothing\n");

        assertThat(CliRun.of("mempool", "advise", "--trace", empty.toString()).exitCode())
                .isEqualTo(ExitCode.UNREADABLE);
        assertThat(CliRun.of("mempool", "advise", "--trace", empty + ".gz").exitCode())
                .isEqualTo(ExitCode.UNREADABLE);
        assertThat(CliRun.of("mempool", "advise").exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(CliRun.of("mempool").exitCode()).isEqualTo(ExitCode.USAGE);
    }
}
