package org.kmemlab.bench.suite;

import java.util.List;
import java.util.function.ToDoubleFunction;

/// What was measured of a job: medians over its forks.
///
/// @param cpuNanos CPU time of the working threads for one object, block or event
/// @param cpuNanosLow the same in the fastest fork
/// @param cpuNanosHigh the same in the slowest fork
/// @param wallNanos time that passed for it, per thread
/// @param garbageBytes bytes that it took from the heap; NaN outside the JVM
/// @param forks how many there were
public record Figure(Job job, double cpuNanos, double cpuNanosLow, double cpuNanosHigh,
        double wallNanos, double garbageBytes, int forks) {

    static Figure of(Job job, List<Sample> forks) {
        List<Double> cpu = sorted(forks, Sample::cpuNanos);
        return new Figure(job, median(cpu), cpu.getFirst(), cpu.getLast(),
                median(sorted(forks, Sample::wallNanos)),
                median(sorted(forks, Sample::garbageBytes)), forks.size());
    }

    private static List<Double> sorted(List<Sample> forks, ToDoubleFunction<Sample> value) {
        return forks.stream().mapToDouble(value).sorted().boxed().toList();
    }

    /// The middle of sorted values.
    static double median(List<Double> sorted) {
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle)
                : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }
}
