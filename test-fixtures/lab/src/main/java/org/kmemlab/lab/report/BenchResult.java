package org.kmemlab.lab.report;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/// What `kmemlab bench --json` writes. What was not measured is null.
///
/// @param environment where and how was measured
/// @param figures what was measured
/// @param memory what objects and frames cost in memory
/// @param targets what was promised
/// @param skipped what could not be measured, and why
record BenchResult(Environment environment, List<Figure> figures, List<Memory> memory,
        List<Target> targets, Map<String, String> skipped) {

    /// Where and how was measured.
    record Environment(String command, String machine, String jvm, String flags, String effort,
            String date) {}

    /// One contender in one column.
    ///
    /// @param column what was measured, for people
    /// @param label the contender, for people
    /// @param camp whose it is: `ours`, `rival` or `harness`
    record Figure(String job, String column, String label, String camp,
            @Nullable Double cpuNanos, @Nullable Double cpuNanosLow,
            @Nullable Double cpuNanosHigh, @Nullable Double toOurs,
            @Nullable Double harnessCpuNanos, @Nullable Double garbageBytes, int forks) {}

    /// What an object of a contender costs.
    record Memory(String label, int bytes, @Nullable Double heapBytes,
            @Nullable Double nativeBytes, @Nullable Double overheadBytes) {}

    /// A promise, and what was measured.
    record Target(String figure, String unit, @Nullable Double ours, @Nullable Double other,
            @Nullable Double value, @Nullable Double must, @Nullable Double aim,
            String verdict) {}

    BenchResult {
        requireNonNull(environment, "environment");
        requireNonNull(figures, "figures");
        requireNonNull(memory, "memory");
        requireNonNull(targets, "targets");
        requireNonNull(skipped, "skipped");
    }
}
