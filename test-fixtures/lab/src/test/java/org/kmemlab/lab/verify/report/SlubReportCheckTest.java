package org.kmemlab.lab.verify.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kmemlab.lab.verify.CheckReport;
import org.kmemlab.lab.verify.RecordedLines;
import org.kmemlab.lab.verify.RecordedOracle;

class SlubReportCheckTest {

    private static final Path STEPS = RecordedOracle.path("reports/slub_corruption.steps.txt.gz");
    private static final Path DMESG = RecordedOracle.path("reports/slub_corruption.dmesg.txt.gz");

    @TempDir
    private Path folder;

    private static CheckReport check(Path steps, Path dmesg) throws IOException {
        return ReportCheck.check(RecordedOracle.machine(STEPS), steps, dmesg, 10);
    }

    /// Some damage would be found at another moment than a real kernel finds it, or be told or
    /// repaired in another way.
    @Test
    void check_recordedLog_everyLineEqual() throws IOException {
        CheckReport report = check(STEPS, DMESG);

        assertThat(report.differences()).isEmpty();
        assertThat(report.lastLine()).isEqualTo("equal 999 of 999");
    }

    /// The checker would look away from a line, or take a value from the recording that it can know.
    @ParameterizedTest
    @CsvSource(delimiter = ';', value = {
        "Right Redzone overwritten ; Left Redzone overwritten",
        "First byte 0x77 instead of 0x6b ; First byte 0x77 instead of 0x5a",
        "used=24 fp=0xffff888003e0b008 ; used=25 fp=0xffff888003e0b008",
        "Object 0xffff888003e0b0a8 @offset=168 ; Object 0xffff888003e0b0a8 @offset=169",
        "77 6b 6b 6b 6b 6b 6b 6b  kkkkkkkkwkkkkkkk ; 77 6b 6b 6b 6b 6b 6b 6b  kkkkkkkkxkkkkkkk",
        "Slab 0xffff88800faf8340 ; Slab 0xffff88800faf8380",
        "Counter is 0 but counted were 24 ; Counter is 0 but counted were 25",
        "Tainted: G    B   W  O      ): Poison ; Tainted: G    B      O      ): Poison",
        "flags=0x2000010200(slab|head| ; flags=0x2000010200(slab|",
        "FIX T_uaf_byte: Marking all objects used ; FIX T_uaf_byte: Object count adjusted",
        "validate returned 1 ; validate returned 2",
        "Wrong slab cache. T_wc_b ; Wrong slab cache. T_wc_a",
        "age=0 cpu=0 pid=1 ; age=0 cpu=0 pid=2",
        "Disabling lock debugging ; Enabling lock debugging"})
    void check_oneValueChanged_isFound(String original, String changed) throws IOException {
        String text = String.join("\n", RecordedLines.of(DMESG).lines()) + "\n";
        int at = text.lastIndexOf(original);
        assertThat(at).as(original).isPositive();
        Path file = Files.writeString(folder.resolve("dmesg.txt"),
                text.substring(0, at) + changed + text.substring(at + original.length()));

        assertThat(check(STEPS, file).differences()).singleElement()
                .satisfies(difference -> assertThat(difference.place()).contains("dmesg.txt"));
    }

    /// A report too many, or one without an end, would pass.
    @ParameterizedTest
    @CsvSource({"FIX T_left_redzone", "Object 0xffff888003e13148", "---[ end trace", "Redzone  "})
    void check_lineRemoved_isFound(String start) throws IOException {
        List<String> lines = new ArrayList<>(RecordedLines.of(DMESG).lines());
        int at = 0;
        while (at < lines.size() - 1
                && !ReportMasks.withoutStamp(lines.get(at)).startsWith(start)) {
            at++;
        }
        lines.remove(at);

        assertThat(check(STEPS, Files.write(folder.resolve("dmesg.txt"), lines)).isGood())
                .isFalse();
    }

    /// An answer of the kernel would not be compared with ours.
    @Test
    void check_oneAnswerChanged_isFound() throws IOException {
        String text = String.join("\n", RecordedLines.of(STEPS).lines()) + "\n";
        String original = "2e46:62/64:f0";
        assertThat(text).contains(original);
        Path file = Files.writeString(folder.resolve("steps.txt"),
                text.replace(original, "2e46:61/64:f0"));

        assertThat(check(file, DMESG).differences()).singleElement()
                .satisfies(difference -> assertThat(difference.place()).contains("steps.txt"));
    }
}
