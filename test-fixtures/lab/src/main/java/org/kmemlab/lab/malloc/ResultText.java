package org.kmemlab.lab.malloc;

import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.kmemlab.lab.metric.Measure;
import org.kmemlab.lab.metric.RunResult;
import org.kmemlab.lab.metric.RunSummary;
import org.kmemlab.lab.metric.Series;
import org.kmemlab.lab.metric.SummaryMeasure;

/// A run's result as lines from one process to another: `row EVENT VALUE...` with all measures in
/// order, `sum MEASURE VALUE`, `problem TEXT`, and `end`. Other lines, such as warnings of a JVM, mean
/// nothing.
final class ResultText {

    private static final String END = "end";

    private ResultText() {
    }

    static List<String> lines(RunResult result) {
        List<String> lines = new ArrayList<>();
        Series series = result.series();
        long[] events = series.events();
        List<long[]> columns = new ArrayList<>();
        for (Measure measure : Measure.values()) {
            columns.add(series.values(measure));
        }
        for (int row = 0; row < events.length; row++) {
            StringBuilder line = new StringBuilder("row ").append(events[row]);
            for (long[] column : columns) {
                line.append(' ').append(column[row]);
            }
            lines.add(line.toString());
        }
        result.summary().values()
                .forEach((measure, value) -> lines.add("sum " + measure.name() + " " + value));
        if (result.problem() != null) {
            lines.add("problem " + result.problem());
        }
        lines.add(END);
        return lines;
    }

    /// @throws IOException if the lines do not end as they should
    static RunResult parse(List<String> lines) throws IOException {
        Series series = new Series(lines.size(), false);
        Map<SummaryMeasure, Double> summary = new EnumMap<>(SummaryMeasure.class);
        @Nullable String problem = null;
        boolean ended = false;
        for (String line : lines) {
            String[] words = line.split(" ", 2);
            switch (words[0]) {
                case "row" -> addRow(series, words[1].split(" "));
                case "sum" -> {
                    String[] pair = words[1].split(" ", 2);
                    summary.put(SummaryMeasure.valueOf(pair[0]), Double.valueOf(pair[1]));
                }
                case "problem" -> problem = words[1];
                case END -> ended = true;
                default -> {
                    // Somebody else's.
                }
            }
        }
        if (!ended) {
            throw new IOException("a process ended without a result: " + String.join("\n", lines));
        }
        return new RunResult(new RunSummary(summary), series, problem);
    }

    private static void addRow(Series series, String[] values) {
        series.startRow(Long.parseLong(values[0]));
        for (Measure measure : Measure.values()) {
            series.set(measure, Long.parseLong(values[1 + measure.ordinal()]));
        }
    }
}
