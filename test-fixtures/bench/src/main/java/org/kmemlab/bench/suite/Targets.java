package org.kmemlab.bench.suite;

import static org.kmemlab.bench.pool.Contender.COMMONS_POOL;
import static org.kmemlab.bench.pool.Contender.HARNESS_PAGES;
import static org.kmemlab.bench.pool.Contender.KMALLOC;
import static org.kmemlab.bench.pool.Contender.KMEM_CACHE_UNCHECKED;
import static org.kmemlab.bench.pool.Contender.LIVE_KMALLOC;
import static org.kmemlab.bench.pool.Contender.LIVE_PAGES;
import static org.kmemlab.bench.pool.Contender.MIMALLOC;
import static org.kmemlab.bench.pool.Contender.MIMALLOC_C;
import static org.kmemlab.bench.pool.Contender.NETTY_ADAPTIVE;
import static org.kmemlab.bench.pool.Contender.NETTY_POOLED;
import static org.kmemlab.bench.pool.Contender.PAGES;
import static org.kmemlab.bench.pool.Contender.TRACES;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

import org.kmemlab.bench.pool.Contender;
import org.kmemlab.bench.pool.Contender.Camp;
import org.kmemlab.bench.pool.Contender.Shape;
import org.kmemlab.bench.suite.Job.Column;
import org.kmemlab.bench.suite.Target.Kind;
import org.kmemlab.bench.suite.Target.Value;
import org.kmemlab.bench.suite.Target.Verdict;

/// What the project promises about speed, as a table that a run fills in.
public final class Targets {

    /// A line of the table.
    ///
    /// @param figure what is shown
    /// @param kind how to read the value
    /// @param ours our figure; NaN if not measured
    /// @param other what it is compared with; NaN if nothing
    /// @param value the value; NaN if not measured
    /// @param must the value that is demanded
    /// @param aim the value that is aimed for; NaN if there is none
    public record Row(String figure, Kind kind, double ours, double other, double value,
            double must, double aim, Verdict verdict) {}

    /// JMH's own garbage, spread over the operations of a short iteration.
    private static final double NO_GARBAGE_BYTES = 0.5;
    private static final double NANOS_TO_MILLIONS = 1_000;

    private static final Column RING = new Column(Pattern.RING, 64, 1);
    private static final Column RING_OF_TWO = new Column(Pattern.RING, 64, 2);
    private static final Column REMOTE = new Column(Pattern.REMOTE, 64, 2);
    private static final Column BATCH = new Column(Pattern.BATCH_RANDOM, 64, 1);
    private static final Column BULK = new Column(Pattern.BULK16, 64, 1);
    private static final Column PAGE_PAIR = new Column(Pattern.PAGE_PAIR0, 0, 1);

    private static final List<Target> ALL = List.of(
            faster("64 B ring, against Netty pooled", RING, NETTY_POOLED, 7, 10),
            faster("64 B ring, against Netty adaptive", RING, NETTY_ADAPTIVE, 3, 4.5),
            faster("64 B ring, against Commons Pool 2", RING, COMMONS_POOL, 60, 100),
            faster("64 B ring, against mimalloc through FFM", RING, MIMALLOC, 1.2, 1.7),
            asLong("64 B ring, against mimalloc in C", RING, MIMALLOC_C, 1.3, 0.9),
            nanos("explicit Cpu, checks off, 64 B ring", RING, KMEM_CACHE_UNCHECKED, 3, 2),
            scaling(),
            faster("freed by another thread, against Netty adaptive", REMOTE, NETTY_ADAPTIVE, 6,
                    12),
            faster("freed by another thread, against mimalloc through FFM", REMOTE, MIMALLOC, 1.5,
                    2.5),
            nanosOfOurs("batch of 1024, random free, 64 B", BATCH, 8, 3),
            nanosOfOurs("bulk of 16, 64 B, each object", BULK, 3, 1.8),
            nanos("kmalloc and kfree, 64 B ring", RING, LIVE_KMALLOC, 8, 5),
            nanos("order-0 pages, live, pair", PAGE_PAIR, LIVE_PAGES, 4, 2.5),
            nanos("order-0 pages, stepped, pair", PAGE_PAIR, PAGES, 4, 2.5),
            netChurn("order-0 pages, live, random churn, net of harness", LIVE_PAGES),
            netChurn("order-0 pages, stepped, random churn, net of harness", PAGES),
            rate("trace text parsed", Pattern.TRACE_PARSE, 10, 20),
            rate("trace replayed from text, 50k live", Pattern.TRACE_REPLAY_TEXT, 5, 12),
            rate("trace replayed from binary, 50k live", Pattern.TRACE_REPLAY_BINARY, 30, 60),
            garbage());

    private Targets() {
    }

    /// Everything that has to be measured to fill the table in.
    public static List<Job> jobs() {
        Set<Job> jobs = new LinkedHashSet<>();
        ALL.forEach(target -> jobs.addAll(target.jobs()));
        return jobs.stream().filter(
                job -> job.pattern().suits(job.contender(), job.threads())).toList();
    }

    /// The table, with the values of a run.
    public static List<Row> judge(BenchReport report) {
        return ALL.stream().map(target -> target.judge(report)).toList();
    }

    private static List<Job> jobs(Column column, Contender... others) {
        List<Job> jobs = new ArrayList<>();
        for (Contender contender : Contender.values()) {
            boolean usual = contender.camp() != Camp.RIVAL && contender != KMALLOC
                    && contender != LIVE_KMALLOC && contender != KMEM_CACHE_UNCHECKED;
            if (usual || List.of(others).contains(contender)) {
                jobs.add(column.with(contender));
            }
        }
        return jobs;
    }

    private static Target faster(String figure, Column column, Contender rival, double must,
            double aim) {
        return new Target(figure, Kind.TIMES_FASTER, must, aim, jobs(column, rival),
                report -> against(report, column, rival)
                        .map(pair -> new Value(pair.other() / pair.ours(), pair.ours(),
                                pair.other())));
    }

    private static Target asLong(String figure, Column column, Contender rival, double must,
            double aim) {
        return new Target(figure, Kind.TIMES_AS_LONG, must, aim, jobs(column, rival),
                report -> against(report, column, rival)
                        .map(pair -> new Value(pair.ours() / pair.other(), pair.ours(),
                                pair.other())));
    }

    private record Pair(double ours, double other) {}

    private static Optional<Pair> against(BenchReport report, Column column, Contender rival) {
        return report.ours(column).flatMap(ours -> report.figure(column, rival)
                .map(other -> new Pair(ours.cpuNanos(), other.cpuNanos())));
    }

    private static Target nanos(String figure, Column column, Contender contender, double must,
            double aim) {
        return new Target(figure, Kind.NANOS, must, aim, jobs(column, contender),
                report -> report.figure(column, contender).map(ours -> gross(report, ours)));
    }

    private static Target nanosOfOurs(String figure, Column column, double must, double aim) {
        return new Target(figure, Kind.NANOS, must, aim, jobs(column),
                report -> report.ours(column).map(ours -> gross(report, ours)));
    }

    private static Value gross(BenchReport report, Figure ours) {
        return new Value(ours.cpuNanos(), ours.cpuNanos(),
                report.harness(ours.job()).map(Figure::cpuNanos).orElse(Double.NaN));
    }

    private static Target scaling() {
        List<Job> jobs = new ArrayList<>(jobs(RING));
        jobs.addAll(jobs(RING_OF_TWO));
        return new Target("2 threads, each, against 1 thread, 64 B ring", Kind.TIMES_AS_LONG, 1.2,
                1.05, jobs,
                report -> report.ours(RING_OF_TWO)
                        .flatMap(two -> report.figure(RING, two.job().contender())
                                .map(one -> new Value(two.cpuNanos() / one.cpuNanos(),
                                        two.cpuNanos(), one.cpuNanos()))));
    }

    private static Target netChurn(String figure, Contender contender) {
        Column column = new Column(Pattern.PAGE_CHURN0, 0, 1);
        return new Target(figure, Kind.NANOS, 4, 1.5, jobs(column, contender, HARNESS_PAGES),
                report -> report.figure(column, contender).flatMap(ours -> report
                        .figure(column, HARNESS_PAGES).map(harness -> new Value(
                                ours.cpuNanos() - harness.cpuNanos(), ours.cpuNanos(),
                                harness.cpuNanos()))));
    }

    private static Target rate(String figure, Pattern pattern, double must, double aim) {
        Column column = new Column(pattern, 0, 1);
        return new Target(figure, Kind.MILLIONS_A_SECOND, must, aim, jobs(column, TRACES),
                report -> report.figure(column, TRACES).map(ours -> new Value(
                        NANOS_TO_MILLIONS / ours.cpuNanos(), ours.cpuNanos(), Double.NaN)));
    }

    /// The fast paths: objects and single pages; not traces, whose replay keeps tables.
    private static Target garbage() {
        return new Target("garbage on every fast path, the most of all", Kind.BYTES,
                NO_GARBAGE_BYTES, NO_GARBAGE_BYTES, List.of(), report -> {
                    OptionalDouble most = report.measured().figures().stream()
                            .filter(figure -> figure.job().contender().camp() == Camp.OURS)
                            .filter(figure -> figure.job().contender().shape() != Shape.TRACES)
                            .mapToDouble(Figure::garbageBytes).max();
                    return most.isEmpty() ? Optional.empty()
                            : Optional.of(new Value(most.getAsDouble(), most.getAsDouble(),
                                    Double.NaN));
                });
    }
}
