package org.kmemlab.bench.suite;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

import org.kmemlab.bench.jmh.StreamBenchmark;
import org.openjdk.jmh.runner.RunnerException;

/// Measures what policies cost on made-up workloads.
public final class StreamBench {

    /// Is told how far the measuring is.
    @FunctionalInterface
    public interface Watcher {

        /// A policy's forks start.
        ///
        /// @param done pairs of policy and workload that are finished
        /// @param total of these in all
        void starting(int done, int total, String workload, String policy);
    }

    private static final String BENCHMARK = "StreamBenchmark.play";

    private final Effort effort;

    /// Measures with an effort.
    public StreamBench(Effort effort) {
        this.effort = effort;
    }

    /// Measures each policy on each workload, after a policy that does nothing.
    ///
    /// @param policies names of policies on simulated machines
    /// @throws IOException if a fork fails; the message is what it said
    public List<StreamFigure> measure(List<String> workloads, List<String> policies,
            Watcher watcher) throws IOException {
        List<String> all = new ArrayList<>(policies);
        all.addFirst(StreamBenchmark.HARNESS);
        List<StreamFigure> figures = new ArrayList<>();
        for (String workload : workloads) {
            for (String policy : all) {
                watcher.starting(figures.size(), workloads.size() * all.size(), workload, policy);
                figures.add(figure(workload, policy));
            }
        }
        return figures;
    }

    private StreamFigure figure(String workload, String policy) throws IOException {
        List<Double> nanos = new ArrayList<>();
        List<Double> garbage = new ArrayList<>();
        for (int fork = 0; fork < effort.forks(); fork++) {
            try {
                Sample sample = JmhForks.run(BENCHMARK, effort, options -> options
                        .param("policy", policy).param("workload", workload));
                nanos.add(sample.cpuNanos());
                garbage.add(sample.garbageBytes());
            } catch (RunnerException failed) {
                throw new IOException(workload + ", " + policy + ": " + failed.getMessage(),
                        failed);
            }
        }
        nanos.sort(null);
        garbage.sort(null);
        return new StreamFigure(policy, workload, Figure.median(nanos), nanos.getFirst(),
                nanos.getLast(), Figure.median(garbage));
    }
}
