package org.kmemlab.bench.suite;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import org.kmemlab.bench.pool.Contender;
import org.kmemlab.bench.pool.Contender.Shape;
import org.openjdk.jmh.runner.RunnerException;

/// Measures jobs.
public final class BenchRun {

    /// Is told how far the measuring is.
    public interface Watcher {

        /// A fork of a job starts.
        ///
        /// @param done forks that are finished
        /// @param total forks in all
        void starting(int done, int total, Job job);
    }

    private final Effort effort;
    private final Map<Job, List<Sample>> samples = new LinkedHashMap<>();
    private final Map<String, String> skipped = new LinkedHashMap<>();

    /// A run that has not started.
    public BenchRun(Effort effort) {
        this.effort = effort;
    }

    /// Measures all jobs, one after the other, in rounds of one fork each.
    ///
    /// @throws IOException if the machine does not let it work; a job that fails is only skipped
    public BenchReport.Measured measure(List<Job> jobs, Watcher watcher) throws IOException {
        Optional<NativeLoop> nativeLoop = needsC(jobs) ? NativeLoop.compile() : Optional.empty();
        try {
            List<Job> possible = jobs.stream().filter(job -> isPossible(job, nativeLoop)).toList();
            int done = 0;
            for (int round = 0; round < effort.forks(); round++) {
                for (Job job : possible) {
                    watcher.starting(done++, possible.size() * effort.forks(), job);
                    if (!skipped.containsKey(job.id())) {
                        measure(job, nativeLoop);
                    }
                }
            }
        } finally {
            NativeLoop compiled = nativeLoop.orElse(null);
            if (compiled != null) {
                compiled.close();
            }
        }
        List<Figure> figures = new ArrayList<>();
        samples.forEach((job, forks) -> figures.add(Figure.of(job, forks)));
        return new BenchReport.Measured(figures, Map.copyOf(skipped));
    }

    private static boolean needsC(List<Job> jobs) {
        return jobs.stream().anyMatch(job -> job.contender().shape() == Shape.C);
    }

    private boolean isPossible(Job job, Optional<NativeLoop> nativeLoop) {
        Contender contender = job.contender();
        Optional<String> obstacle = contender.family().flatMap(family -> family.unavailable());
        if (obstacle.isEmpty() && contender.shape() == Shape.C && nativeLoop.isEmpty()) {
            obstacle = Optional.of("no C compiler: cc is not installed");
        }
        obstacle.ifPresent(reason -> skipped.put(contender.id(), reason));
        return obstacle.isEmpty();
    }

    private void measure(Job job, Optional<NativeLoop> nativeLoop) throws IOException {
        try {
            Optional<String> benchmark = job.pattern().benchmark(job.contender());
            Sample sample = benchmark.isEmpty() ? nativeLoop.orElseThrow().run(job, effort)
                    : JmhForks.run(job, benchmark.orElseThrow(), effort);
            samples.computeIfAbsent(job, _ -> new ArrayList<>()).add(sample);
        } catch (RunnerException | IOException failed) {
            samples.remove(job);
            skipped.put(job.id(), "failed: " + failed.getMessage());
        }
    }
}
