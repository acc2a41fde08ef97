package org.kmemlab.bench.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;

/// If these failed, policies could not be timed, or one that fails would get a time all the same.
class StreamBenchTest {

    private static final Effort LEAST = new Effort(1, 0, 1, 10);

    @Test
    void measure_workload_timesTheLoopAndEachPolicy() throws IOException {
        List<String> heard = new ArrayList<>();

        List<StreamFigure> figures = new StreamBench(LEAST).measure(List.of("zipf"),
                List.of("slub-6.1"), (done, total, workload, policy) -> heard
                        .add(done + "/" + total + " " + workload + " " + policy));

        assertThat(heard).containsExactly("0/2 zipf harness", "1/2 zipf slub-6.1");
        assertThat(figures).extracting(StreamFigure::policy).containsExactly("harness",
                "slub-6.1");
        assertThat(figures.getFirst().cpuNanos()).isPositive()
                .isLessThan(figures.getLast().cpuNanos());
    }

    @Test
    void measure_policyThatFailsRequests_isAFailure() {
        assertThatThrownBy(() -> new StreamBench(LEAST).measure(List.of("fork-storm"),
                List.of("ace-cached"), (done, total, workload, policy) -> {
                })).isInstanceOf(IOException.class)
                .hasMessageContaining("fork-storm, ace-cached: ").hasMessageContaining("failed ");
    }
}
