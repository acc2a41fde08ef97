package org.kmemlab.bench.suite;

/// What one fork measured: medians over its iterations.
///
/// @param cpuNanos CPU time of the working threads for one object, block or event, without waiting
///        for each other
/// @param wallNanos time that passed for it, per thread
/// @param garbageBytes bytes that it took from the heap; NaN outside the JVM
record Sample(double cpuNanos, double wallNanos, double garbageBytes) {}
