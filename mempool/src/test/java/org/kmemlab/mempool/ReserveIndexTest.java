package org.kmemlab.mempool;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

import org.junit.jupiter.api.Test;

class ReserveIndexTest {

    /// An element that lies in a reserve would not be found, so it could be freed a second time; or
    /// one that has left it could not be given back.
    @Test
    void randomOperations_equalAList() {
        SplittableRandom random = new SplittableRandom(11);
        ReserveIndex index = new ReserveIndex();
        List<Long> expected = new ArrayList<>();
        int room = 0;
        for (int i = 0; i < 50_000; i++) {
            if (random.nextInt(500) == 0) {
                room = Math.max(room, random.nextInt(1, 40));
                index.ensureRoom(room);
            }
            // Few different values, spaced as objects of a slab are, so that chains form.
            long element = 0xffff_8880_0000_0000L + 64L * random.nextInt(60);
            if (expected.size() < room && random.nextInt(2) == 0) {
                index.add(element);
                expected.add(element);
            } else if (!expected.isEmpty() && random.nextInt(3) == 0) {
                index.remove(expected.remove(random.nextInt(expected.size())));
            }

            assertThat(index.contains(element)).as("seed 11, operation %d", i)
                    .isEqualTo(expected.contains(element));
        }
    }
}
