package org.kmemlab.bench.jmh;

import java.io.IOException;
import java.util.concurrent.TimeUnit;

import org.kmemlab.buddy.PageAllocator;
import org.kmemlab.lab.input.RecordedFile;
import org.kmemlab.lab.replay.ReplayBucket;
import org.kmemlab.lab.replay.ReplayMachine;
import org.kmemlab.lab.replay.ReplayResult;
import org.kmemlab.lab.replay.TraceReplay;
import org.kmemlab.lab.trace.TraceCursor;
import org.kmemlab.lab.trace.TraceSurvey;
import org.kmemlab.machine.KernelProfile;
import org.kmemlab.machine.Machine;
import org.kmemlab.machine.MachineConfig;
import org.kmemlab.slab.SlabAllocator;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/// What an event of a trace costs: a text with 50,000 live objects, in memory. One operation is one
/// event.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class TraceBenchmark {

    private static final int EVENTS = 300_000;
    private static final int LIVE = 50_000;

    private byte[] text;
    private MachineConfig config;

    /// Writes the trace.
    @Setup
    public void write() throws IOException {
        text = new SyntheticTrace(EVENTS, LIVE).text();
        try (TraceCursor cursor = cursor()) {
            config = ReplayMachine.config(TraceSurvey.of(cursor), KernelProfile.LINUX_6_1);
        }
    }

    private TraceCursor cursor() throws IOException {
        return new TraceCursor(RecordedFile.of("memory", text, RecordedFile.CHUNK_BYTES));
    }

    /// Reads the events.
    @Benchmark
    @OperationsPerInvocation(EVENTS)
    public long parse() throws IOException {
        long events = 0;
        try (TraceCursor cursor = cursor()) {
            while (cursor.next()) {
                events++;
            }
        }
        return checked(events);
    }

    /// Reads the events and does what they say, on a machine that is booted for it.
    @Benchmark
    @OperationsPerInvocation(EVENTS)
    public ReplayResult replayText() throws IOException {
        try (Machine machine = new Machine(config); TraceCursor cursor = cursor()) {
            TraceReplay replay = new TraceReplay(new SlabAllocator(new PageAllocator(machine)));
            replay.run(cursor);
            ReplayResult result = replay.result();
            checked(result.events().total() - result.events().count(ReplayBucket.FAILED));
            return result;
        }
    }

    private static long checked(long events) {
        if (events != EVENTS) {
            throw new IllegalStateException(events + " good events of " + EVENTS);
        }
        return events;
    }
}
