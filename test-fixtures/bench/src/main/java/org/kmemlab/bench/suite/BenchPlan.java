package org.kmemlab.bench.suite;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

import org.kmemlab.bench.pool.Contender;
import org.kmemlab.bench.suite.Job.Column;

/// Which jobs there are.
public final class BenchPlan {

    private static final int USUAL_BYTES = 64;
    private static final List<Integer> RING_BYTES = List.of(USUAL_BYTES, 256, 4096);

    private BenchPlan() {
    }

    /// Every contender in every pattern that suits it. Pages and traces are measured with one
    /// thread, and 256 and 4,096 bytes in the pair and the ring alone.
    ///
    /// @param threads the numbers of threads to measure with
    public static List<Job> all(List<Integer> threads) {
        Set<Job> jobs = new LinkedHashSet<>();
        for (Pattern pattern : Pattern.values()) {
            for (int bytes : sizes(pattern)) {
                for (int count : threads) {
                    jobs.addAll(column(new Column(pattern, bytes, count)));
                }
            }
        }
        return List.copyOf(jobs);
    }

    /// A first look, in minutes: what the targets need, and all contenders in the ring of 64 bytes.
    public static List<Job> quick() {
        Set<Job> jobs = new LinkedHashSet<>(
                column(new Column(Pattern.RING, USUAL_BYTES, 1)));
        jobs.addAll(Targets.jobs());
        return List.copyOf(jobs);
    }

    /// Everybody who can take part in a column.
    static List<Job> column(Column column) {
        List<Job> jobs = new ArrayList<>();
        for (Contender contender : Contender.values()) {
            if (column.pattern().suits(contender, column.threads())) {
                jobs.add(column.with(contender));
            }
        }
        return jobs;
    }

    private static List<Integer> sizes(Pattern pattern) {
        return switch (pattern) {
            case PAIR, RING -> RING_BYTES;
            default -> List.of(pattern.hasSize() ? USUAL_BYTES : 0);
        };
    }
}
