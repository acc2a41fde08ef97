package org.kmemlab.lab.verify.geometry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.kmemlab.lab.input.InputException;
import org.kmemlab.lab.oracle.OracleIndex;
import org.kmemlab.lab.oracle.OracleMachine;
import org.kmemlab.lab.verify.CheckReport;
import org.kmemlab.lab.verify.RecordedOracle;
import org.kmemlab.machine.KernelProfile;
import org.kmemlab.slab.SlabSettings;

class SweepCheckTest {

    private static final String HEADER = "req_size\treq_align\treq_flags\treq_ctor\tobject_size\t"
            + "size\tinuse\toffset\talign\tred_left_pad\torder\tobjs\tmin_order\tmin_objs\t"
            + "min_partial\tcpu_partial\tcpu_partial_slabs\tflags\tallocflags\trefcount";
    private static final String ROW = "1805\t16\t0x0\t0\t1805\t1808\t1808\t896\t16\t0\t3\t18\t0\t2"
            + "\t5\t24\t3\t0x40000000\t0x40000\t1";
    private static final String CLASSIC_HEADER = "req_size\treq_align\treq_flags\treq_ctor\t"
            + "object_size\tsize\talign\tnum\tgfporder\tcolour\tcolour_off\tfreelist_size\tflags\t"
            + "allocflags\tlimit\tbatchcount\tshared\trefcount";
    private static final String CLASSIC_ROW = "1\t0\t0x0\t0\t1\t16\t8\t240\t0\t0\t64\t240\t0x0\t"
            + "0x40000\t120\t60\t0\t1";
    private static final SlabSettings TWO_CPUS = SlabSettings
            .of(KernelProfile.C61.booted("slab_nomerge"), 2, 2);

    @TempDir
    private Path folder;

    static List<Path> recordedSweeps() throws IOException, URISyntaxException {
        URL resource = Objects.requireNonNull(SweepCheckTest.class.getResource("/oracle/sweep"));
        try (Stream<Path> files = Files.list(Path.of(resource.toURI()))) {
            return files.sorted().toList();
        }
    }

    private CheckReport check(String... lines) throws IOException {
        Path file = Files.write(folder.resolve("sweep.tsv"), List.of(lines));
        return new SweepCheck(TWO_CPUS, 10).check(file);
    }

    /// Some cache would have another shape than a real kernel gave it.
    @ParameterizedTest
    @MethodSource("recordedSweeps")
    void check_recordedSweep_everyRowEqual(Path file) throws IOException {
        OracleIndex index = Objects.requireNonNull(OracleIndex.above(file));
        OracleMachine machine = Objects.requireNonNull(index.machineOf(file));
        SlabSettings settings = SlabSettings.of(machine.profile(), machine.cpus(),
                machine.maxCpus());

        CheckReport report = new SweepCheck(settings, 10).check(file);

        assertThat(report.differences()).isEmpty();
        assertThat(report.items()).isEqualTo(report.equal()).isGreaterThanOrEqualTo(924);
        int columns = switch (settings.engine()) {
            case SLUB -> 16;
            case SLAB -> 14;
            case SLOB -> 4;
        };
        assertThat(report.valuesCompared()).isEqualTo(report.items() * columns);
    }

    /// A whole file would drop out of the test without a trace.
    @Test
    void recordedSweeps_areAllThere() throws IOException, URISyntaxException {
        assertThat(recordedSweeps()).hasSize(18);
    }

    /// The checker would look away from a column.
    @ParameterizedTest
    @CsvSource({"object_size", "size", "inuse", "offset", "align", "red_left_pad", "order", "objs",
        "min_order", "min_objs", "min_partial", "cpu_partial", "cpu_partial_slabs", "flags",
        "allocflags", "refcount"})
    void check_oneValueChanged_isFound(String column) throws IOException {
        String[] values = ROW.split("\t");
        values[Arrays.asList(HEADER.split("\t")).indexOf(column)] = "77";

        CheckReport report = check(HEADER, ROW, String.join("\t", values));

        assertThat(report.lastLine()).isEqualTo("equal 1 of 2");
        assertThat(report.differences()).singleElement().satisfies(difference -> {
            assertThat(difference.what()).isEqualTo(column);
            assertThat(difference.place()).endsWith("line 3");
        });
    }

    /// The checker would look away from a column of another engine.
    @ParameterizedTest
    @CsvSource({"object_size", "size", "align", "num", "gfporder", "colour", "colour_off",
        "freelist_size", "flags", "allocflags", "limit", "batchcount", "shared", "refcount"})
    void check_oneClassicValueChanged_isFound(String column) throws IOException {
        String[] values = CLASSIC_ROW.split("\t");
        values[Arrays.asList(CLASSIC_HEADER.split("\t")).indexOf(column)] = "77";
        Path file = Files.write(folder.resolve("sweep.tsv"),
                List.of(CLASSIC_HEADER, CLASSIC_ROW, String.join("\t", values)));
        SlabSettings settings = SlabSettings.of(KernelProfile.C61_SLAB.booted("slab_nomerge"), 1,
                1);

        CheckReport report = new SweepCheck(settings, 10).check(file);

        assertThat(report.lastLine()).isEqualTo("equal 1 of 2");
        assertThat(report.differences()).singleElement()
                .satisfies(difference -> assertThat(difference.what()).isEqualTo(column));
    }

    /// The checker would look away from one of the few columns that SLOB has.
    @ParameterizedTest
    @CsvSource({"object_size", "size", "align", "flags"})
    void check_oneSlobValueChanged_isFound(String column) throws IOException {
        String header = "req_size\treq_align\treq_flags\treq_ctor\tobject_size\tsize\talign\tflags";
        String row = "195\t4\t0x82000\t1\t195\t220\t64\t0x82000";
        String[] values = row.split("\t");
        values[Arrays.asList(header.split("\t")).indexOf(column)] = "77";
        Path file = Files.write(folder.resolve("sweep.tsv"),
                List.of(header, row, String.join("\t", values)));

        CheckReport report = new SweepCheck(SlabSettings.of(KernelProfile.C61_SLOB, 1, 1), 10)
                .check(file);

        assertThat(report.lastLine()).isEqualTo("equal 1 of 2");
        assertThat(report.differences()).singleElement()
                .satisfies(difference -> assertThat(difference.what()).isEqualTo(column));
    }

    /// A request that only the kernel accepts would end the check, or pass.
    @Test
    void check_requestRefusedHere_isADifference() throws IOException {
        CheckReport report = check(HEADER, "8388608" + ROW.substring(4));

        assertThat(report.lastLine()).isEqualTo("equal 0 of 1");
        assertThat(report.differences().getFirst().got())
                .contains("object size 8388608: expected 1 to 4194304 bytes");
    }

    /// A reference count that depends on caches nobody recorded would be compared.
    @Test
    void check_mergingKernel_masksTheReferenceCount() throws IOException {
        Path file = Files.write(folder.resolve("sweep.tsv"), List.of(HEADER, ROW));
        SlabSettings merging = SlabSettings.of(KernelProfile.C61, 2, 2);

        CheckReport report = new SweepCheck(merging, 10).check(file);

        assertThat(report.valuesMasked()).isEqualTo(1);
        assertThat(report.valuesCompared()).isEqualTo(15);
    }

    /// Files of other allocators, or garbage, would be compared column by column in vain.
    @Test
    void check_otherTable_saysWhatIsMissing() {
        assertThatThrownBy(() -> check("req_size\tnum", "1\t2")).isInstanceOf(InputException.class)
                .hasMessageContaining("missing: [req_align,")
                .hasMessageContaining("unknown: [num]");
        assertThatThrownBy(() -> check("")).isInstanceOf(InputException.class);
        assertThatThrownBy(() -> check(HEADER, ROW, "x" + ROW)).isInstanceOf(InputException.class)
                .hasMessageContaining("line 3: req_size 'x1805'");
        assertThatThrownBy(() -> check(HEADER, ROW, "1805\t16"))
                .hasMessageContaining("line 3: 2 values, expected 20");
    }

    /// A truncated copy would pass as a shorter one.
    @Test
    void check_truncatedGz_isUnreadable() throws IOException, URISyntaxException {
        byte[] whole = Files.readAllBytes(RecordedOracle.path("sweep/slub_smp2.tsv.gz"));
        Path file = Files.write(folder.resolve("cut.tsv.gz"), Arrays.copyOf(whole, 5_000));

        assertThatThrownBy(() -> new SweepCheck(TWO_CPUS, 10).check(file))
                .isInstanceOf(InputException.class).hasMessageContaining("truncated gz data");
    }

    /// A missing file would be reported by its stack trace.
    @Test
    void check_missingFile_isNamed() {
        assertThatThrownBy(() -> new SweepCheck(TWO_CPUS, 10).check(folder.resolve("no.tsv")))
                .isInstanceOf(InputException.class).hasMessageEndingWith("no.tsv: no such file");
    }
}
