package org.kmemlab.bench.suite;

/// What a request of a made-up workload costs with a policy: medians over forks.
///
/// @param policy name of the policy
/// @param workload name of the workload
/// @param cpuNanos CPU time for one request
/// @param cpuNanosLow the same in the fastest fork
/// @param cpuNanosHigh the same in the slowest fork
/// @param garbageBytes bytes that it took from the heap
public record StreamFigure(String policy, String workload, double cpuNanos, double cpuNanosLow,
        double cpuNanosHigh, double garbageBytes) {}
