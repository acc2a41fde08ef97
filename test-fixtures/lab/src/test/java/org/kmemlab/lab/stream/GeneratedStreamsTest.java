package org.kmemlab.lab.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.stream.Stream;

import com.sun.management.ThreadMXBean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// If these failed, policies would be compared on requests that no program could make, or on others
/// in each run.
class GeneratedStreamsTest {

    private static final long EVENTS = 60_000;

    static Stream<StreamSource> all() {
        return GeneratedStreams.all(EVENTS).stream();
    }

    @ParameterizedTest
    @MethodSource("all")
    void stream_anySeed_freesOnlyWhatLives(StreamSource source) throws IOException {
        for (long seed = 1; seed <= 3; seed++) {
            Discipline seen = Discipline.of(source.open(seed));

            assertThat(seen.events()).as("%s, seed %d", source.name(), seed).isEqualTo(EVENTS);
        }
    }

    @ParameterizedTest
    @MethodSource("all")
    void stream_sameSeed_isTheSame(StreamSource source) throws IOException {
        long first = Discipline.of(source.open(7)).hash();

        assertThat(Discipline.of(source.open(7)).hash()).isEqualTo(first);
        assertThat(Discipline.of(source.open(8)).hash()).isNotEqualTo(first);
    }

    @ParameterizedTest
    @MethodSource("all")
    void stream_anySeed_usesSeveralCpusAndTasks(StreamSource source) throws IOException {
        StreamSurvey survey = StreamSurvey.of(source.open(1));

        assertThat(survey.cpus()).isEqualTo(4);
        assertThat(survey.kinds()).isGreaterThan(3);
        assertThat(survey.events()).isEqualTo(EVENTS);
        assertThat(survey.frees()).isPositive();
    }

    @Test
    void exponential_manyRequests_hasTheMeansItNames() throws IOException {
        StreamSurvey survey = StreamSurvey
                .of(GeneratedStreams.named("exponential", 400_000).open(1));

        assertThat(survey.requestedBytes() / (double) survey.allocations())
                .as("mean size; sizes below 8 are 8").isCloseTo(200, within(4.0));
        assertThat(survey.peakBlocks()).as("blocks in use: the mean lifetime")
                .isBetween(9_500L, 10_900L);
        assertThat(survey.crossCpuFrees() / (double) survey.frees())
                .as("a tenth of the frees go to an even choice of 4 CPUs")
                .isCloseTo(0.075, within(0.006));
    }

    @Test
    void zipf_manyRequests_asksTheMostPopularTwiceAsOftenAsTheNext() throws IOException {
        long[] counts = new long[2];
        try (RequestStream stream = GeneratedStreams.named("zipf", 200_000).open(1)) {
            while (stream.next()) {
                if (stream.isAlloc() && stream.bytes() == 192) {
                    counts[0]++;
                } else if (stream.isAlloc() && stream.bytes() == 64) {
                    counts[1]++;
                }
            }
        }

        assertThat(counts[0] / (double) counts[1]).isCloseTo(2, within(0.1));
    }

    @Test
    void networkBurst_manyRequests_freesNearlyAllOnOtherCpus() throws IOException {
        StreamSurvey survey = StreamSurvey.of(GeneratedStreams.named("network-burst", EVENTS)
                .open(1));

        assertThat(survey.crossCpuFrees() / (double) survey.frees()).isGreaterThan(0.8);
    }

    @Test
    void pinOnePerSlab_afterARound_leavesOneObjectOfEachPage() throws IOException {
        int objects = 160 * 64;
        int events = objects + objects - 160;
        Discipline seen = Discipline
                .of(GeneratedStreams.named("pin-one-per-slab", events).open(1));

        assertThat(seen.live()).isEqualTo(160);
    }

    @Test
    void next_warm_makesNoGarbage() throws IOException {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        try (RequestStream stream = GeneratedStreams.named("exponential", 300_000).open(1)) {
            for (int i = 0; i < 150_000; i++) {
                assertThat(stream.next()).isTrue();
            }
            long before = threads.getCurrentThreadAllocatedBytes();
            int blocks = 0;
            while (stream.next()) {
                blocks = Math.max(blocks, stream.block());
            }
            long bytes = threads.getCurrentThreadAllocatedBytes() - before;

            assertThat(blocks).isPositive();
            assertThat(bytes).as("150,000 requests; arrays may grow once more")
                    .isLessThan(400_000);
        }
    }

    @Test
    void named_unknown_namesAll() {
        List<String> names = all().map(StreamSource::name).toList();

        assertThatThrownBy(() -> GeneratedStreams.named("nothing", 1))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("'nothing'")
                .hasMessageContaining(String.join(", ", names));
    }
}
