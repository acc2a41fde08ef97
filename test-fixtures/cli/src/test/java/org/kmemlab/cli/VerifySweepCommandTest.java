package org.kmemlab.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class VerifySweepCommandTest {

    @TempDir
    private Path folder;

    private static Path sweep(String name) throws URISyntaxException {
        URL resource = Objects
                .requireNonNull(MainTest.class.getResource("/oracle/sweep/" + name));
        return Path.of(resource.toURI());
    }

    /// The command would not find the machine, or not say that all is equal.
    @Test
    void sweep_recordedFiles_equalNOfN() throws URISyntaxException {
        CliRun run = CliRun.of("verify", "sweep", sweep("slub_smp2.tsv.gz").toString(),
                sweep("slub_smp2_slub_max_order0.tsv.gz").toString());

        assertThat(run.exitCode()).isEqualTo(ExitCode.GOOD);
        assertThat(run.outLines()).hasSize(4);
        assertThat(run.outLines().get(2)).isEqualTo(
                "29568 values compared, 0 taken from the recording, 0 masked");
        assertThat(run.outLines().getLast()).isEqualTo("equal 1848 of 1848");
    }

    /// A difference would not be shown, or the exit code would call it good.
    @Test
    void sweep_otherMachineGiven_findsDifferences() throws URISyntaxException {
        CliRun run = CliRun.of("verify", "sweep", "--cpus", "8", "--limit", "2",
                sweep("slub_smp2.tsv.gz").toString());

        assertThat(run.exitCode()).isEqualTo(ExitCode.FINDING);
        assertThat(run.outLines()).hasSize(5);
        assertThat(run.outLines().get(1)).contains(": line ").contains("expected ")
                .contains(", got ");
        assertThat(run.outLines().getLast()).matches("equal \\d+ of 924")
                .isNotEqualTo("equal 924 of 924");
    }

    /// Scripts would have to parse text meant for people.
    @Test
    void sweep_json_hasTheSameNumbers() throws URISyntaxException {
        CliRun run = CliRun.of("verify", "sweep", "--json", sweep("slub_smp2.tsv.gz").toString());

        JsonNode json = JsonMapper.shared().readTree(run.out());
        assertThat(run.exitCode()).isEqualTo(ExitCode.GOOD);
        assertThat(json.get("good").asBoolean()).isTrue();
        assertThat(json.get("equal").asLong()).isEqualTo(924);
        assertThat(json.get("files").get(0).get("valuesCompared").asLong()).isEqualTo(924 * 16);
    }

    /// A file whose machine nobody knows would be compared with one made up.
    @Test
    void sweep_noIndex_asksForTheMachine() throws URISyntaxException, IOException {
        Path copy = Files.copy(sweep("slub_smp2.tsv.gz"), folder.resolve("mine.tsv.gz"));

        CliRun bare = CliRun.of("verify", "sweep", copy.toString());
        CliRun told = CliRun.of("verify", "sweep", copy.toString(), "--kernel", "c61", "--cpus",
                "2", "--boot", "slab_nomerge");

        assertThat(bare.exitCode()).isEqualTo(ExitCode.UNREADABLE);
        assertThat(bare.err()).contains("mine.tsv.gz: no index.tsv").contains("--kernel");
        assertThat(told.exitCode()).isEqualTo(ExitCode.GOOD);
    }

    /// An index that forgot a file, or names a kernel that is not there, would go unnoticed.
    @Test
    void sweep_indexDoesNotHelp_saysWhy() throws URISyntaxException, IOException {
        String header = "path\tbuild\tcpus\tmax_cpus\tmemory_mib\tnode_mib\tboot\n";
        Files.writeString(folder.resolve("index.tsv"), header + "b.tsv\tplan9\t1\t1\t64\t64\t\n");
        Path a = Files.copy(sweep("slub_smp2.tsv.gz"), folder.resolve("a.tsv"));
        Path b = Files.copy(a, folder.resolve("b.tsv"));

        assertThat(CliRun.of("verify", "sweep", a.toString()).err())
                .contains("index.tsv does not name it");
        CliRun unknown = CliRun.of("verify", "sweep", b.toString());
        assertThat(unknown.exitCode()).isEqualTo(ExitCode.UNREADABLE);
        assertThat(unknown.err()).contains("cannot be built: unknown kernel 'plan9'");
    }

    /// Missing or damaged files would end in a stack trace, or pass.
    @Test
    void sweep_unreadableFiles_areNamed() throws URISyntaxException, IOException {
        byte[] whole = Files.readAllBytes(sweep("slub_smp2.tsv.gz"));
        Path cut = Files.write(folder.resolve("cut.gz"), Arrays.copyOf(whole, 4_000));
        Path garbage = Files.write(folder.resolve("garbage"), new byte[] {1, 2, 3, 10, 0, 9});

        for (Path file : new Path[] {cut, garbage, folder, folder.resolve("missing")}) {
            CliRun run = CliRun.of("verify", "sweep", "--kernel", "c61", file.toString());

            assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.UNREADABLE);
            assertThat(run.out()).isEmpty();
            assertThat(run.err()).startsWith("kmemlab: " + file).doesNotContain("\tat ");
        }
    }

    /// A table without rows would count as proof.
    @Test
    void sweep_tableWithoutRows_isAFinding() throws URISyntaxException, IOException {
        Path file = folder.resolve("empty.tsv");
        Files.writeString(file, "req_size\treq_align\treq_flags\treq_ctor\tobject_size\tsize\t"
                + "inuse\toffset\talign\tred_left_pad\torder\tobjs\tmin_order\tmin_objs\t"
                + "min_partial\tcpu_partial\tcpu_partial_slabs\tflags\tallocflags\trefcount\n");

        CliRun run = CliRun.of("verify", "sweep", "--kernel", "c61", file.toString());

        assertThat(run.exitCode()).isEqualTo(ExitCode.FINDING);
        assertThat(run.outLines().getLast()).isEqualTo("equal 0 of 0");
    }
}
