package org.kmemlab.lab.verify.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPInputStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.kmemlab.lab.oracle.OracleMachine;
import org.kmemlab.lab.verify.CheckReport;
import org.kmemlab.lab.verify.RecordedOracle;

class PageStepsCheckTest {

    private static final OracleMachine C61 = new OracleMachine("c61", 1, 1, List.of(256), "");

    @TempDir
    private Path folder;

    static List<Path> recordedLogs() {
        return RecordedOracle.list("steps_pages");
    }

    /// Some request would get another page than the real kernel gave it, or leave other lists.
    @ParameterizedTest
    @MethodSource("recordedLogs")
    void check_recordedLog_everyLineEqualOrKnown(Path file) throws IOException {
        CheckReport report = PageStepsCheck.check(RecordedOracle.machine(file), file, 10, false);

        assertThat(report.differences()).isEmpty();
        assertThat(report.isGood()).isTrue();
        assertThat(report.items()).isGreaterThan(450);
        assertThat(report.knownItems()).isLessThan(report.items() / 20);
    }

    /// Logs would drop out of the test without a trace.
    @Test
    void recordedLogs_areAllThere() {
        assertThat(recordedLogs()).hasSize(11);
    }

    /// The checker would look away from a part of a line or a dump.
    @ParameterizedTest
    @CsvSource(delimiter = ';', value = {
        "12 ap 0 0 K+W => pfn=2e10 zone; 12 ap 0 0 K+W => pfn=2e11 zone",
        "14 ap 1 1 K+W => pfn=2e16 zone=DMA32 pb=0; 14 ap 1 1 K+W => pfn=2e16 zone=DMA32 pb=1",
        "16 ap 2 2 K+W => pfn=3dcc zone=DMA32 pb=0 buddy=53408; "
                + "16 ap 2 2 K+W => pfn=3dcc zone=DMA32 pb=0 buddy=53409",
        "buddy=53408 pcp=34; buddy=53408 pcp=35",
        "order=0 mt=0: 2e10 2e30; order=0 mt=0: 2e30 2e10",
        "nr_free=19,13,11; nr_free=19,13,12", "hatomic=0 boost=0 lowmem_reserve=0,0,0,0; "
                + "hatomic=0 boost=0 lowmem_reserve=0,0,0,1"})
    void check_oneValueChanged_isFound(String original, String changed) throws IOException {
        String text = text("basic_m256_smp1.txt.gz");
        int dump = text.indexOf("8 drain");
        int at = text.indexOf(original, dump);
        assertThat(at).as(original).isPositive();
        Path file = Files.writeString(folder.resolve("changed.txt"),
                text.substring(0, at) + changed + text.substring(at + original.length()));

        CheckReport report = PageStepsCheck.check(C61, file, 10, false);

        assertThat(report.isGood()).isFalse();
        assertThat(report.differences()).hasSize(1);
        assertThat(report.differences().getFirst().state()).hasSize(2).first().asString()
                .startsWith("bi node=0 zone=DMA nr_free=");
    }

    /// One difference would hide all later ones although the user asked for them.
    @Test
    void check_keepGoing_reportsLaterLinesToo() throws IOException {
        String changed = text("basic_m256_smp1.txt.gz")
                .replace("12 ap 0 0 K+W => pfn=2e10", "12 ap 0 0 K+W => pfn=2e11")
                .replace("14 ap 1 1 K+W => pfn=2e16", "14 ap 1 1 K+W => pfn=2e18");
        Path file = Files.writeString(folder.resolve("changed.txt"), changed);

        assertThat(PageStepsCheck.check(C61, file, 10, false).differences()).hasSize(1);
        CheckReport all = PageStepsCheck.check(C61, file, 10, true);

        assertThat(all.items()).isEqualTo(577);
        assertThat(all.equal()).isEqualTo(575);
    }

    /// A wrong kernel would go unnoticed.
    @Test
    void check_wrongKernel_isRefused() {
        Path file = RecordedOracle.path("steps_pages/exh4_m256_smp1.txt.gz");
        OracleMachine wrong = new OracleMachine("linux-6.1", 1, 1, List.of(256), "");

        assertThatThrownBy(() -> PageStepsCheck.check(wrong, file, 1, false))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("pageblock types");
    }

    /// Garbage would be taken for a log, or end in a stack trace.
    @ParameterizedTest
    @CsvSource(delimiter = ';', value = {"no log at all; no state", "1 ap 0 0 K; no state",
        "4 pb\\n  pb node=0 zone=Low start=1; unknown zone"})
    void check_noLog_isAClearError(String text, String message) throws IOException {
        Path file = Files.writeString(folder.resolve("garbage.txt"), text.replace("\\n", "\n"));

        assertThatThrownBy(() -> PageStepsCheck.check(C61, file, 10, false))
                .isInstanceOf(IOException.class).hasMessageContaining(message);
    }

    private static String text(String name) throws IOException {
        Path file = RecordedOracle.path("steps_pages/" + name);
        try (InputStream in = new GZIPInputStream(Files.newInputStream(file))) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            in.transferTo(out);
            return out.toString(StandardCharsets.UTF_8);
        }
    }
}
