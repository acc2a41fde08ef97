package org.kmemlab.lab.malloc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.kmemlab.lab.metric.Measure;
import org.kmemlab.lab.metric.RunResult;
import org.kmemlab.lab.metric.RunSummary;
import org.kmemlab.lab.metric.Series;
import org.kmemlab.lab.metric.SummaryMeasure;
import org.kmemlab.lab.stream.GeneratedStreams;
import org.kmemlab.lab.stream.RequestStream;

/// If these failed, what a process reports would not be what it measured, or one that died would look
/// as if it had finished.
class ResultTextTest {

    private static RunResult result(String problem) {
        Series series = new Series(3, false);
        series.startRow(0);
        series.startRow(17);
        series.set(Measure.BLOCKS, 4);
        series.set(Measure.RESIDENT_BYTES, 1L << 40);
        return new RunResult(new RunSummary(Map.of(SummaryMeasure.PEAK_PAGE_BYTES, 1.5)), series,
                problem);
    }

    @Test
    void parse_ofLines_isTheSame() throws IOException {
        List<String> lines = new ArrayList<>(ResultText.lines(result("after 3: it fell over")));
        lines.addFirst("WARNING: of the JVM");

        RunResult parsed = ResultText.parse(lines);

        assertThat(parsed.problem()).isEqualTo("after 3: it fell over");
        assertThat(parsed.summary()).isEqualTo(result(null).summary());
        assertThat(parsed.series().events()).containsExactly(0, 17);
        assertThat(parsed.series().values(Measure.BLOCKS)).containsExactly(Measure.ABSENT, 4);
        assertThat(parsed.series().values(Measure.RESIDENT_BYTES)).containsExactly(Measure.ABSENT,
                1L << 40);
        assertThat(parsed.series().lacks(Measure.STEPS)).isTrue();
    }

    @Test
    void parse_withoutAnEnd_isAFailureThatShowsWhatTheProcessSaid() {
        List<String> lines = new ArrayList<>(ResultText.lines(result(null)));
        lines.removeLast();
        lines.add("Killed");

        assertThatThrownBy(() -> ResultText.parse(lines)).isInstanceOf(IOException.class)
                .hasMessageContaining("ended without a result").hasMessageContaining("Killed");
    }

    @Test
    void pipe_ofAStream_hasItsRequests() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (RequestStream stream = GeneratedStreams.named("fork-storm", 3_000).open(1)) {
            RequestPipe.send(stream, new DataOutputStream(bytes));
        }
        try (RequestStream stream = GeneratedStreams.named("fork-storm", 3_000).open(1);
                RequestStream piped = pipe(bytes.toByteArray())) {
            while (stream.next()) {
                assertThat(piped.next()).isTrue();
                assertThat(piped.isAlloc()).isEqualTo(stream.isAlloc());
                assertThat(piped.block()).isEqualTo(stream.block());
                assertThat(piped.bytes()).isEqualTo(stream.bytes());
                assertThat(piped.cpu()).isEqualTo(stream.cpu());
            }
            assertThat(piped.next()).isFalse();
        }
    }

    @Test
    void pipe_cutOff_isNoEnd() throws IOException {
        try (RequestStream piped = pipe(new byte[3])) {
            assertThatThrownBy(piped::next).isInstanceOf(EOFException.class);
        }
    }

    private static RequestStream pipe(byte[] bytes) {
        return new RequestPipe(new DataInputStream(new ByteArrayInputStream(bytes)));
    }
}
