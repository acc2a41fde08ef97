package org.kmemlab.mempool.pools.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;

import org.junit.jupiter.api.Test;
import org.kmemlab.mempool.pools.embedded.SizeAdvisor.BlockSize;

/// The advice for block sizes. If it failed, pools built by it would waste memory that a better
/// choice saves, or would not serve every request.
class SizeAdvisorTest {

    @Test
    void advise_threeClustersOfSizes_findsThem() {
        Map<Integer, Long> histogram = Map.of(20, 50L, 32, 200L, 100, 40L, 128, 90L, 1000, 3L, 1024,
                10L);

        assertThat(SizeAdvisor.advise(histogram, 3, 8)).containsExactly(
                new BlockSize(32, 250, 50 * 12), new BlockSize(128, 130, 40 * 28),
                new BlockSize(1024, 13, 3 * 24));
    }

    @Test
    void advise_moreSizesAllowedThanUseful_usesFewest() {
        assertThat(SizeAdvisor.advise(Map.of(5, 1L, 8, 1L, 7, 4L), 9, 8))
                .containsExactly(new BlockSize(8, 6, 3 + 4));
    }

    @Test
    void advise_nothingRequested_isNothing() {
        assertThat(SizeAdvisor.advise(Map.of(), 3, 8)).isEmpty();
        assertThat(SizeAdvisor.advise(Map.of(64, 0L), 3, 8)).isEmpty();
    }

    /// Against every choice of block sizes there is.
    @Test
    void advise_randomHistograms_noChoiceWastesLess() {
        for (long seed = 0; seed < 200; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            TreeMap<Integer, Long> histogram = new TreeMap<>();
            int distinct = random.nextInt(1, 9);
            for (int i = 0; i < distinct; i++) {
                histogram.put(random.nextInt(1, 300), random.nextLong(0, 20));
            }
            histogram.put(300, 1L);
            int sizesMax = random.nextInt(1, 5);

            List<BlockSize> advice = SizeAdvisor.advise(histogram, sizesMax, 4);

            String replay = "seed " + seed + ": at most " + sizesMax + " for " + histogram;
            assertThat(advice).as(replay).hasSizeLessThanOrEqualTo(sizesMax)
                    .isEqualTo(SizeAdvisor.advise(new TreeMap<>(histogram.descendingMap()),
                            sizesMax, 4));
            assertThat(advice.stream().mapToLong(BlockSize::wastedBytes).sum()).as(replay)
                    .isEqualTo(leastWaste(histogram, sizesMax));
            assertThat(advice.stream().mapToLong(BlockSize::requests).sum()).as(replay)
                    .isEqualTo(histogram.values().stream().mapToLong(Long::longValue).sum());
        }
    }

    private static long leastWaste(SortedMap<Integer, Long> histogram, int sizesMax) {
        List<Integer> sizes = histogram.keySet().stream().map(size -> (size + 3) & -4).distinct()
                .toList();
        long least = Long.MAX_VALUE;
        for (int chosen = 1; chosen < 1 << sizes.size(); chosen++) {
            boolean holdsLargest = (chosen >> (sizes.size() - 1)) != 0;
            if (holdsLargest && Integer.bitCount(chosen) <= sizesMax) {
                least = Math.min(least, waste(histogram, sizes, chosen));
            }
        }
        return least;
    }

    private static long waste(SortedMap<Integer, Long> histogram, List<Integer> sizes, int chosen) {
        long waste = 0;
        for (Map.Entry<Integer, Long> request : histogram.entrySet()) {
            for (int i = 0; i < sizes.size(); i++) {
                if ((chosen >> i & 1) != 0 && sizes.get(i) >= request.getKey()) {
                    waste += request.getValue() * (sizes.get(i) - request.getKey());
                    break;
                }
            }
        }
        return waste;
    }

    @Test
    void advise_badInput_isRefusedWithValueAndLimit() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SizeAdvisor.advise(Map.of(8, 1L), 0, 8))
                .withMessageContaining("at most 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SizeAdvisor.advise(Map.of(8, 1L), 1, 12))
                .withMessageContaining("alignment 12");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SizeAdvisor.advise(Map.of(0, 1L), 1, 8))
                .withMessageContaining("size 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SizeAdvisor.advise(Map.of(8, -1L), 1, 8))
                .withMessageContaining("-1 times");
        assertThatThrownBy(() -> SizeAdvisor.advise(Map.of(1 << 20, Long.MAX_VALUE), 1, 8))
                .isInstanceOf(ArithmeticException.class);
    }
}
