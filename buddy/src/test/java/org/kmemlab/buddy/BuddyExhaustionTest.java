package org.kmemlab.buddy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

/// Proof by exhaustion that the buddy algorithm is right for 16 pages: every allocation and every
/// free in each of the 458,330 states, list order put aside.
class BuddyExhaustionTest {

    private static final int STATES = 458_330;
    private static final int TRANSITIONS = 5_883_813;
    private static final int ORDERS = 5;

    /// Fails if the list of states misses some or has one twice.
    @Test
    void layouts_areAllDifferentAndAsManyAsTheRecursionSays() {
        long[] layouts = BuddyLayouts.all();

        assertThat(count(4)).isEqualTo(STATES);
        assertThat(layouts).hasSize(STATES);
        Arrays.sort(layouts);
        assertThat(IntStream.range(1, STATES).filter(i -> layouts[i] == layouts[i - 1])).isEmpty();
    }

    private static long count(int order) {
        return order == 0 ? 2 : 1 + count(order - 1) * count(order - 1);
    }

    /// Fails if one split, merge or list position is wrong in any state.
    @Test
    void everyTransitionOfEveryState_agreesWithTheReference() {
        try (LoadedBuddy tested = new LoadedBuddy()) {
            ExhaustiveCheck check = new ExhaustiveCheck(tested);

            check.run();

            assertThat(check.states()).isEqualTo(STATES);
            assertThat(check.allocations()).isEqualTo((long) STATES * ORDERS);
            assertThat(check.allocations() + check.frees()).isEqualTo(TRANSITIONS);
        }
    }

    /// Fails if pages that were in use when a state was recorded cannot be given back as blocks.
    @Test
    void everyFreeOfARecordedState_agreesWithTheReference() {
        try (LoadedBuddy tested = new LoadedBuddy(false)) {
            ExhaustiveCheck check = new ExhaustiveCheck(tested);

            check.run();

            assertThat(check.frees()).isEqualTo(TRANSITIONS - (long) STATES * ORDERS);
        }
    }
}
