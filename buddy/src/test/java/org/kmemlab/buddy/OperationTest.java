package org.kmemlab.buddy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kmemlab.buddy.ModelFailure.Sequence;

class OperationTest {

    /// Fails if a printed sequence is not the one that failed.
    @Test
    void text_ofRandomOperations_readsBackAlike() {
        ModelMachine machine = ModelMachine.named("two-nodes-debian").withSeed(7);
        List<Operation> operations = RandomOperations.first(machine.config(), 100_000);
        Sequence recorded = new Sequence(machine, operations);

        assertThat(operations.stream().map(Operation::kind).distinct())
                .containsExactlyInAnyOrder(Operation.Kind.values());
        assertThat(Sequence.parse(recorded.text())).isEqualTo(recorded);
        assertThat(Operation.parse("alloc cpu=1 node=0 gfp=GFP_KERNEL order=3 pick=9")).hasToString(
                "alloc cpu=1 node=0 gfp=GFP_KERNEL order=3 pick=9");
        assertThat(Operation.parse("drain")).isEqualTo(Operation.of(Operation.Kind.DRAIN));
    }

    /// Fails if shrinking could go in circles: each simpler step must be simpler itself.
    @Test
    void simpler_repeated_ends() {
        Operation operation = Operation.parse("alloc cpu=1 node=0 gfp=GFP_ATOMIC order=10 pick=77");
        int steps = 0;
        while (!operation.simpler().isEmpty()) {
            operation = operation.simpler().getLast();
            steps++;
        }

        assertThat(operation).hasToString("alloc");
        assertThat(steps).isLessThan(100);
    }

    /// Fails if a misspelt sequence is executed as another one.
    @ParameterizedTest
    @ValueSource(strings = {"grow", "alloc size=3", "alloc gfp=GFP_NONSENSE", "alloc order=x"})
    void parse_nonsense_isRefused(String text) {
        assertThatThrownBy(() -> Operation.parse(text))
                .isInstanceOf(IllegalArgumentException.class);
    }

    /// Fails if a sequence for an unknown machine runs on some other.
    @ParameterizedTest
    @ValueSource(strings = {"", "alloc", "machine nowhere seed 1", "machine small"})
    void parse_withoutKnownMachine_isRefused(String text) {
        assertThatThrownBy(() -> Sequence.parse(text))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
