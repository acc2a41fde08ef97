package org.kmemlab.lab.verify.slab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kmemlab.lab.oracle.OracleMachine;
import org.kmemlab.lab.steps.StepFormatException;
import org.kmemlab.lab.verify.CheckReport;
import org.kmemlab.lab.verify.RecordedOracle;
import org.kmemlab.lab.verify.steps.StepsCheck;

/// Logs of a kernel with SLOB.
class SlobStepsCheckTest {

    private static final String LOG = "steps_slob/s_slob_S.txt.gz";
    private static final OracleMachine SLOB = new OracleMachine("c61-SLOB", 1, 1, List.of(256),
            "slab_nomerge");

    @TempDir
    private Path folder;

    private CheckReport check(List<String> lines) throws IOException {
        Path file = Files.write(folder.resolve("changed.txt"), lines);
        return StepsCheck.check(SLOB, file, 10, true);
    }

    private static List<String> changed(String line, String original, String replacement)
            throws IOException {
        List<String> lines = new ArrayList<>(RecordedOracle.lines(LOG));
        int at = lines.indexOf(lines.stream().filter(text -> text.startsWith(line)).findFirst()
                .orElseThrow());
        assertThat(lines.get(at)).contains(original);
        lines.set(at, lines.get(at).replace(original, replacement));
        return lines;
    }

    /// Blocks, or the pages and chains that they leave, would be others than a real kernel's.
    @ParameterizedTest
    @CsvSource({"s_slob_S.txt.gz, 1923, 0", "km_S.txt.gz, 470, 239"})
    void check_recordedLog_everyLineEqual(String log, int items, int masked) throws IOException {
        Path file = RecordedOracle.path("steps_slob/" + log);

        CheckReport report = StepsCheck.check(RecordedOracle.machine(file), file, 10, false);

        assertThat(report.differences()).isEmpty();
        assertThat(report.equal()).isEqualTo(report.items()).isEqualTo(items);
        assertThat(report.valuesMasked()).isEqualTo(masked);
        assertThat(report.valuesTaken()).isLessThan(1400);
    }

    /// The checker would look away from one kind of value.
    @ParameterizedTest
    @CsvSource(delimiter = ';', value = {"15 km ;off=2384;off=2386", "15 km ;ksize=1000;ksize=1008",
        "15 km ;pfn=29ba;pfn=29bb", "25 ka ;ctor=0;ctor=1", "39 kf ;off=3840;off=3842",
        "6 kc ;align=64;align=8", "6 kc ;size=200 align;size=208 align"})
    void check_oneValueChanged_isFound(String line, String original, String replacement)
            throws IOException {
        CheckReport report = check(changed(line, original, replacement));

        assertThat(report.isGood()).isFalse();
        assertThat(report.items()).isEqualTo(1923);
        assertThat(report.items() - report.equal()).isEqualTo(1);
    }

    /// A page that is in the wrong list, out of order or cut otherwise would not be noticed.
    @Test
    void check_dumpChanged_isFound() throws IOException {
        List<String> lines = RecordedOracle.lines(LOG);
        int dump = lines.indexOf("212 slobst");
        List<String> otherList = new ArrayList<>(lines);
        otherList.set(dump + 1, lines.get(dump + 1).replace("small", "medium"));
        List<String> otherOrder = new ArrayList<>(lines);
        Collections.swap(otherOrder, dump + 1, dump + 2);
        List<String> otherChain = new ArrayList<>(lines);
        otherChain.set(dump + 1, lines.get(dump + 1).replaceFirst("free: ", "free: 0+2 "));

        for (List<String> text : List.of(otherList, otherOrder, otherChain)) {
            CheckReport report = check(text);
            assertThat(report.items() - report.equal()).isEqualTo(1);
            assertThat(report.differences().getFirst().place()).contains("212 slobst");
        }
    }

    /// A search in another order than the kernel's would come out the same.
    @Test
    void check_stateWithPagesSwapped_leadsElsewhere() throws IOException {
        List<String> lines = new ArrayList<>(RecordedOracle.lines(LOG));
        int state = lines.indexOf("12 slobst");
        Collections.swap(lines, state + 1, state + 2);

        CheckReport report = check(lines);

        assertThat(report.equal()).isLessThan(report.items() - 100);
    }

    /// A damaged state would be filled in somehow.
    @ParameterizedTest
    @CsvSource(delimiter = ';', value = {"units=128;units=129;free blocks have 128 units, not 129",
        "free: 71+1;free: 71+1 70+1;is out of order", "page=29e7;page=29c1;is there twice",
        "slob small;slob tiny;is no page of SLOB"})
    void check_damagedState_isRefused(String original, String replacement, String message)
            throws IOException {
        List<String> lines = changed("  slob small page=29e7", original, replacement);

        assertThatThrownBy(() -> check(lines)).isInstanceOf(StepFormatException.class)
                .hasMessageContaining(message);
    }

    /// An operation that nobody executes would pass.
    @Test
    void check_unknownOperation_isRefused() {
        assertThatThrownBy(() -> check(List.of("1 km 0 8 K => ok ksize=8", "2 kshr 0 => ret=0")))
                .isInstanceOf(StepFormatException.class)
                .hasMessageContaining("not an operation of logs of SLOB");
        assertThatThrownBy(() -> check(List.of("1 ka 0 1 K => pfn=1 off=0 ctor=0")))
                .hasMessageContaining("no such cache was created");
    }
}
