package org.kmemlab.lab.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.SplittableRandom;

import org.junit.jupiter.api.Test;

/// If this failed, blocks of made-up workloads would live longer or shorter than drawn.
class ExpiriesTest {

    private record Due(long time, int block) {}

    @Test
    void poll_anyOrderOfAdding_givesTheEarliest() {
        for (long seed = 1; seed <= 50; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            Expiries expiries = new Expiries();
            PriorityQueue<Due> model = new PriorityQueue<>(
                    Comparator.comparingLong(Due::time).thenComparingInt(Due::block));
            for (int i = 0; i < 2_000; i++) {
                if (model.isEmpty() || random.nextInt(5) < 3) {
                    Due due = new Due(random.nextLong(100), i);
                    expiries.add(due.time, due.block);
                    model.add(due);
                } else {
                    Due due = model.remove();
                    assertThat(expiries.nextTime()).as("seed %d, step %d", seed, i)
                            .isEqualTo(due.time);
                    assertThat(expiries.poll()).as("seed %d, step %d", seed, i)
                            .isEqualTo(due.block);
                }
                assertThat(expiries.size()).isEqualTo(model.size());
            }
        }
    }

    @Test
    void nextTime_empty_isNever() {
        assertThat(new Expiries().nextTime()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void add_blockBeyondThePackedBits_isRefused() {
        assertThatThrownBy(() -> new Expiries().add(1, 1 << 24))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("16777216");
    }
}
