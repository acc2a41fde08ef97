package org.kmemlab.lab.compare;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongConsumer;

import org.kmemlab.lab.compare.ComparisonReport.Run;
import org.kmemlab.lab.compare.ComparisonReport.Workload;
import org.kmemlab.lab.input.InputException;
import org.kmemlab.lab.metric.RunResult;
import org.kmemlab.lab.stream.RequestStream;
import org.kmemlab.lab.stream.StreamSource;
import org.kmemlab.lab.stream.StreamSurvey;

/// Carries a plan out. The result depends on the plan alone, never on the number of threads; only
/// what processes of C allocators say of their memory differs a little from run to run.
public final class Comparison {

    private final ComparisonPlan plan;
    private final LongAdder eventsDone = new LongAdder();
    private volatile long events;

    /// A comparison that has not begun.
    public Comparison(ComparisonPlan plan) {
        this.plan = plan;
    }

    /// Requests to be served by all runs together; 0 until that is known.
    public long events() {
        return events;
    }

    /// Requests served so far.
    public long eventsDone() {
        return eventsDone.sum();
    }

    /// Goes through each workload once to see what it needs, then lets every competitor serve it with
    /// every seed.
    ///
    /// @param threads runs at a time, 1 or more
    /// @throws IOException if a workload cannot be read or a process cannot be started
    public ComparisonReport run(int threads) throws IOException {
        List<Workload> workloads = new ArrayList<>();
        for (StreamSource source : plan.sources()) {
            workloads.add(survey(source));
        }
        long all = 0;
        List<Callable<Run>> tasks = new ArrayList<>();
        for (int i = 0; i < workloads.size(); i++) {
            StreamSource source = plan.sources().get(i);
            Workload workload = workloads.get(i);
            for (Competitor competitor : plan.competitors()) {
                for (long seed : plan.seedsOf(source)) {
                    tasks.add(() -> run(source, workload, competitor, seed));
                    all += workload.survey().events();
                }
            }
        }
        events = all;
        return new ComparisonReport(plan, workloads, results(tasks, threads));
    }

    private Workload survey(StreamSource source) throws IOException {
        List<StreamSurvey> surveys = new ArrayList<>();
        for (long seed : plan.seedsOf(source)) {
            try (RequestStream stream = source.open(seed)) {
                surveys.add(StreamSurvey.of(stream));
            }
        }
        if (surveys.getFirst().events() == 0) {
            throw new InputException(source.name(), -1, "no request for an object in it");
        }
        int cpus = surveys.stream().mapToInt(StreamSurvey::cpus).max().orElseThrow();
        int enough = surveys.stream().mapToInt(StreamSurvey::mebibytes).max().orElseThrow();
        return new Workload(source.name(), source.description(), source.isRecorded(),
                surveys.getFirst(), cpus, plan.mebibytes() == 0 ? enough : plan.mebibytes());
    }

    private Run run(StreamSource source, Workload workload, Competitor competitor, long seed)
            throws IOException {
        StreamSurvey survey = workload.survey();
        Steps watcher = new Steps(eventsDone);
        RunResult result = competitor.run(new Competitor.Course(source, seed, survey.events(),
                workload.cpus(), workload.mebibytes(), plan.samples()), watcher);
        watcher.accept(survey.events());
        return new Run(source.name(), competitor.name(), seed, result);
    }

    /// Adds what a run has served since it said so last.
    private static final class Steps implements LongConsumer {
        private final LongAdder sum;
        private long last;

        Steps(LongAdder sum) {
            this.sum = sum;
        }

        @Override
        public void accept(long served) {
            sum.add(served - last);
            last = served;
        }
    }

    private static List<Run> results(List<Callable<Run>> tasks, int threads) throws IOException {
        List<Run> runs = new ArrayList<>();
        try (ExecutorService pool = Executors.newFixedThreadPool(threads,
                Thread.ofPlatform().daemon().name("compare-", 0).factory())) {
            List<Future<Run>> futures = tasks.stream().map(pool::submit).toList();
            try {
                for (Future<Run> future : futures) {
                    runs.add(result(future));
                }
            } finally {
                pool.shutdownNow();
            }
        }
        return runs;
    }

    private static Run result(Future<Run> future) throws IOException {
        try {
            return future.get();
        } catch (ExecutionException failed) {
            switch (failed.getCause()) {
                case IOException unreadable -> throw unreadable;
                case RuntimeException mistake -> throw mistake;
                case Error error -> throw error;
                case null, default -> throw new IllegalStateException(failed);
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", interrupted);
        }
    }
}
