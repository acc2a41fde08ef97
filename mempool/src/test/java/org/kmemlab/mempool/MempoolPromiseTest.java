package org.kmemlab.mempool;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Method;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kmemlab.mempool.PoolModel.Limits;

/// The promise of a pool, in every state that small pools can reach: a request that may not sleep gets
/// an element whenever fewer than `min_nr` are out, and never waits; one that may sleep always gets one
/// in the end; no element is lost or in two places.
class MempoolPromiseTest {

    /// Some order of steps would break the promise.
    @ParameterizedTest(name = "{0} tasks that hold {1}, min_nr {2}, resized up to {3}")
    @CsvSource({"1, 1, 1, 0", "1, 3, 3, 0", "2, 1, 1, 0", "2, 1, 4, 0", "2, 2, 3, 0", "2, 2, 4, 0",
        "3, 1, 1, 0", "3, 1, 2, 0", "3, 1, 3, 0", "3, 1, 4, 0", "3, 2, 4, 0", "2, 1, 2, 4",
        "3, 1, 2, 4"})
    void explore_everyOrderOfSteps_keepsThePromise(int tasks, int heldEach, int minNr,
            int minNrMax) {
        PoolExplorer.Result result =
                PoolExplorer.explore(new Limits(tasks, heldEach, minNr, minNrMax));

        System.out.printf("%d tasks that hold %d, min_nr %d, resized up to %d: "
                + "%d states, %d transitions%n", tasks, heldEach, minNr, minNrMax, result.states(),
                result.transitions());
        assertThat(result.finding()).isNull();
        assertThat(result.states()).isGreaterThanOrEqualTo(7);
    }

    /// The bound of `users * (held - 1) + 1` elements would be wrong, or the explorer blind.
    @ParameterizedTest(name = "{0} tasks that hold {1}, min_nr {2}")
    @CsvSource({"1, 2, 1", "2, 2, 2", "3, 2, 3", "2, 3, 4"})
    void explore_reserveBelowTheBound_findsTheDeadlock(int tasks, int heldEach, int minNr) {
        PoolExplorer.Result result = PoolExplorer.explore(new Limits(tasks, heldEach, minNr, 0));

        assertThat(result.finding()).startsWith("nobody can go on");
    }

    /// A defect of the pool would go unnoticed.
    @ParameterizedTest(name = "{0}.{1} without {2}")
    @CsvSource(delimiter = ';', value = {
        "GuardedReserve; putBack; wakeAll; nobody can go on",
        "GuardedReserve; putBack; push; elements of the source",
        "Mempool; resize; free; elements of the source",
        "Mempool; free; putBack; got nothing, though only",
        "Mempool; free; free; elements of the source",
        "MempoolRequest; takeReserve; add; nobody can go on",
        "MempoolRequest; takeReserve; mayBlock; a request that may sleep got nothing",
        "Reserve; pop; remove; freed before"})
    void explore_mutant_isFound(String className, String method, String leftOut, String finding)
            throws ReflectiveOperationException {
        MutantLoader mutant = new MutantLoader(className, method, leftOut);
        Method explore = Class.forName(PoolExplorer.class.getName(), true, mutant)
                .getDeclaredMethod("findingOf", int.class, int.class, int.class, int.class);
        explore.setAccessible(true);

        String withoutResize = (String) explore.invoke(null, 2, 1, 1, 0);
        String found = withoutResize.isEmpty() ? (String) explore.invoke(null, 2, 1, 1, 3)
                : withoutResize;

        assertThat(mutant.removed()).isPositive();
        assertThat(found).contains(finding).contains("; after [");
    }
}
