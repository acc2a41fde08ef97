package org.kmemlab.machine;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.jetbrains.lincheck.LincheckAssertionError;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.StressOptions;

/// Asks Lincheck whether the operations of a class, called by several threads, give results that they
/// could give one after the other.
///
/// Twice: with every order of steps that fits a bound (model checking), and on real threads (stress).
/// Lincheck draws its scenarios from a fixed seed, so a run tries the same ones again; a failure prints
/// the scenario, and from model checking also the interleaving.
///
/// @see <a href="https://doi.org/10.1007/978-3-031-37706-8_8">Koval, Fedorov, Sokolova, Tsitelov and
///      Alistarh, Lincheck: A Practical Framework for Testing Concurrent Data Structures on JVM
///      (2023)</a>
public final class Linearizability {

    /// Four scenarios of 100 interleavings are enough to catch the canaries.
    private static final int SCENARIOS = 6;
    private static final int INTERLEAVINGS = 120;
    private static final int STRESS_RUNS = 200;

    private Linearizability() {
    }

    /// Fails if some results of `operations` fit no order.
    public static void assertHolds(Class<?> operations) {
        modelChecking().check(operations);
        assertHoldsUnderStress(operations);
    }

    /// [#assertHolds] on real threads alone, for what is too large to be checked step by step.
    public static void assertHoldsUnderStress(Class<?> operations) {
        stress().check(operations);
    }

    /// Fails unless model checking finds results of `operations` that fit no order.
    public static void assertIsViolated(Class<?> operations) {
        assertThatThrownBy(() -> modelChecking().check(operations))
                .isInstanceOf(LincheckAssertionError.class);
    }

    private static ModelCheckingOptions modelChecking() {
        return new ModelCheckingOptions().iterations(SCENARIOS).threads(2).actorsPerThread(2)
                .actorsBefore(1).actorsAfter(1).invocationsPerIteration(INTERLEAVINGS);
    }

    private static StressOptions stress() {
        return new StressOptions().iterations(SCENARIOS).threads(3).actorsPerThread(2)
                .actorsBefore(1).actorsAfter(1).invocationsPerIteration(STRESS_RUNS);
    }
}
