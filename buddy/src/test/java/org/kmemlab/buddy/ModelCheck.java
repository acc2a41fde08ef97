package org.kmemlab.buddy;

import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

import org.kmemlab.machine.Machine;

/// Runs random operations and, if they fail, finds the shortest sequence that does.
final class ModelCheck {

    private static final long SHRINK_STEPS_MOST = 50_000_000;

    private final Function<Machine, PagesUnderTest> allocator;

    /// @param allocator boots the allocator under test on a machine
    ModelCheck(Function<Machine, PagesUnderTest> allocator) {
        this.allocator = allocator;
    }

    /// Executes random operations on the machine of a seed.
    ///
    /// @return what failed, with the shortest sequence; nothing if all was well
    Optional<ModelFailure> run(long seed, int operations) {
        ModelMachine machine = ModelMachine.ofSeed(seed);
        RandomOperations source = new RandomOperations(machine.config());
        return execute(machine, source, operations)
                .map(cause -> shrink(machine, source.count(), cause));
    }

    /// Executes a recorded sequence.
    Optional<Throwable> replay(ModelMachine machine, List<Operation> operations) {
        return execute(machine, operations.iterator(), operations.size());
    }

    private ModelFailure shrink(ModelMachine machine, int count, Throwable cause) {
        List<Operation> failing = RandomOperations.first(machine.config(), count);
        List<Operation> shrunk = new SequenceShrinker<Operation>(
                shorter -> replay(machine, shorter).isPresent(), Operation::simpler,
                SHRINK_STEPS_MOST).shrink(failing);
        return new ModelFailure(machine, count, shrunk, replay(machine, shrunk).orElse(cause));
    }

    private Optional<Throwable> execute(ModelMachine model, Iterator<Operation> operations,
            int most) {
        try (Machine machine = new Machine(model.config())) {
            new ModelRun(model, allocator.apply(machine)).execute(operations, most);
            return Optional.empty();
        } catch (RuntimeException | AssertionError problem) {
            return Optional.of(problem);
        }
    }
}
