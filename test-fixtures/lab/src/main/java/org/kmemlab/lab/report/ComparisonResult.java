package org.kmemlab.lab.report;

import static java.util.Objects.requireNonNull;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.apache.commons.lang3.Validate;
import org.jspecify.annotations.Nullable;

/// What `kmemlab compare --json` writes. What a policy does not have is null.
///
/// @param format says that it is one
/// @param command the command line that made it
/// @param seeds the seeds of its runs
/// @param measures what the names of figures mean
/// @param workloads what was served
/// @param policies by whom
/// @param runs the runs; of each policy and workload one is kept
/// @param summaries the figures of all runs of a policy on a workload
record ComparisonResult(String format, String command, List<Long> seeds, List<Measure> measures,
        List<Workload> workloads, List<Policy> policies, List<Run> runs,
        List<Summary> summaries) {

    /// What `format` must be.
    static final String FORMAT = "kmemlab-compare";

    /// A figure.
    record Measure(String name, String title, String unit) {}

    /// What was served.
    record Workload(String name, String description, boolean recorded, long events, int cpus,
            long memoryBytes) {}

    /// Who served it.
    record Policy(String name, String group, String description, String source) {}

    /// Figures over time.
    ///
    /// @param event requests served before each sample
    /// @param columns by name of the measure
    record Series(List<Long> event, Map<String, @Nullable List<@Nullable Double>> columns) {

        Series {
            requireNonNull(event, "event");
            requireNonNull(columns, "columns");
        }
    }

    /// One run.
    record Run(String workload, String policy, long seed, @Nullable String problem,
            Series series) {

        Run {
            requireNonNull(series, "series");
        }
    }

    /// A figure of several runs.
    ///
    /// @param interval95 half the width of the interval that holds the mean with 95 percent
    ///        confidence
    record Spread(double mean, @Nullable Double interval95, double min, double max) {}

    /// All runs of one policy on one workload.
    record Summary(String workload, String policy, int runs,
            Map<String, @Nullable Spread> measures) {

        Summary {
            requireNonNull(measures, "measures");
        }
    }

    private record Cell(String workload, String policy) {}

    ComparisonResult {
        Validate.isTrue(FORMAT.equals(format), "format %s: expected %s", format, FORMAT);
        requireNonNull(measures, "measures");
        requireNonNull(workloads, "workloads");
        requireNonNull(policies, "policies");
        requireNonNull(summaries, "summaries");
        runs = firstOfEach(requireNonNull(runs, "runs"));
    }

    /// One run shows the course of a workload; the figures of all are in the summaries.
    private static List<Run> firstOfEach(List<Run> runs) {
        Set<Cell> seen = new LinkedHashSet<>();
        return runs.stream().filter(run -> seen.add(new Cell(run.workload(), run.policy())))
                .toList();
    }
}
