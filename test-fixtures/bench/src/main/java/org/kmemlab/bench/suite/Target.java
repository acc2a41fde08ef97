package org.kmemlab.bench.suite;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;

/// Something that a release must show.
///
/// @param figure what is shown
/// @param kind how to read the value
/// @param must the value that is demanded
/// @param aim the value that is aimed for; NaN if there is none
/// @param jobs what has to be measured for it
/// @param value computes it from a report; nothing if something was not measured
public record Target(String figure, Kind kind, double must, double aim, List<Job> jobs,
        Function<BenchReport, Optional<Value>> value) {

    /// How a value is read.
    public enum Kind {
        /// How many times faster ours is; more is better.
        TIMES_FASTER("x faster", true),
        /// How many times as long ours takes; less is better.
        TIMES_AS_LONG("x its time", false),
        /// Nanoseconds; less is better.
        NANOS("ns", false),
        /// Millions of events a second; more is better.
        MILLIONS_A_SECOND("M/s", true),
        /// Bytes of garbage; less is better.
        BYTES("B", false);

        private final String unit;
        private final boolean moreIsBetter;

        Kind(String unit, boolean moreIsBetter) {
            this.unit = unit;
            this.moreIsBetter = moreIsBetter;
        }

        /// The unit, for people.
        public String unit() {
            return unit;
        }

        /// Whether more is better.
        public boolean moreIsBetter() {
            return moreIsBetter;
        }

        boolean isMet(double value, double limit) {
            return moreIsBetter ? value >= limit : value <= limit;
        }
    }

    /// A value and what it was computed from.
    ///
    /// @param value in the unit of the target
    /// @param ours our figure, in nanoseconds where the target has no other unit
    /// @param other the other's figure, or the harness of a net one; NaN if there is none
    public record Value(double value, double ours, double other) {}

    /// How it ended.
    public enum Verdict {
        /// As good as was aimed for.
        AIM("aim met"),
        /// As good as was demanded.
        MUST("met"),
        /// Not as good as was demanded.
        MISSED("MISSED"),
        /// Something was not measured.
        NOT_MEASURED("not measured");

        private final String label;

        Verdict(String label) {
            this.label = label;
        }

        /// Its name for people.
        public String label() {
            return label;
        }
    }

    Targets.Row judge(BenchReport report) {
        @Nullable Value got = value.apply(report).orElse(null);
        return got == null
                ? new Targets.Row(figure, kind, Double.NaN, Double.NaN, Double.NaN, must, aim,
                        Verdict.NOT_MEASURED)
                : new Targets.Row(figure, kind, got.ours(), got.other(), got.value(), must, aim,
                        verdict(got.value()));
    }

    private Verdict verdict(double got) {
        if (!kind.isMet(got, must)) {
            return Verdict.MISSED;
        }
        return kind.isMet(got, aim) ? Verdict.AIM : Verdict.MUST;
    }
}
