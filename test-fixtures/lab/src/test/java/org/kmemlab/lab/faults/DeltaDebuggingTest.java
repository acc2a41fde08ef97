package org.kmemlab.lab.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DeltaDebuggingTest {

    private static List<Integer> upTo(int count) {
        return IntStream.range(0, count).boxed().toList();
    }

    /// A report would name faults that have nothing to do with the mistake.
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void minimize_scatteredCauses_keepsExactlyThese(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        Set<Integer> causes = new HashSet<>();
        for (int i = 0; i < seed; i++) {
            causes.add(random.nextInt(60));
        }

        List<Integer> minimal = DeltaDebugging.minimize(upTo(60),
                part -> part.containsAll(causes));

        assertThat(minimal).as("seed " + seed).containsExactlyInAnyOrderElementsOf(causes);
    }

    /// The end would be a local minimum although two elements do.
    @Test
    void minimize_localMinimum_isLeftBehind() {
        // Five together fail, four of them do not; 4 and 5 fail, too, but not next to 0.
        List<Integer> minimal = DeltaDebugging.minimize(upTo(6),
                part -> part.containsAll(List.of(0, 1, 2, 3, 4))
                        || (part.containsAll(List.of(4, 5)) && !part.contains(0))
                        || part.equals(List.of(2, 3)));

        assertThat(minimal).hasSize(2);
    }

    /// The result could lack an element it needs, or could do with less.
    @Test
    void minimize_anyProperty_endsWithTheProperty() {
        for (long seed = 1; seed <= 200; seed++) {
            List<Integer> all = upTo(12);
            long mark = seed * 0x9e3779b97f4a7c15L;
            List<List<Integer>> tested = new ArrayList<>();

            List<Integer> minimal = DeltaDebugging.minimize(all, part -> {
                tested.add(List.copyOf(part));
                return has(part, all, mark);
            });

            assertThat(has(minimal, all, mark)).as("seed " + seed).isTrue();
            for (Integer one : minimal) {
                List<Integer> less = new ArrayList<>(minimal);
                less.remove((Object) one);
                assertThat(less.isEmpty() || !has(less, all, mark)).as("seed " + seed).isTrue();
            }
            assertThat(tested).hasSizeLessThan(600);
        }
    }

    /// Some property without any order in it, that everything together has.
    private static boolean has(List<Integer> part, List<Integer> all, long mark) {
        return part.equals(all) || new SplittableRandom(mark ^ part.hashCode()).nextInt(4) == 0;
    }
}
