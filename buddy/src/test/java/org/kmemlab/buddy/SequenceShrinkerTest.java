package org.kmemlab.buddy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.function.Predicate;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

class SequenceShrinkerTest {

    private static final List<Integer> THOUSAND = IntStream.range(0, 1000).boxed().toList();

    private static SequenceShrinker<Integer> shrinker(Predicate<List<Integer>> fails, long steps) {
        return new SequenceShrinker<>(fails,
                number -> number > 0 ? List.of(0, number / 2, number - 1) : List.of(), steps);
    }

    /// Fails if steps that matter get lost or steps that do not are kept.
    @Test
    void shrink_twoStepsMatter_leavesOutAllOthers() {
        List<Integer> shrunk = shrinker(list -> list.contains(17) && list.contains(803), 1_000_000)
                .shrink(THOUSAND);

        assertThat(shrunk).containsExactly(17, 803);
    }

    /// Fails if a step is not replaced by a simpler one that does.
    @Test
    void shrink_simplerStepFailsToo_isTaken() {
        List<Integer> shrunk = shrinker(
                list -> list.stream().anyMatch(number -> number >= 100), 1_000_000)
                .shrink(THOUSAND);

        assertThat(shrunk).containsExactly(100);
    }

    /// Fails if a failure that needs no step at all is blamed on some.
    @Test
    void shrink_everythingFails_leavesNothing() {
        assertThat(shrinker(list -> true, 1_000_000).shrink(THOUSAND)).isEmpty();
    }

    /// Fails if shrinking never ends, or ends with a sequence that does not fail.
    @Test
    void shrink_atTheLimit_givesWhatFailsStill() {
        Predicate<List<Integer>> fails = list -> list.contains(17) && list.contains(803);
        int[] executed = new int[1];

        List<Integer> shrunk = shrinker(list -> {
            executed[0] += list.size() + 1;
            return fails.test(list);
        }, 5_000).shrink(THOUSAND);

        assertThat(fails.test(shrunk)).isTrue();
        assertThat(shrunk).hasSizeLessThan(THOUSAND.size());
        assertThat(executed[0]).isLessThanOrEqualTo(5_000);
    }
}
