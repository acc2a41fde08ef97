package org.kmemlab.lab.compare;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.kmemlab.lab.metric.RunResult;
import org.kmemlab.lab.metric.SummaryMeasure;
import org.kmemlab.lab.stream.StreamSurvey;

/// What a comparison found.
///
/// @param plan what was compared
/// @param workloads the workloads in the plan's order
/// @param runs all runs, by workload, then competitor, then seed
public record ComparisonReport(ComparisonPlan plan, List<Workload> workloads, List<Run> runs) {

    /// A workload.
    ///
    /// @param name as in the plan
    /// @param description what it is
    /// @param recorded whether it is the same for every seed
    /// @param survey what it asks for, with the first seed
    /// @param cpus of the machine: enough for every seed
    /// @param mebibytes memory of the machine: enough for every seed
    public record Workload(String name, String description, boolean recorded,
            StreamSurvey survey, int cpus, int mebibytes) {}

    /// A run.
    ///
    /// @param workload which was served
    /// @param policy by whom
    /// @param seed of workload and machine
    /// @param result what it was like
    public record Run(String workload, String policy, long seed, RunResult result) {}

    /// What the runs of one competitor on one workload have in common.
    ///
    /// @param workload which was served
    /// @param policy by whom
    /// @param runs how many there were
    /// @param problems what went wrong, one line for each run in which something did
    /// @param measures those figures that all runs have
    public record Cell(String workload, String policy, int runs, List<String> problems,
            Map<SummaryMeasure, Spread> measures) {

        /// Copies the collections.
        public Cell {
            problems = List.copyOf(problems);
            measures = Map.copyOf(measures);
        }

        /// A figure; null if the competitor does not have it.
        public @Nullable Spread get(SummaryMeasure measure) {
            return measures.get(measure);
        }
    }

    /// Copies the lists.
    public ComparisonReport {
        workloads = List.copyOf(workloads);
        runs = List.copyOf(runs);
    }

    /// A cell for each workload and competitor, in the plan's order.
    public List<Cell> cells() {
        return workloads.stream().flatMap(workload -> plan.competitors().stream()
                .map(competitor -> cell(workload.name(), competitor.name()))).toList();
    }

    private Cell cell(String workload, String policy) {
        List<Run> mine = runs.stream().filter(run -> run.workload().equals(workload)
                && run.policy().equals(policy)).toList();
        Map<SummaryMeasure, Spread> measures = new EnumMap<>(SummaryMeasure.class);
        for (SummaryMeasure measure : SummaryMeasure.values()) {
            double[] values = mine.stream()
                    .mapToDouble(run -> run.result().summary().get(measure)).toArray();
            if (values.length > 0 && Arrays.stream(values).noneMatch(Double::isNaN)) {
                measures.put(measure, Spread.of(values));
            }
        }
        return new Cell(workload, policy, mine.size(), problems(mine), measures);
    }

    private static List<String> problems(List<Run> runs) {
        return runs.stream().filter(run -> run.result().problem() != null)
                .map(run -> "seed " + run.seed() + ": " + run.result().problem()).toList();
    }

    /// Whether no run had a problem.
    public boolean good() {
        return runs.stream().allMatch(run -> run.result().problem() == null);
    }
}
