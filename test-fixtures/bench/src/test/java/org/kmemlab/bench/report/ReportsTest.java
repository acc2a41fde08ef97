package org.kmemlab.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.kmemlab.bench.pool.Contender;
import org.kmemlab.bench.suite.BenchReport;
import org.kmemlab.bench.suite.Environment;
import org.kmemlab.bench.suite.Figure;
import org.kmemlab.bench.suite.Footprint;
import org.kmemlab.bench.suite.Job.Column;
import org.kmemlab.bench.suite.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ReportsTest {

    private static final BenchReport REPORT = report();

    private static BenchReport report() {
        Column ring = new Column(Pattern.RING, 64, 1);
        return new BenchReport(
                new Environment("kmemlab bench", "a <machine>", "a JVM", "-X", "1 fork", "today"),
                new BenchReport.Measured(
                        List.of(figure(ring, Contender.KMEM_CACHE, 4),
                                figure(ring, Contender.NETTY_POOLED, 42),
                                figure(ring, Contender.GLIBC_C, 6),
                                figure(ring, Contender.HARNESS, 1)),
                        Map.of("jemalloc", "not installed")),
                List.of(new Footprint(Contender.KMEM_CACHE, 64, 1, 65)));
    }

    private static Figure figure(Column column, Contender contender, double cpuNanos) {
        return new Figure(column.with(contender), cpuNanos, cpuNanos, cpuNanos, cpuNanos,
                contender == Contender.GLIBC_C ? Double.NaN : 0, 1);
    }

    /// Ratios or net figures would be wrong, or what was left out would go unnoticed.
    @Test
    void text_hasRatiosNetFiguresAndWhatIsMissing() {
        String text = String.join("\n", TextReport.lines(REPORT));

        assertThat(text).contains("machine  a <machine>", "ring of 16 live objects, 64 bytes")
                .containsPattern("KmemCache, stepped +4\\.00 +x1\\.00 +3\\.00")
                .containsPattern("Netty 4\\.2 pooled, direct +42\\.00 +x10\\.50 +-")
                .containsPattern("KmemCache, stepped +1\\.00 +65\\.00 +2\\.00")
                .containsPattern(
                        "against Netty pooled +4\\.00 +42\\.00 +10\\.50 x faster.* aim met")
                .contains("jemalloc: not installed");
    }

    /// A script would read NaN, which is no JSON, or other numbers than people.
    @Test
    void json_hasTheSameFiguresAndNullForNone() {
        String text = JsonReport.text(REPORT);
        JsonNode root = JsonMapper.shared().readTree(text);

        assertThat(text).doesNotContain("NaN");
        assertThat(root.at("/figures/1/job").asString()).isEqualTo("ring/64/1/netty-pooled");
        assertThat(root.at("/figures/1/toOurs").asDouble()).isEqualTo(10.5);
        assertThat(root.at("/figures/2/garbageBytes").isNull()).isTrue();
        assertThat(root.at("/figures/1/label").asString()).isEqualTo("Netty 4.2 pooled, direct");
        assertThat(root.at("/figures/1/camp").asString()).isEqualTo("rival");
        assertThat(root.at("/figures/1/column").asString())
                .isEqualTo("ring of 16 live objects, 64 bytes, 1 thread");
        assertThat(root.at("/targets/0/verdict").asString()).isEqualTo("aim met");
        assertThat(root.at("/environment/machine").asString()).isEqualTo("a <machine>");
    }
}
