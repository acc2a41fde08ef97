package org.kmemlab.bench.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import org.kmemlab.bench.suite.BenchReport;
import org.kmemlab.bench.suite.Environment;
import org.kmemlab.bench.suite.Figure;
import org.kmemlab.bench.suite.Footprint;
import org.kmemlab.bench.suite.Job.Column;
import org.kmemlab.bench.suite.Targets;

/// A run as tables of text.
public final class TextReport {

    private static final String FIGURE = "  %-36s %9s %9s %9s %9s %9s %9s";
    private static final String TARGET = "  %-55s %9s %9s %9s %-11s %5s %5s  %s";
    private static final String MEMORY = "  %-36s %9s %9s %9s";

    private TextReport() {
    }

    /// All of it.
    public static List<String> lines(BenchReport report) {
        List<String> lines = new ArrayList<>(environment(report.environment()));
        report.columns().forEach((column, figures) -> column(lines, report, column, figures));
        footprints(lines, report.footprints());
        targets(lines, report);
        skipped(lines, report.measured().skipped());
        return lines;
    }

    private static List<String> environment(Environment environment) {
        return List.of("command  " + environment.command(), "machine  " + environment.machine(),
                "jvm      " + environment.jvm(), "flags    " + environment.flags(),
                "effort   " + environment.effort() + ", " + environment.date(), "",
                "ns of thread CPU time, and of wall time, for each object, block or event: medians of"
                        + " forks; net is without the harness,",
                "low and high are the forks furthest apart, garbage is bytes of heap for each.");
    }

    private static void column(List<String> lines, BenchReport report, Column column,
            List<Figure> figures) {
        lines.add("");
        lines.add(column.label());
        lines.add(row(FIGURE, "", "cpu", "to ours", "net", "low", "high", "garbage"));
        for (Figure figure : figures) {
            double harness = report.harness(figure.job()).map(Figure::cpuNanos)
                    .orElse(Double.NaN);
            lines.add(row(FIGURE, figure.job().contender().label(),
                    Numbers.of(figure.cpuNanos()),
                    Numbers.times(report.ratio(figure).orElse(Double.NaN)),
                    Numbers.of(figure.cpuNanos() - harness), Numbers.of(figure.cpuNanosLow()),
                    Numbers.of(figure.cpuNanosHigh()), Numbers.of(figure.garbageBytes())));
        }
    }

    private static void footprints(List<String> lines, List<Footprint> footprints) {
        if (footprints.isEmpty()) {
            return;
        }
        lines.add("");
        lines.add("memory for each live object of 64 bytes, and bookkeeping for each page frame");
        lines.add(row(MEMORY, "", "heap", "native", "overhead"));
        for (Footprint footprint : footprints) {
            lines.add(row(MEMORY, footprint.contender().label(),
                    Numbers.of(footprint.heapBytes()), Numbers.of(footprint.nativeBytes()),
                    Numbers.of(footprint.overheadBytes())));
        }
    }

    private static void targets(List<String> lines, BenchReport report) {
        lines.add("");
        lines.add("targets");
        lines.add(row(TARGET, "", "ours", "other", "value", "", "must", "aim", ""));
        for (Targets.Row target : Targets.judge(report)) {
            lines.add(row(TARGET, target.figure(), Numbers.of(target.ours()),
                    Numbers.of(target.other()), Numbers.of(target.value()), target.kind().unit(),
                    String.valueOf(target.must()), String.valueOf(target.aim()),
                    target.verdict().label()));
        }
    }

    private static void skipped(List<String> lines, Map<String, String> skipped) {
        if (!skipped.isEmpty()) {
            lines.add("");
            lines.add("skipped");
            skipped.entrySet().stream().sorted(Map.Entry.comparingByKey())
                    .map(entry -> "  " + entry.getKey() + ": " + entry.getValue())
                    .forEach(lines::add);
        }
    }

    private static String row(String format, String... cells) {
        return String.format(Locale.ROOT, format, (Object[]) cells).stripTrailing();
    }
}
