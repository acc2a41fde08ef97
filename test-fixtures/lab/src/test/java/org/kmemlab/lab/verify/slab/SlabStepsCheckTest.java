package org.kmemlab.lab.verify.slab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

import org.apache.commons.lang3.StringUtils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.kmemlab.lab.oracle.OracleMachine;
import org.kmemlab.lab.verify.CheckReport;
import org.kmemlab.lab.verify.RecordedOracle;
import org.kmemlab.lab.verify.steps.StepsCheck;

class SlabStepsCheckTest {

    private static final OracleMachine C61 = new OracleMachine("c61", 1, 1, List.of(256),
            "slab_nomerge");

    private static final OracleMachine C61_SLAB = new OracleMachine("c61-SLAB", 1, 1, List.of(256),
            "slab_nomerge");

    @TempDir
    private Path folder;

    static List<Path> recordedLogs() {
        return Stream.of("steps_slub", "steps_slab_old", "steps_kmalloc")
                .flatMap(kind -> RecordedOracle.list(kind).stream()).toList();
    }

    /// Objects, lists, free list chains or counters would move differently from a real kernel's.
    @ParameterizedTest
    @MethodSource("recordedLogs")
    void check_recordedLog_everyLineEqual(Path file) throws IOException {
        CheckReport report = StepsCheck.check(RecordedOracle.machine(file), file, 10, false);

        assertThat(report.differences()).isEmpty();
        assertThat(report.equal()).isEqualTo(report.items()).isGreaterThanOrEqualTo(470);
        assertThat(report.valuesTaken()).isLessThan(report.valuesCompared() / 2);
    }

    /// Logs would drop out of the test without a trace.
    @Test
    void recordedLogs_areAllThere() {
        assertThat(recordedLogs()).hasSize(11);
    }

    /// The checker would look away from one kind of value.
    @ParameterizedTest
    @CsvSource(delimiter = ';', value = {"slab=;idx=0 ctor;idx=1 ctor", "off=256 ;256;512",
        " ctor=30;ctor=30;ctor=29", ":cfl63];cfl63;cfl62", "nr_slabs=2;nr_slabs=2;nr_slabs=3",
        "  ksf cpu0;freelist=;freelist=7,", " stat 0 =>; 0 0 ; 0 1 ",
        "object_size=;align=8;align=16",
        ":f1:left;left1;left2", "ret=0;ret=0;ret=1"})
    void check_oneValueChanged_isFound(String line, String original, String changed)
            throws IOException {
        CheckReport report = checkChanged(C61, "steps_slub/s_step_S.txt.gz", line, original,
                changed);

        assertThat(report.isGood()).isFalse();
        assertThat(report.items() - report.equal()).isEqualTo(1);
        assertThat(report.items()).isEqualTo(8996);
    }

    /// The checker would look away from one kind of value of the classic SLAB.
    @ParameterizedTest
    @CsvSource(delimiter = ';', value = {" ka 0 ;idx=15 ctor;idx=14 ctor", "off=960 ;960;961",
        " ka 5 ;ctor=99;ctor=98", " ka 1 ;avail=15;avail=14", "touched=1;touched=1;touched=0",
        "free_objects=48;free_objects=48;free_objects=47", "colour=1 ;colour_off=64;colour_off=8",
        "partial: 3;:16/64:;:17/64:", " ksf cpu0 entries(bottom..top)= ;+0 ;+64 ",
        "ret=0;ret=0;ret=1", "free: 2;:off0];:off64]"})
    void check_oneClassicValueChanged_isFound(String line, String original, String changed)
            throws IOException {
        CheckReport report = checkChanged(C61_SLAB, "steps_slab_old/s_step_S.txt.gz", line,
                original, changed);

        assertThat(report.isGood()).isFalse();
        assertThat(report.items() - report.equal()).isEqualTo(1);
        assertThat(report.items()).isEqualTo(8972);
    }

    private CheckReport checkChanged(OracleMachine machine, String log, String line,
            String original, String changed) throws IOException {
        List<String> lines = RecordedOracle.lines(log);
        int at = 0;
        while (!lines.get(at).contains(line) || !lines.get(at).contains(original)) {
            at++;
        }
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < lines.size(); i++) {
            String here = lines.get(i);
            int from = i == at ? here.indexOf(original) : -1;
            text.append(from < 0 ? here
                    : here.substring(0, from) + changed
                            + here.substring(from + original.length()))
                    .append('\n');
        }
        Path file = Files.writeString(folder.resolve("changed.txt"), text);

        return SlabStepsCheck.check(machine, file, 10, true);
    }

    /// On a kernel with random free lists any object would pass for any other.
    @Test
    void check_randomFreelist_objectsKeepTheirIdentity() throws IOException {
        List<String> lines = RecordedOracle.lines("steps_slub/random_hardened_s_step_S.txt.gz");
        String first = lines.stream().filter(line -> line.contains(" ka ")).findFirst()
                .orElseThrow();
        String slot = StringUtils.split(first)[3];
        String place = first.replaceFirst(".*=> (pfn=\\S+ off=\\S+ slab=\\S+ idx=\\S+) .*", "$1");
        String wrong = place.replaceFirst("idx=.*", "idx=99");
        String text = String.join("\n", lines).replaceFirst(
                " kf " + slot + " => " + place, " kf " + slot + " => " + wrong);
        Path file = Files.writeString(folder.resolve("changed.txt"), text);
        OracleMachine machine = new OracleMachine("c61-random-hardened", 1, 1, List.of(256),
                "slab_nomerge");

        CheckReport report = SlabStepsCheck.check(machine, file, 10, true);

        assertThat(report.differences()).singleElement()
                .satisfies(difference -> assertThat(difference.expected()).contains("idx=99"));
    }

    /// One difference would hide all later ones although the user asked for them, or the reverse.
    @Test
    void check_keepGoing_reportsLaterLinesToo() throws IOException {
        String text = String.join("\n", RecordedOracle.lines("steps_kmalloc/slub_km_S.txt.gz"))
                .replace("2 km 1 1 K+W => ok ksize=8", "2 km 1 1 K+W => ok ksize=9")
                .replace("cache=dma-kmalloc-64", "cache=kmalloc-64");
        Path file = Files.writeString(folder.resolve("changed.txt"), text);

        CheckReport first = StepsCheck.check(C61, file, 10, false);
        CheckReport all = StepsCheck.check(C61, file, 10, true);

        assertThat(first.items()).isEqualTo(2);
        assertThat(all.items()).isEqualTo(470);
        assertThat(all.equal()).isBetween(440L, 468L);
    }

    /// Memory that krealloc keeps in place could move in the log.
    @Test
    void check_reallocInPlace_mustKeepItsPlace() throws IOException {
        String text = String.join("\n", RecordedOracle.lines("steps_kmalloc/slub_km_S.txt.gz"))
                .replace("457 kr 0 64 K => same ksize=64 pfn=2dff off=1856",
                        "457 kr 0 64 K => same ksize=64 pfn=2dff off=1920");
        Path file = Files.writeString(folder.resolve("changed.txt"), text);

        assertThat(StepsCheck.check(C61, file, 10, true).differences()).hasSize(1);
    }

    /// A log whose machine is not in an index would have to come with its memory.
    @Test
    void check_memoryNotKnown_isTakenFromTheLog() throws IOException {
        OracleMachine machine = new OracleMachine("c61", 2, 2, List.of(), "slab_nomerge");

        CheckReport report = SlabStepsCheck.check(machine,
                RecordedOracle.path("steps_slub/s_xcpu_smp2.txt.gz"), 10, false);

        assertThat(report.equal()).isEqualTo(report.items()).isEqualTo(4564);
    }

    /// A log of another kind would be called wrong instead of being refused.
    @ParameterizedTest
    @CsvSource(delimiter = ';', value = {
        "1 kc 0 a 64 0 0 0 => name=a object_size=64 size=64 align=8 flags=0x0; another engine",
        "1 xyz 0 => 1; an unknown kind of log"})
    void check_otherKindOfLog_isAClearError(String text, String message) throws IOException {
        Path file = Files.writeString(folder.resolve("log.txt"), text + "\n");

        assertThatThrownBy(() -> StepsCheck.check(C61, file, 10, false))
                .isInstanceOf(IOException.class).hasMessageContaining("log.txt, line 1")
                .hasMessageContaining(message);
    }

    /// A log that goes wrong inside would end in an internal error.
    @ParameterizedTest
    @CsvSource(delimiter = ';', value = {"ka 7 0 K; no such cache", "ka 0 0 Q; unknown word 'Q'",
        "ap 0 0 K; not an operation of logs of objects"})
    void check_badOperation_namesTheLine(String operation, String message) throws IOException {
        String text = """
                1 kc 0 a 64 0 0 0 => name=a min_partial=5
                2 %s => x
                """.formatted(operation);
        Path file = Files.writeString(folder.resolve("log.txt"), text);

        assertThatThrownBy(() -> StepsCheck.check(C61, file, 10, true))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining(message);
    }
}
