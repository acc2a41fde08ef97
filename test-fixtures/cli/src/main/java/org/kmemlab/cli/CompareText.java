package org.kmemlab.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

import org.jspecify.annotations.Nullable;
import org.kmemlab.lab.compare.ComparisonReport;
import org.kmemlab.lab.compare.ComparisonReport.Cell;
import org.kmemlab.lab.compare.ComparisonReport.Workload;
import org.kmemlab.lab.compare.Competitors;
import org.kmemlab.lab.compare.Spread;
import org.kmemlab.lab.metric.SummaryMeasure;
import org.kmemlab.lab.stream.StreamSource;
import org.kmemlab.lab.stream.StreamSurvey;

/// A comparison for people: a table for each workload.
final class CompareText {

    private static final int KIB = 1024;

    /// A column of the table.
    ///
    /// @param title its heading
    /// @param measure what it shows
    /// @param width in characters
    /// @param decimals of its numbers
    /// @param divisor of its numbers
    /// @param interval whether the confidence interval is shown
    private record Column(String title, SummaryMeasure measure, int width, int decimals,
            int divisor, boolean interval) {}

    private static final List<Column> COLUMNS = List.of(
            new Column("peak KiB", SummaryMeasure.PEAK_PAGE_BYTES, 9, 0, KIB, false),
            new Column("pages/req", SummaryMeasure.PEAK_PAGES_PER_REQUESTED, 12, 2, 1, true),
            new Column("int %", SummaryMeasure.MEAN_INTERNAL_WASTE_PERCENT, 6, 1, 1, false),
            new Column("waste %", SummaryMeasure.MEAN_PAGE_WASTE_PERCENT, 12, 1, 1, true),
            new Column("meta KiB", SummaryMeasure.PEAK_METADATA_BYTES, 8, 0, KIB, false),
            new Column("failed", SummaryMeasure.FAILED_REQUESTS, 6, 0, 1, false),
            new Column("steps", SummaryMeasure.STEPS_PER_REQUEST, 7, 2, 1, false),
            new Column("most", SummaryMeasure.MOST_STEPS, 6, 0, 1, false),
            new Column("unus9 %", SummaryMeasure.MEAN_UNUSABLE9_PERCENT, 7, 1, 1, false),
            new Column("mixed", SummaryMeasure.PEAK_MIXED_PAGEBLOCKS, 5, 0, 1, false),
            new Column("kept KiB", SummaryMeasure.RETAINED_BYTES, 8, 0, KIB, false),
            new Column("rss KiB", SummaryMeasure.PEAK_RESIDENT_BYTES, 7, 0, KIB, false));

    /// The columns that some cell fills.
    private static List<Column> columns(ComparisonReport report) {
        List<Cell> cells = report.cells();
        return COLUMNS.stream().filter(
                column -> cells.stream().anyMatch(cell -> cell.get(column.measure) != null))
                .toList();
    }

    private CompareText() {
    }

    /// What the columns mean.
    private static List<String> legend(List<Column> columns) {
        List<String> lines = new ArrayList<>();
        for (Column column : columns) {
            lines.add("  %-9s  %s%s".formatted(column.title, column.measure.title(),
                    column.divisor == KIB ? ", in KiB" : ""));
        }
        return lines;
    }

    /// The workloads and policies there are, one line each.
    static List<String> list(List<StreamSource> sources) {
        List<String> lines = new ArrayList<>();
        lines.add("workloads:");
        sources.forEach(source -> lines
                .add("  %-18s %s".formatted(source.name(), source.description())));
        for (String group : Competitors.groups()) {
            lines.add("policies, group " + group + ":");
            Competitors.all().stream().filter(one -> one.group().equals(group))
                    .forEach(one -> lines.add("  %-18s %s (%s)".formatted(one.name(),
                            one.description(), one.unavailable().orElseGet(one::source))));
        }
        return lines;
    }

    /// The tables, what went wrong, and what the columns mean.
    static List<String> lines(ComparisonReport report) {
        List<String> lines = new ArrayList<>();
        List<Column> columns = columns(report);
        for (Workload workload : report.workloads()) {
            lines.addAll(heading(workload, report.plan().allSeeds()));
            lines.add(titles(columns));
            report.cells().stream().filter(cell -> cell.workload().equals(workload.name()))
                    .forEach(cell -> lines.add(row(cell, columns)));
            lines.add("");
        }
        report.cells().forEach(cell -> cell.problems().forEach(problem -> lines
                .add("PROBLEM " + cell.workload() + ", " + cell.policy() + ", " + problem)));
        lines.addAll(legend(columns));
        return lines;
    }

    private static List<String> heading(Workload workload, List<Long> seeds) {
        StreamSurvey survey = workload.survey();
        String runs = workload.recorded() ? "recorded, one run"
                : seeds.size() == 1 ? "seed " + seeds.getFirst()
                : "seeds " + seeds.getFirst() + " to " + seeds.getLast()
                        + ", mean and 95 % interval";
        return List.of(workload.name() + ": " + workload.description(),
                String.format(Locale.ROOT,
                        "  %,d requests, peak %,d KiB in %,d blocks, %d %s, %d MiB; %s",
                        survey.events(), survey.peakRequestedBytes() / KIB, survey.peakBlocks(),
                        workload.cpus(), workload.cpus() == 1 ? "CPU" : "CPUs",
                        workload.mebibytes(), runs));
    }

    private static String titles(List<Column> columns) {
        StringBuilder line = new StringBuilder("%-18s".formatted("policy"));
        columns.forEach(column -> line
                .append(" %s".formatted(" ".repeat(column.width - column.title.length())))
                .append(column.title));
        return line.toString();
    }

    private static String row(Cell cell, List<Column> columns) {
        StringBuilder line = new StringBuilder("%-18s".formatted(cell.policy()));
        for (Column column : columns) {
            String text = number(column, cell.get(column.measure));
            line.append(' ').append(" ".repeat(Math.max(0, column.width - text.length())))
                    .append(text);
        }
        return cell.problems().isEmpty() ? line.toString() : line + "  PROBLEM";
    }

    private static String number(Column column, @Nullable Spread spread) {
        if (spread == null) {
            return "-";
        }
        String format = "%." + column.decimals + "f";
        String mean = String.format(Locale.ROOT, format, spread.mean() / column.divisor);
        return !column.interval || Double.isNaN(spread.interval95()) ? mean
                : mean + "±" + String.format(Locale.ROOT, format,
                        spread.interval95() / column.divisor);
    }
}
