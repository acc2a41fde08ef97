package org.kmemlab.mempool.pools.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kmemlab.mempool.pools.embedded.Interleavings.Result;
import org.kmemlab.mempool.pools.embedded.SharedStack.Stack;
import org.kmemlab.mempool.pools.embedded.SharedStack.User;

/// The lock-free stack under every order of the steps of its users. If it failed, a block would go
/// to two users. The naive stack stands beside it to show that the check finds such an order.
class TaggedStackTest {

    private static final Consumer<User> TAKE = User::take;
    private static final Consumer<User> TAKE_TWO_GIVE_ONE = TAKE.andThen(TAKE)
            .andThen(User::giveBack);
    private static final Consumer<User> TAKE_AND_GIVE = TAKE.andThen(User::giveBack);

    private static Stack tagged(StackWords words) {
        TaggedStack stack = new TaggedStack(words, 3);
        return new Stack() {
            @Override
            public int pop() {
                return stack.pop();
            }

            @Override
            public void push(int index) {
                stack.push(index);
            }
        };
    }

    @SafeVarargs
    private static Function<Interleavings, Interleavings.Case> shared(int blocks,
            Function<StackWords, Stack> made, Consumer<User>... programs) {
        return steps -> new SharedStack(steps, blocks, made, programs);
    }

    /// The order that breaks the naive stack: one pop has read head and link when another user
    /// takes two blocks and gives the first one back.
    @Test
    void naiveStack_everyOrder_hasAnAbaSchedule() {
        var cases = shared(3, NaiveStack::new, TAKE, TAKE_TWO_GIVE_ONE);

        Result result = Interleavings.explore(cases);

        assertThat(result.finding()).contains("is on the stack and in use");
        Result again = Interleavings.replay(cases, result.schedule());
        assertThat(result.finding()).startsWith(String.valueOf(again.finding()));
        // Two steps of the first user, nine of the second, and the first goes on as if nothing was.
        assertThat(result.schedule()).startsWith(0, 0).endsWith(0)
                .isEqualTo(List.of(0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0));
    }

    /// The same programs on the stack with a tag: all 220 orders, and the retries they lead to.
    @Test
    void taggedStack_everyOrderOfTheAbaPrograms_isRight() {
        Result result = Interleavings
                .explore(shared(3, TaggedStackTest::tagged, TAKE, TAKE_TWO_GIVE_ONE));

        assertThat(result.finding()).isNull();
        assertThat(result.runs()).isGreaterThan(220);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void taggedStack_everyOrderOfTakeAndGive_isRight(int blocks) {
        Result result = Interleavings
                .explore(shared(blocks, TaggedStackTest::tagged, TAKE_AND_GIVE, TAKE_AND_GIVE));

        assertThat(result.finding()).isNull();
        assertThat(result.runs()).isGreaterThan(1);
    }
}
