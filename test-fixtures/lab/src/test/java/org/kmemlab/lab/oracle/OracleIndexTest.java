package org.kmemlab.lab.oracle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kmemlab.lab.input.InputException;
import org.kmemlab.machine.KernelProfile;
import org.kmemlab.machine.MachineConfig;

class OracleIndexTest {

    private static final String HEADER =
            "path\tbuild\tcpus\tmax_cpus\tmemory_mib\tnode_mib\tboot\n";

    @TempDir
    private Path folder;

    private OracleIndex index(String rows) throws IOException {
        Files.writeString(folder.resolve(OracleIndex.FILE_NAME), HEADER + rows);
        return Objects.requireNonNull(OracleIndex.above(folder.resolve("deep/down/file.txt")));
    }

    /// A recording would be checked on a machine that it does not come from.
    @Test
    void machineOf_fileBelow_hasEverythingTheRowSays() throws IOException {
        OracleIndex index = index("sweep/a.tsv\tc61\t2\t8\t256\t128+128\tslab_nomerge x=1\n");

        OracleMachine machine = Objects
                .requireNonNull(index.machineOf(folder.resolve("sweep/../sweep/a.tsv")));

        assertThat(machine).isEqualTo(
                new OracleMachine("c61", 2, 8, List.of(128, 128), "slab_nomerge x=1"));
        MachineConfig config = machine.config();
        assertThat(config.possibleCpus()).isEqualTo(8);
        assertThat(config.nodes()).isEqualTo(2);
        assertThat(config.profile().boot().number("x")).hasValue(1);
        assertThat(config.profile().options()).isEqualTo(KernelProfile.C61.options());
    }

    /// The files of a recording that is a folder would have no machine.
    @Test
    void machineOf_fileInFolderWithRow_isThatOfTheFolder() throws IOException {
        OracleIndex index = index("traces/t1\tdeb61\t1\t1\t512\t512\t\n");

        assertThat(index.machineOf(folder.resolve("traces/t1/trace.txt.gz"))).isNotNull();
        assertThat(index.machineOf(folder.resolve("traces/t10/trace.txt.gz"))).isNull();
        assertThat(index.machineOf(folder.resolve("traces"))).isNull();
    }

    /// A copy that was compressed, or decompressed, would lose its machine.
    @Test
    void machineOf_gzAndPlain_areOneFile() throws IOException {
        OracleIndex index = index("a.txt\tc61\t1\t1\t64\t64\t\nb.txt.gz\tc61\t1\t1\t64\t64\t\n");

        assertThat(index.machineOf(folder.resolve("a.txt.gz"))).isNotNull();
        assertThat(index.machineOf(folder.resolve("b.txt"))).isNotNull();
    }

    /// A recording of a machine whose memory nobody noted would make the whole index useless.
    @Test
    void machineOf_unknownMemory_hasProfileButNoConfig() throws IOException {
        OracleIndex index = index("a.txt\tc61\t1\t1\tunknown\tunknown\t\n");

        OracleMachine machine = Objects.requireNonNull(index.machineOf(folder.resolve("a.txt")));

        assertThat(machine.profile().name()).isEqualTo("c61");
        assertThatThrownBy(machine::config).isInstanceOf(IllegalArgumentException.class);
    }

    /// A damaged index would lead to a machine of zeros, or to a message that does not help.
    @Test
    void read_malformedRows_saysFileLineAndValue() {
        assertThatThrownBy(() -> index("a.txt\tc61\ttwo\t2\t64\t64\t\n"))
                .isInstanceOf(InputException.class).hasMessageContaining(OracleIndex.FILE_NAME)
                .hasMessageEndingWith(
                        "line 2: cpus 'two': expected a number of at most 32 bits");
        assertThatThrownBy(() -> index("a.txt\tc61\t2\t1\t64\t64\t\n"))
                .hasMessageContaining("line 2: 2 CPUs of 1");
        assertThatThrownBy(() -> index("a.txt\tc61\t1\t1\t64\t64+\t\n"))
                .hasMessageContaining("line 2: node_mib '64+'");
        assertThatThrownBy(() -> index("a.txt\tc61\t1\n"))
                .hasMessageContaining("line 2: 3 values, expected 7");
    }

    /// A table of another kind would be taken for an index.
    @Test
    void read_otherColumns_saysWhichAreMissing() throws IOException {
        Path file = Files.writeString(folder.resolve(OracleIndex.FILE_NAME), "path\tcpus\tx\n");

        assertThatThrownBy(() -> OracleIndex.read(file)).isInstanceOf(InputException.class)
                .hasMessageContaining("missing: [build, max_cpus, memory_mib, node_mib, boot]")
                .hasMessageContaining("unknown: [x]");
    }

    /// A file without an index would be checked on a machine made up.
    @Test
    void above_noIndexAnywhere_isNull() throws IOException {
        assertThat(OracleIndex.above(folder.resolve("file.txt"))).isNull();
    }
}
