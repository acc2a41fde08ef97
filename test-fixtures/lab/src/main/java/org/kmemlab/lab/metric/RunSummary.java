package org.kmemlab.lab.metric;

import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/// A run in a few figures.
///
/// @param values those that the run has
public record RunSummary(Map<SummaryMeasure, Double> values) {

    private static final double PERMILLE_OF_PERCENT = 10;
    private static final double PERCENT = 100;
    private static final int HUGE_ORDER = 9;

    /// Copies the map.
    public RunSummary {
        Map<SummaryMeasure, Double> copy = new EnumMap<>(SummaryMeasure.class);
        copy.putAll(values);
        values = Collections.unmodifiableMap(copy);
    }

    /// A figure; NaN if the run does not have it.
    public double get(SummaryMeasure measure) {
        return values.getOrDefault(measure, Double.NaN);
    }

    /// Sums a series up.
    ///
    /// @param peakRequestedBytes the exact peak, which may lie between samples
    static RunSummary of(Series series, long peakRequestedBytes) {
        Builder builder = new Builder(series);
        builder.put(SummaryMeasure.PEAK_REQUESTED_BYTES, (double) peakRequestedBytes);
        builder.most(SummaryMeasure.PEAK_PAGE_BYTES, Measure.PAGE_BYTES);
        builder.pagesPerRequested();
        builder.waste(SummaryMeasure.MEAN_INTERNAL_WASTE_PERCENT, Measure.USABLE_BYTES);
        builder.waste(SummaryMeasure.MEAN_PAGE_WASTE_PERCENT, Measure.PAGE_BYTES);
        builder.most(SummaryMeasure.PEAK_METADATA_BYTES, Measure.METADATA_BYTES);
        builder.most(SummaryMeasure.FAILED_REQUESTS, Measure.FAILED_REQUESTS);
        builder.most(SummaryMeasure.CROSS_CPU_FREES, Measure.CROSS_CPU_FREES);
        builder.most(SummaryMeasure.PEAK_PARTIAL_SLABS, Measure.PARTIAL_SLABS);
        builder.most(SummaryMeasure.STEALS, Measure.STEALS);
        builder.most(SummaryMeasure.PEAK_MIXED_PAGEBLOCKS, Measure.MIXED_PAGEBLOCKS);
        builder.most(SummaryMeasure.PEAK_RESIDENT_BYTES, Measure.RESIDENT_BYTES);
        builder.pieces();
        builder.stepsPerRequest();
        return new RunSummary(builder.values);
    }

    /// The same with figures from the end of the run.
    RunSummary with(SummaryMeasure measure, double value) {
        Map<SummaryMeasure, Double> more = new EnumMap<>(SummaryMeasure.class);
        more.putAll(values);
        more.put(measure, value);
        return new RunSummary(more);
    }

    private record Builder(Series series, Map<SummaryMeasure, Double> values) {

        Builder(Series series) {
            this(series, new EnumMap<>(SummaryMeasure.class));
        }

        void put(SummaryMeasure measure, double value) {
            values.put(measure, value);
        }

        private void putIfPresent(SummaryMeasure measure, OptionalDouble value) {
            if (value.isPresent()) {
                put(measure, value.getAsDouble());
            }
        }

        void most(SummaryMeasure to, Measure from) {
            putIfPresent(to, present(from).asDoubleStream().max());
        }

        private LongStream present(Measure measure) {
            return Arrays.stream(series.values(measure)).filter(value -> value != Measure.ABSENT);
        }

        /// The mean share of what is not requested; rows without anything held do not count.
        void waste(SummaryMeasure to, Measure held) {
            long[] requested = series.values(Measure.REQUESTED_BYTES);
            long[] all = series.values(held);
            putIfPresent(to, IntStream.range(0, series.rows()).filter(row -> all[row] > 0)
                    .mapToDouble(row -> PERCENT * (all[row] - requested[row]) / all[row])
                    .average());
        }

        /// Both peaks are of the samples, so that neither is seen more sharply.
        void pagesPerRequested() {
            OptionalDouble pages = present(Measure.PAGE_BYTES).asDoubleStream().max();
            OptionalDouble requested = present(Measure.REQUESTED_BYTES).asDoubleStream().max();
            if (pages.isPresent() && requested.orElse(0) > 0) {
                put(SummaryMeasure.PEAK_PAGES_PER_REQUESTED,
                        pages.getAsDouble() / requested.getAsDouble());
            }
        }

        void pieces() {
            if (!series.hasOrders()) {
                return;
            }
            putIfPresent(SummaryMeasure.MEAN_UNUSABLE9_PERCENT,
                    Arrays.stream(series.unusablePermille(HUGE_ORDER))
                            .mapToDouble(permille -> permille / PERMILLE_OF_PERCENT).average());
            putIfPresent(SummaryMeasure.MEAN_ORDER9_PERCENT, present(Measure.ORDER9_PERMILLE)
                    .mapToDouble(permille -> permille / PERMILLE_OF_PERCENT).average());
            putIfPresent(SummaryMeasure.LEAST_LARGEST_ORDER,
                    present(Measure.LARGEST_FREE_ORDER).asDoubleStream().min());
        }

        void stepsPerRequest() {
            long requests = series.rows() == 0 ? 0 : series.events()[series.rows() - 1];
            OptionalDouble steps = present(Measure.STEPS).asDoubleStream().max();
            if (requests > 0 && steps.isPresent()) {
                put(SummaryMeasure.STEPS_PER_REQUEST, steps.getAsDouble() / requests);
            }
        }
    }
}
