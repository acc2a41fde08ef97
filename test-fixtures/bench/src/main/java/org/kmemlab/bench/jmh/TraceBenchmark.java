package org.kmemlab.bench.jmh;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

import org.kmemlab.buddy.GfpFlags;
import org.kmemlab.buddy.PageAllocator;
import org.kmemlab.lab.input.RecordedFile;
import org.kmemlab.lab.replay.ReplayBucket;
import org.kmemlab.lab.replay.ReplayMachine;
import org.kmemlab.lab.replay.ReplayResult;
import org.kmemlab.lab.replay.TraceReplay;
import org.kmemlab.lab.trace.TraceCursor;
import org.kmemlab.lab.trace.TraceSurvey;
import org.kmemlab.lab.trace.TraceWriter;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.KernelProfile;
import org.kmemlab.machine.Machine;
import org.kmemlab.machine.MachineConfig;
import org.kmemlab.slab.KmemCache;
import org.kmemlab.slab.KmemCacheArgs;
import org.kmemlab.slab.SlabAllocator;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/// What an event of a trace costs: a million events, of which the first 50,000 make as many objects
/// live, in a file that the host has in memory. One operation is one event.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class TraceBenchmark {

    private static final int EVENTS = 1_000_000;
    private static final int LIVE = 50_000;
    private static final int FREE = 1 << 30;

    private Path text;
    private Path binary;
    private MachineConfig config;
    /// Slot and cache of each event.
    private final int[] slots = new int[EVENTS];
    private final int[] caches = new int[EVENTS];
    private int told;

    /// Writes the trace in both forms.
    @Setup
    public void write() throws IOException {
        text = Files.createTempFile("kmemlab-bench", ".txt");
        binary = Files.createTempFile("kmemlab-bench", ".kmt");
        SyntheticTrace trace = new SyntheticTrace(EVENTS, LIVE);
        trace.write(Files.newOutputStream(text));
        try (TraceCursor cursor = cursor(text); OutputStream out = Files.newOutputStream(binary)) {
            TraceWriter.write(cursor, out);
        }
        try (TraceCursor cursor = cursor(binary)) {
            config = ReplayMachine.config(TraceSurvey.of(cursor), KernelProfile.LINUX_6_1);
        }
        told = 0;
        trace.tell(new SyntheticTrace.Listener() {

            @Override
            public void alloc(int slot, int cache) {
                slots[told] = slot;
                caches[told++] = cache;
            }

            @Override
            public void free(int slot, int cache) {
                slots[told] = slot | FREE;
                caches[told++] = cache;
            }
        });
    }

    /// Deletes it.
    @TearDown
    public void delete() throws IOException {
        Files.delete(text);
        Files.delete(binary);
    }

    private static TraceCursor cursor(Path file) throws IOException {
        return new TraceCursor(RecordedFile.open(file));
    }

    /// Reads the events of the text.
    @Benchmark
    @OperationsPerInvocation(EVENTS)
    public long parse() throws IOException {
        return read(text);
    }

    /// Reads the events of the binary form.
    @Benchmark
    @OperationsPerInvocation(EVENTS)
    public long readBinary() throws IOException {
        return read(binary);
    }

    private static long read(Path file) throws IOException {
        long events = 0;
        try (TraceCursor cursor = cursor(file)) {
            while (cursor.next()) {
                events++;
            }
        }
        return checked(events);
    }

    /// Reads the events of the text and does what they say, on a machine that is booted for it.
    @Benchmark
    @OperationsPerInvocation(EVENTS)
    public ReplayResult replayText() throws IOException {
        return replay(text);
    }

    /// The same with the binary form.
    @Benchmark
    @OperationsPerInvocation(EVENTS)
    public ReplayResult replayBinary() throws IOException {
        return replay(binary);
    }

    private ReplayResult replay(Path file) throws IOException {
        try (Machine machine = new Machine(config); TraceCursor cursor = cursor(file)) {
            TraceReplay replay = new TraceReplay(new SlabAllocator(new PageAllocator(machine)));
            replay.run(cursor);
            ReplayResult result = replay.result();
            checked(result.events().total() - result.events().count(ReplayBucket.FAILED));
            return result;
        }
    }

    /// The same calls on such a machine, without a trace: what remains of a replay if reading and
    /// finding objects cost nothing.
    @Benchmark
    @OperationsPerInvocation(EVENTS)
    public long allocators() {
        try (Machine machine = new Machine(config)) {
            SlabAllocator slabs = new SlabAllocator(new PageAllocator(machine));
            KmemCache[] all = new KmemCache[SyntheticTrace.CACHES.length];
            for (int i = 0; i < all.length; i++) {
                all[i] = slabs.createCache(
                        KmemCacheArgs.of("trace-" + i, SyntheticTrace.BYTES[i]));
            }
            return call(all, machine.cpu(0));
        }
    }

    private long call(KmemCache[] all, Cpu cpu) {
        long[] objects = new long[LIVE];
        for (int event = 0; event < EVENTS; event++) {
            int slot = slots[event];
            KmemCache cache = all[caches[event]];
            if (slot >= FREE) {
                cache.free(cpu, objects[slot - FREE]);
            } else {
                objects[slot] = cache.allocNode(cpu, KmemCache.ANY_NODE, GfpFlags.GFP_KERNEL);
            }
        }
        return objects[0];
    }

    private static long checked(long events) {
        if (events != EVENTS) {
            throw new IllegalStateException(events + " good events of " + EVENTS);
        }
        return events;
    }
}
