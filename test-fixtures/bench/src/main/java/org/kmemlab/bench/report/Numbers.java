package org.kmemlab.bench.report;

import java.util.Locale;

/// Figures as people read them.
final class Numbers {

    private static final double FEW = 100;

    private Numbers() {
    }

    /// One decimal more for small numbers; `-` for none.
    static String of(double value) {
        if (Double.isNaN(value)) {
            return "-";
        }
        return String.format(Locale.ROOT, Math.abs(value) < FEW ? "%.2f" : "%.0f", value);
    }

    /// How many times as much; `-` for none.
    static String times(double ratio) {
        return Double.isNaN(ratio) ? "-" : "x" + of(ratio);
    }
}
