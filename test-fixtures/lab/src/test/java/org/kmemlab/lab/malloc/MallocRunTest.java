package org.kmemlab.lab.malloc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.kmemlab.lab.metric.Measure;
import org.kmemlab.lab.metric.MeasuredRun;
import org.kmemlab.lab.metric.RunResult;
import org.kmemlab.lab.metric.SummaryMeasure;
import org.kmemlab.lab.policy.KernelPolicies;
import org.kmemlab.lab.stream.GeneratedStreams;
import org.kmemlab.lab.stream.StreamSource;

/// If this failed, real allocators would be compared on other requests than ours, or with figures that
/// are not theirs. Skipped for those that are not installed.
class MallocRunTest {

    private static final int EVENTS = 20_000;
    private static final int SAMPLES = 20;

    @ParameterizedTest
    @EnumSource
    void run_madeUpWorkload_isServedAsByTheKernel(MallocFamily family) throws IOException {
        assumeTrue(family.unavailable().isEmpty(), () -> family.unavailable().orElse(""));
        StreamSource source = GeneratedStreams.named("phases", EVENTS);

        RunResult run = MallocRun.run(family, source.open(3), EVENTS, 4, SAMPLES);

        RunResult kernel = MeasuredRun.run(KernelPolicies.all().getFirst(),
                MeasuredRun.machine(64, 4, 3), source.open(3), EVENTS, SAMPLES, served -> {
                });
        assertThat(run.problem()).isNull();
        assertThat(run.series().events()).isEqualTo(kernel.series().events());
        for (Measure same : new Measure[] {Measure.BLOCKS, Measure.REQUESTED_BYTES,
            Measure.CROSS_CPU_FREES, Measure.FAILED_REQUESTS}) {
            assertThat(run.series().values(same)).as("%s", same)
                    .isEqualTo(kernel.series().values(same));
        }
        double requested = run.summary().get(SummaryMeasure.PEAK_REQUESTED_BYTES);
        assertThat(run.summary().get(SummaryMeasure.MEAN_INTERNAL_WASTE_PERCENT))
                .isBetween(0.1, 60.0);
        assertThat(run.summary().get(SummaryMeasure.PEAK_PAGE_BYTES))
                .isGreaterThan(0.7 * requested);
        assertThat(run.summary().get(SummaryMeasure.PEAK_RESIDENT_BYTES))
                .isGreaterThan(0.3 * requested);
        assertThat(run.series().lacks(Measure.STEPS)).isTrue();
        assertThat(run.series().hasOrders()).isFalse();
    }
}
