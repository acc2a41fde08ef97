package org.kmemlab.slab;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

class FreelistOrderTest {

    private static List<Integer> slab(FreelistOrder order, int objects) {
        List<Integer> indices = new ArrayList<>();
        int index = order.first(objects);
        indices.add(index);
        while (indices.size() < objects) {
            index = order.following(objects, index);
            indices.add(index);
        }
        return indices;
    }

    private static Integer[] all(int objects) {
        return IntStream.range(0, objects).boxed().toArray(Integer[]::new);
    }

    /// If it fails, kernels without randomisation hand out objects in another order.
    @Test
    void ascending_anySlab_countsUp() {
        assertThat(slab(FreelistOrder.ascending(new SplittableRandom(1)), 5))
                .containsExactly(all(5));
    }

    /// If it fails, a random free list loses objects, or is not the cache's permutation entered
    /// somewhere.
    @Test
    void shuffled_eachSlab_isARotationOfOnePermutation() {
        FreelistOrder order = FreelistOrder.shuffled(32, new SplittableRandom(7));
        List<Integer> first = slab(order, 32);
        List<Integer> second = slab(order, 32);

        assertThat(first).containsExactlyInAnyOrder(all(32)).isNotEqualTo(List.of(all(32)));
        assertThat(second).isNotEqualTo(first);
        List<Integer> twice = new ArrayList<>(first);
        twice.addAll(first);
        assertThat(twice).containsSequence(second);
    }

    /// If it fails, a smaller fallback slab gets objects beyond its end.
    @Test
    void shuffled_smallerSlab_skipsWhatItDoesNotHave() {
        FreelistOrder order = FreelistOrder.shuffled(32, new SplittableRandom(7));

        assertThat(slab(order, 9)).containsExactlyInAnyOrder(all(9));
        assertThat(slab(order, 1)).containsExactly(0);
    }
}
