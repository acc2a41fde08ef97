package org.kmemlab.lab.verify.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kmemlab.lab.input.InputException;
import org.kmemlab.lab.oracle.OracleMachine;
import org.kmemlab.lab.verify.CheckReport;
import org.kmemlab.lab.verify.RecordedLines;
import org.kmemlab.lab.verify.RecordedOracle;

class ReportCheckTest {

    @TempDir
    private Path folder;

    /// Some report would read differently from a real kernel's, or come at another moment.
    @ParameterizedTest
    @CsvSource({"page_poison, 109", "oom_loud_burst, 125", "oom_loud_spaced, 117"})
    void check_recordedLog_everyLineEqual(String name, int items) throws IOException {
        CheckReport report = ReportCheck.check(machine(name), steps(name), dmesg(name), 10);

        assertThat(report.differences()).isEmpty();
        assertThat(report.lastLine()).isEqualTo("equal " + items + " of " + items);
        assertThat(report.valuesMasked()).isPositive();
    }

    /// The checker would look away from a line, or take a value from the recording that it can
    /// know.
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "page_poison | pagealloc: single bit error | pagealloc: memory corruption",
        "page_poison | ffff888003038064: 12 | ffff888003038064: 13",
        "page_poison | ffff888003022010: 55 | ffff888003022020: 55",
        "page_poison | flags: 0x2000000000( | flags: 0x2000000001(",
        "page_poison | raw: 0000002000000000 dead000000000100 | raw: 0000002000000000 0",
        "page_poison | allocated via order 3 | allocated via order 2",
        "page_poison | page_owner tracks the page as freed | tracks the page as allocated",
        "page_poison | page last free stack trace: | page_owner free stack trace missing",
        "oom_loud_burst | order:0, mode:0x800 | order:0, mode:0xa20",
        "oom_loud_burst | free:452kB boost | free:456kB boost",
        "oom_loud_burst | min:5220kB | min:5224kB", "oom_loud_burst | = 452kB | = 456kB",
        "oom_loud_burst | 2*16kB (UM) | 3*16kB (UM)",
        "oom_loud_burst | 32638 pages RAM | 32639 pages RAM",
        "oom_loud_burst | buffer size: 256 | buffer size: 264",
        "oom_loud_burst | 'node 0: slabs: 0, objs: 0' | 'node 0: slabs: 1, objs: 0'",
        "oom_loud_spaced | order:4, mode:0x800 | order:3, mode:0x800",
        "oom_loud_spaced | free:197 free_pcp:0 | free:197 free_pcp:61",
        "oom_loud_spaced | all_unreclaimable? yes | all_unreclaimable? no"})
    void check_oneValueChanged_isFound(String name, String original, String changed)
            throws IOException {
        String text = text(dmesg(name));
        assertThat(text).contains(original);
        int at = text.indexOf(original);
        Path file = Files.writeString(folder.resolve("dmesg.txt"),
                text.substring(0, at) + changed + text.substring(at + original.length()));

        CheckReport report = ReportCheck.check(machine(name), steps(name), file, 10);

        assertThat(report.isGood()).isFalse();
        assertThat(report.differences()).singleElement()
                .satisfies(difference -> assertThat(difference.place()).contains("dmesg.txt"));
    }

    /// A report too many or too few, or one without its stack, would pass: the limits of how often
    /// a kernel reports would not be checked.
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"oom_loud_burst | SLUB: Unable to allocate",
        "oom_loud_burst | ---[ end trace", "oom_loud_spaced | lowmem_reserve[]",
        "page_poison | page dumped because", "page_poison | ' <TASK>'"})
    void check_lineRemovedOrRepeated_isFound(String name, String start) throws IOException {
        List<String> lines = RecordedLines.of(dmesg(name)).lines();
        int at = 0;
        while (!ReportMasks.withoutStamp(lines.get(at)).startsWith(start)) {
            at++;
        }
        List<String> fewer = new ArrayList<>(lines);
        fewer.remove(at);
        List<String> more = new ArrayList<>(lines);
        more.add(at, lines.get(at));

        for (List<String> changed : List.of(fewer, more)) {
            Path file = Files.write(folder.resolve("dmesg.txt"), changed);
            assertThat(ReportCheck.check(machine(name), steps(name), file, 10).isGood()).isFalse();
        }
    }

    /// An answer of the kernel would not be compared with ours.
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "page_poison | 10 rdp 1 96 8 => aa aa aa aa 12 | 10 rdp 1 96 8 => aa aa aa aa 13",
        "page_poison | 18 rdp 4 0 16 => 00 | 18 rdp 4 0 16 => aa",
        "page_poison | 'pb=0 buddy=22492 pcp=338' | 'pb=0 buddy=22492 pcp=339'",
        "oom_loud_burst | ap 60000 0 N => NULL buddy=253 | ap 60000 0 N => NULL buddy=254",
        "oom_loud_spaced | 3 K+NR => NULL buddy=197 pcp=64 | 3 K+NR => NULL buddy=197 pcp=63"})
    void check_oneAnswerChanged_isFound(String name, String original, String changed)
            throws IOException {
        String text = text(steps(name));
        assertThat(text).contains(original);
        int at = text.indexOf(original);
        Path file = Files.writeString(folder.resolve("steps.txt"),
                text.substring(0, at) + changed + text.substring(at + original.length()));

        CheckReport report = ReportCheck.check(machine(name), file, dmesg(name), 10);

        assertThat(report.differences()).singleElement()
                .satisfies(difference -> assertThat(difference.place()).contains("steps.txt"));
    }

    /// Two logs of different runs would be compared in vain.
    @Test
    void check_logsOfDifferentRuns_isAClearError() {
        assertThatThrownBy(() -> ReportCheck.check(machine("page_poison"), steps("page_poison"),
                dmesg("oom_loud_burst"), 10)).isInstanceOf(InputException.class)
                .hasMessageContaining("12 markers in the kernel log, but 2 gaps");
    }

    private static OracleMachine machine(String name) throws IOException {
        return RecordedOracle.machine(steps(name));
    }

    private static Path steps(String name) {
        return RecordedOracle.path("reports/" + name + ".steps.txt.gz");
    }

    private static Path dmesg(String name) {
        return RecordedOracle.path("reports/" + name + ".dmesg.txt.gz");
    }

    private static String text(Path file) throws IOException {
        return String.join("\n", RecordedLines.of(file).lines()) + "\n";
    }
}
