package org.kmemlab.bench;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

import org.kmemlab.lab.input.LineReader;
import org.kmemlab.lab.input.RecordedFile;
import org.kmemlab.lab.replay.BundledTrace;
import org.kmemlab.lab.trace.TraceCursor;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// How many trace events are read from text in a microsecond: the bundled trace, uncompressed in
/// memory, many times over.
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(3)
public class TraceReadBenchmark {

    private static final int EVENTS = 2_710;
    private static final int COPIES = 100;

    private byte[] text;

    /// Unpacks the trace.
    @Setup
    public void unpack() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (LineReader lines = new LineReader(BundledTrace.open())) {
            while (lines.next()) {
                out.writeBytes((lines.text() + "\n").getBytes(StandardCharsets.UTF_8));
            }
        }
        byte[] once = out.toByteArray();
        text = new byte[once.length * COPIES];
        for (int i = 0; i < COPIES; i++) {
            System.arraycopy(once, 0, text, i * once.length, once.length);
        }
    }

    /// Reads every event.
    @Benchmark
    @OperationsPerInvocation(EVENTS * COPIES)
    public long read() throws IOException {
        long events = 0;
        RecordedFile file = RecordedFile.of("memory", text, RecordedFile.CHUNK_BYTES);
        try (TraceCursor cursor = new TraceCursor(file)) {
            while (cursor.next()) {
                events++;
            }
        }
        if (events != (long) EVENTS * COPIES) {
            throw new IllegalStateException(events + " events read");
        }
        return events;
    }
}
