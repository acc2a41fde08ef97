package org.kmemlab.bench.jmh;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.profile.InternalProfiler;
import org.openjdk.jmh.results.AggregationPolicy;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.ScalarResult;

/// The CPU time of the threads that work, and the operations that they did in it.
///
/// On a machine that does other things as well, wall time is mostly about these; CPU time holds
/// still. Threads of the compiler and the garbage collector do not count.
public final class ThreadCpuProfiler implements InternalProfiler {

    /// The CPU time of an iteration, all its threads together.
    public static final String CPU_NANOS = "cpuNanos";
    /// The operations of an iteration, also those before and after the clock ran.
    public static final String OPERATIONS = "operations";

    private static final String WORKER = "-jmh-worker-";

    private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    private Map<Long, Long> before = Map.of();

    @Override
    public String getDescription() {
        return "CPU time of the working threads";
    }

    @Override
    public void beforeIteration(BenchmarkParams benchmark, IterationParams iteration) {
        before = workers();
    }

    @Override
    public Collection<? extends Result<?>> afterIteration(BenchmarkParams benchmark,
            IterationParams iteration, IterationResult result) {
        long nanos = 0;
        for (Map.Entry<Long, Long> worker : workers().entrySet()) {
            nanos += worker.getValue() - before.getOrDefault(worker.getKey(), 0L);
        }
        return List.of(
                new ScalarResult(CPU_NANOS, nanos, "ns", AggregationPolicy.SUM),
                new ScalarResult(OPERATIONS, result.getMetadata().getAllOps(), "ops",
                        AggregationPolicy.SUM));
    }

    private Map<Long, Long> workers() {
        Map<Long, Long> nanos = new HashMap<>();
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (thread.getName().contains(WORKER)) {
                nanos.put(thread.threadId(), threads.getThreadCpuTime(thread.threadId()));
            }
        }
        return nanos;
    }
}
