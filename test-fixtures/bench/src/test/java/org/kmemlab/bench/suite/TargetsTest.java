package org.kmemlab.bench.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.kmemlab.bench.pool.Contender;
import org.kmemlab.bench.suite.Job.Column;
import org.kmemlab.bench.suite.Target.Verdict;

class TargetsTest {

    private static final Column RING = new Column(Pattern.RING, 64, 1);
    private static final Column CHURN = new Column(Pattern.PAGE_CHURN0, 0, 1);
    private static final Column PARSE = new Column(Pattern.TRACE_PARSE, 0, 1);

    private static Figure figure(Column column, Contender contender, double cpuNanos) {
        return Figure.of(column.with(contender), List.of(new Sample(cpuNanos, cpuNanos, 0)));
    }

    private static BenchReport report(Figure... figures) {
        return new BenchReport(new Environment("", "", "", "", "", ""),
                new BenchReport.Measured(List.of(figures), Map.of()), List.of());
    }

    private static Targets.Row row(BenchReport report, String figure) {
        return Targets.judge(report).stream().filter(row -> row.figure().contains(figure))
                .findFirst().orElseThrow();
    }

    /// A target would be called met from the wrong side of its ratio.
    @Test
    void judge_ratio_isRivalByOurs() {
        BenchReport report = report(figure(RING, Contender.KMEM_CACHE, 4),
                figure(RING, Contender.NETTY_POOLED, 32),
                figure(RING, Contender.NETTY_ADAPTIVE, 8), figure(RING, Contender.MIMALLOC_C, 5));

        assertThat(row(report, "Netty pooled").value()).isEqualTo(8);
        assertThat(row(report, "Netty pooled").verdict()).isEqualTo(Verdict.MUST);
        assertThat(row(report, "ring, against Netty adaptive").verdict())
                .isEqualTo(Verdict.MISSED);
        assertThat(row(report, "mimalloc in C").value()).isCloseTo(0.8, within(1e-9));
        assertThat(row(report, "mimalloc in C").verdict()).isEqualTo(Verdict.AIM);
    }

    /// A net figure would still contain the harness, or a rate be upside down.
    @Test
    void judge_netAndRate_areComputed() {
        BenchReport report = report(figure(CHURN, Contender.PAGES, 9),
                figure(CHURN, Contender.HARNESS_PAGES, 4), figure(PARSE, Contender.TRACES, 80));

        assertThat(row(report, "stepped, random churn").value()).isEqualTo(5);
        assertThat(row(report, "stepped, random churn").verdict()).isEqualTo(Verdict.MISSED);
        assertThat(row(report, "text parsed").value()).isEqualTo(12.5);
        assertThat(row(report, "text parsed").verdict()).isEqualTo(Verdict.MUST);
    }

    /// What was never measured would count as met.
    @Test
    void judge_nothingMeasured_saysSo() {
        assertThat(Targets.judge(report())).isNotEmpty()
                .allMatch(row -> row.verdict() == Verdict.NOT_MEASURED);
    }

    /// Ours would leave garbage unnoticed.
    @Test
    void judge_garbage_isTheMostOfOurs() {
        BenchReport report = report(
                Figure.of(RING.with(Contender.KMEM_CACHE), List.of(new Sample(4, 4, 24))),
                Figure.of(RING.with(Contender.NEW_BYTES), List.of(new Sample(4, 4, 80))));

        assertThat(row(report, "garbage").value()).isEqualTo(24);
        assertThat(row(report, "garbage").verdict()).isEqualTo(Verdict.MISSED);
    }

    /// One slow fork would be the figure.
    @Test
    void figure_forks_givesTheMedian() {
        Figure figure = Figure.of(RING.with(Contender.KMALLOC), List.of(new Sample(9, 1, 0),
                new Sample(2, 3, 0), new Sample(3, 2, 0)));

        assertThat(figure.cpuNanos()).isEqualTo(3);
        assertThat(figure.cpuNanosLow()).isEqualTo(2);
        assertThat(figure.cpuNanosHigh()).isEqualTo(9);
        assertThat(figure.wallNanos()).isEqualTo(2);
        assertThat(Figure.median(List.of(1.0, 3.0))).isEqualTo(2);
    }
}
