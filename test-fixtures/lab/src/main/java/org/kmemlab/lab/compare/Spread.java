package org.kmemlab.lab.compare;

import java.util.Arrays;

import org.apache.commons.statistics.distribution.TDistribution;

/// One figure of several runs that differ in their seeds.
///
/// @param mean their mean
/// @param interval95 half the width of the 95 % confidence interval of the mean, by Student's t; NaN
///        for a single run
/// @param min the smallest
/// @param max the largest
public record Spread(double mean, double interval95, double min, double max) {

    private static final double UPPER_TAIL = 0.975;

    /// The spread of values, of which there must be one at least.
    public static Spread of(double[] values) {
        int n = values.length;
        double mean = Arrays.stream(values).average().orElseThrow();
        double squares = Arrays.stream(values).map(value -> (value - mean) * (value - mean)).sum();
        double interval = n == 1 ? Double.NaN
                : TDistribution.of(n - 1).inverseCumulativeProbability(UPPER_TAIL)
                        * Math.sqrt(squares / (n - 1) / n);
        return new Spread(mean, interval, Arrays.stream(values).min().orElseThrow(),
                Arrays.stream(values).max().orElseThrow());
    }
}
