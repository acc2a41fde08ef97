package org.kmemlab.bench.suite;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import org.kmemlab.bench.pool.Contender;
import org.kmemlab.bench.pool.Contender.Camp;
import org.kmemlab.bench.suite.Job.Column;

/// All that was measured in one run.
///
/// @param environment where and how
/// @param measured the figures
/// @param footprints what objects and frames cost in memory
public record BenchReport(Environment environment, Measured measured,
        List<Footprint> footprints) {

    /// What was measured.
    ///
    /// @param figures in the order of the jobs
    /// @param skipped what could not be measured, and why: ids of contenders, or of jobs
    public record Measured(List<Figure> figures, Map<String, String> skipped) {}

    /// The columns of the table, in the order of the jobs.
    public Map<Column, List<Figure>> columns() {
        Map<Column, List<Figure>> columns = new LinkedHashMap<>();
        for (Figure figure : measured.figures()) {
            columns.computeIfAbsent(figure.job().column(), _ -> new ArrayList<>()).add(figure);
        }
        return columns;
    }

    /// What a contender needed in a column.
    public Optional<Figure> figure(Column column, Contender contender) {
        Job job = column.with(contender);
        return measured.figures().stream().filter(figure -> figure.job().equals(job)).findFirst();
    }

    /// What others are compared with: the first of ours that took part.
    public Optional<Figure> ours(Column column) {
        return measured.figures().stream()
                .filter(figure -> figure.job().column().equals(column))
                .filter(figure -> figure.job().contender().camp() == Camp.OURS)
                .min((one, other) -> one.job().contender().compareTo(other.job().contender()));
    }

    /// What the loop around a contender costs by itself.
    public Optional<Figure> harness(Job job) {
        Contender harness = switch (job.contender().shape()) {
            case ADDRESS -> Contender.HARNESS;
            case HANDLE -> Contender.HARNESS_HANDLES;
            case PAGES -> Contender.HARNESS_PAGES;
            case C, TRACES -> null;
        };
        return harness == null ? Optional.empty() : figure(job.column(), harness);
    }

    /// How many times as long as ours a contender takes; nothing if ours was not measured.
    public Optional<Double> ratio(Figure figure) {
        return ours(figure.job().column()).map(ours -> figure.cpuNanos() / ours.cpuNanos());
    }
}
