package org.kmemlab.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import org.kmemlab.bench.pool.Contender;
import org.kmemlab.bench.report.JsonReport;
import org.kmemlab.bench.suite.BenchReport;
import org.kmemlab.bench.suite.Environment;
import org.kmemlab.bench.suite.Figure;
import org.kmemlab.bench.suite.Footprint;
import org.kmemlab.bench.suite.Job.Column;
import org.kmemlab.bench.suite.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A report with every part, made by the commands themselves.
///
/// @param page the file
/// @param data what is in it
record SampleReport(Path page, JsonNode data) {

    /// A name that breaks out of markup that is not escaped.
    static final String EVIL = "</script><img/src=x/onerror=complaints.push(1)>";

    /// Writes one into a folder.
    static SampleReport in(Path folder) throws IOException {
        Path page = folder.resolve("report.html");
        String campaign = folder.resolve("faults.json").toString();
        assertThat(CliRun.of("faults", "--workload", "canary-double-free", "--json",
                campaign).err()).isEmpty();
        Path checks = Files.writeString(folder.resolve("verify.json"), CliRun.of("verify", "trace",
                Recorded.path("traces/c61_smp1_small1").toString(), "--json").out());
        Path bench = Files.writeString(folder.resolve("bench.json"), JsonReport.text(bench()));

        CliRun run = CliRun.of("report", "--trace", trace(folder).toString(), "--samples", "40",
                "--compare", resource("report/compare.json").toString(), "--faults", campaign,
                "--bench", bench.toString(), "--verify", checks.toString(), "-o",
                page.toString());

        assertThat(run.err()).isEmpty();
        assertThat(run.exitCode()).isEqualTo(ExitCode.GOOD);
        String html = Files.readString(page);
        String mark = "<script type=\"application/json\" id=\"data\">";
        int from = html.indexOf(mark) + mark.length();
        JsonNode data = JsonMapper.shared()
                .readTree(html.substring(from, html.indexOf("</script>", from)));
        return new SampleReport(page, data);
    }

    private static Path resource(String name) {
        return Recorded.path("traces").getParent().resolveSibling(name);
    }

    /// Objects of a cache with an evil name, one after the other, a quarter of which stays.
    private static Path trace(Path folder) throws IOException {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 400; i++) {
            String pointer = Long.toHexString(0xffff_8880_0100_0000L + i * 256L);
            text.append("sh-1 [000] ..... %d.%06d: kmem_cache_alloc: call_site=f ptr=%s"
                    .formatted(i / 100, i * 7 % 1000, pointer))
                    .append(" bytes_req=200 bytes_alloc=200 gfp_flags=GFP_KERNEL node=-1\n");
            if (i % 4 > 0) {
                text.append(
                        "sh-1 [000] ..... %d.%06d: kmem_cache_free: call_site=g ptr=%s name=%s%n"
                                .formatted(i / 100, i * 7 % 1000, pointer, EVIL));
            }
        }
        return Files.writeString(folder.resolve("trace.txt"), text);
    }

    private static BenchReport bench() {
        Column ring = new Column(Pattern.RING, 64, 1);
        return new BenchReport(
                new Environment("kmemlab bench", "a <machine>", "a JVM", "-X", "1 fork", "today"),
                new BenchReport.Measured(List.of(figure(ring, Contender.KMEM_CACHE, 4),
                        figure(ring, Contender.NETTY_POOLED, 42),
                        figure(ring, Contender.HARNESS, 1)), Map.of("jemalloc", "not installed")),
                List.of(new Footprint(Contender.KMEM_CACHE, 64, 1, 65)));
    }

    private static Figure figure(Column column, Contender contender, double cpuNanos) {
        return new Figure(column.with(contender), cpuNanos, cpuNanos * 0.9, cpuNanos * 1.2,
                cpuNanos, Double.NaN, 3);
    }
}
