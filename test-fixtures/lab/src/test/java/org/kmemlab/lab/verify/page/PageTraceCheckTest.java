package org.kmemlab.lab.verify.page;

import static org.assertj.core.api.Assertions.assertThat;

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
import org.kmemlab.lab.input.RecordedFile;
import org.kmemlab.lab.state.RecordedState;
import org.kmemlab.lab.state.StateReader;
import org.kmemlab.lab.verify.CheckReport;
import org.kmemlab.lab.verify.RecordedOracle;

class PageTraceCheckTest {

    @TempDir
    private Path folder;

    static List<Path> tracesWithState() {
        return RecordedOracle.tracesWithState();
    }

    private static CheckReport check(Path folder, Path trace) throws IOException {
        List<RecordedState> states = StateReader
                .readAll(RecordedFile.open(folder.resolve("state.txt.gz")));
        return PageTraceCheck.check(RecordedOracle.machine(folder), trace, states, 10);
    }

    /// Some page of a real workload would not be the one that the kernel handed out.
    @ParameterizedTest
    @MethodSource("tracesWithState")
    void check_recordedTrace_everyPageEventEqual(Path folder) throws IOException {
        CheckReport report = check(folder, folder.resolve("trace.txt.gz"));

        assertThat(report.differences()).isEmpty();
        assertThat(report.isGood()).isTrue();
        assertThat(report.items()).isGreaterThan(600);
        assertThat(report.knownItems()).isLessThanOrEqualTo(1);
    }

    /// Traces would drop out of the test without a trace.
    @Test
    void tracesWithState_areAllThere() {
        assertThat(tracesWithState()).hasSizeGreaterThanOrEqualTo(6);
    }

    /// The checker would look away from one kind of line, or not recover after a difference.
    @ParameterizedTest
    @CsvSource({"mm_page_alloc:, order=0, 0x", "mm_page_alloc_zone_locked:, percpu_refill=1, 0x",
        "mm_page_pcpu_drain:, migratetype=1, 0x"})
    void check_oneFrameChanged_isFoundAndTheRestStaysEqual(String event, String after,
            String prefix) throws IOException {
        Path recorded = RecordedOracle.path("traces/c61_smp1_fs1");
        List<String> lines = text(recorded.resolve("trace.txt.gz")).lines().toList();
        int line = 0;
        while (!lines.get(line).contains(event) || !lines.get(line).contains(after)) {
            line++;
        }
        String changed = lines.get(line).replaceFirst("pfn=0x([0-9a-f]+)", "pfn=" + prefix + "5");
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < lines.size(); i++) {
            text.append(i == line ? changed : lines.get(i)).append('\n');
        }
        Path file = Files.writeString(folder.resolve("trace.txt"), text);

        CheckReport report = check(recorded, file);

        assertThat(report.isGood()).isFalse();
        assertThat(report.differences().getFirst().place()).endsWith("line " + (line + 1));
        assertThat(report.items() - report.equal()).isLessThan(30);
    }

    private static String text(Path file) throws IOException {
        try (InputStream in = new GZIPInputStream(Files.newInputStream(file))) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            in.transferTo(out);
            return out.toString(StandardCharsets.UTF_8);
        }
    }
}
