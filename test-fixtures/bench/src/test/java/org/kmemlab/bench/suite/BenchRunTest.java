package org.kmemlab.bench.suite;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.HashSet;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.kmemlab.bench.pool.Contender;
import org.kmemlab.bench.suite.Job.Column;

class BenchRunTest {

    private static final Effort MOMENT = new Effort(1, 1, 1, 10);

    /// A fork would not start, or its figures would not come back.
    @ParameterizedTest
    @EnumSource(value = Contender.class, names = {"KMEM_CACHE", "NETTY_POOLED", "GLIBC_C"})
    void measure_ring_givesAFigure(Contender contender) throws IOException {
        Job job = new Column(Pattern.RING, 64, 1).with(contender);

        BenchReport.Measured measured = new BenchRun(MOMENT).measure(List.of(job), (_, _, _) -> {
        });

        if (measured.skipped().isEmpty()) {
            Figure figure = measured.figures().getFirst();
            assertThat(figure.cpuNanos()).isBetween(0.1, 1e5);
            assertThat(figure.wallNanos()).isBetween(0.1, 1e6);
        } else {
            assertThat(measured.skipped().values()).first().asString().contains("cc");
        }
    }

    /// Waiting for the other thread would be part of the figure, or a thread would wait for ever.
    @Test
    void measure_remote_endsAndGivesAFigure() throws IOException {
        Job job = new Column(Pattern.REMOTE, 64, 2).with(Contender.NEW_BYTES);

        BenchReport.Measured measured = new BenchRun(MOMENT).measure(List.of(job), (_, _, _) -> {
        });

        assertThat(measured.skipped()).isEmpty();
        assertThat(measured.figures().getFirst().cpuNanos()).isPositive();
    }

    /// A contender would be measured in a pattern that it cannot do.
    @Test
    void plan_all_hasEachJobOnceAndOnlyPossibleOnes() {
        List<Job> jobs = BenchPlan.all(List.of(1, 2));

        assertThat(new HashSet<>(jobs)).hasSameSizeAs(jobs);
        assertThat(jobs).allMatch(
                job -> job.pattern().suits(job.contender(), job.threads()));
        assertThat(jobs).extracting(Job::id).contains("ring/64/1/netty-pooled",
                "remote/64/2/mimalloc", "mixed/0/1/kmalloc", "page-churn0/0/1/harness-pages")
                .doesNotContain("mixed/0/1/kmem-cache", "remote/64/1/mimalloc",
                        "remote/64/2/arena", "bulk16/64/1/glibc-c");
    }
}
