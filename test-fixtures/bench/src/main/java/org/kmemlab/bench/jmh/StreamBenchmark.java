package org.kmemlab.bench.jmh;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;

import org.kmemlab.buddy.PageAllocator;
import org.kmemlab.lab.compare.Competitor;
import org.kmemlab.lab.compare.Competitors;
import org.kmemlab.lab.metric.MeasuredRun;
import org.kmemlab.lab.metric.StreamPlayer;
import org.kmemlab.lab.policy.Policy;
import org.kmemlab.lab.stream.GeneratedStreams;
import org.kmemlab.lab.stream.RequestStream;
import org.kmemlab.machine.Machine;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/// What a request of a made-up workload costs with each policy. One operation is one request; what is
/// in use at the end is freed, which is not counted as requests but takes its time.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class StreamBenchmark {

    /// Stands for a policy that does nothing: what the loop itself costs.
    public static final String HARNESS = "harness";

    private static final int EVENTS = 100_000;
    private static final int MEBIBYTES = 64;
    private static final int CPUS = 4;

    /// Which policy.
    @Param("slub-6.1")
    private String policy;
    /// Which made-up workload.
    @Param("exponential")
    private String workload;

    private Machine machine;
    private Policy served;
    private StreamPlayer player;
    private KeptStream stream;

    /// Boots a machine, and makes the requests up.
    @Setup
    public void boot() throws IOException {
        try (RequestStream made = GeneratedStreams.named(workload, EVENTS).open(1)) {
            stream = new KeptStream(made, EVENTS);
        }
        List<Competitor> chosen = policy.equals(HARNESS)
                ? List.of()
                : Competitors.chosen(List.of(policy));
        if (chosen.isEmpty()) {
            machine = new Machine(MeasuredRun.machine(MEBIBYTES, CPUS, 1));
            served = new NoPolicy();
        } else if (chosen.getFirst() instanceof Competitor.OnMachine(var entry)) {
            machine = new Machine(
                    MeasuredRun.machine(MEBIBYTES, CPUS, 1).withProfile(entry.profile()));
            served = entry.maker().apply(new PageAllocator(machine));
        } else {
            throw new IllegalArgumentException(policy + " runs on no simulated machine");
        }
        player = new StreamPlayer(served, machine.cpus(), null);
    }

    /// Serves the requests.
    @Benchmark
    @OperationsPerInvocation(EVENTS)
    public long play() throws IOException {
        stream.rewind();
        while (player.playNext(stream)) {
            // The player does it all.
        }
        player.freeAll();
        return player.failed();
    }

    /// Ends the machine; a policy that lost a block, or is broken, fails.
    @TearDown
    public void close() {
        served.validate();
        if (served.usage().blocks() != 0 || player.failed() != 0) {
            throw new IllegalStateException(served.usage() + ", failed " + player.failed());
        }
        served.close();
        machine.close();
    }
}
