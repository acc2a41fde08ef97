package org.kmemlab.buddy;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;

/// Makes a failing sequence as short and simple as it gets (delta debugging).
///
/// Leaves out runs of steps, half of the sequence first, then shorter and shorter ones down to
/// single steps, keeping whatever still fails; then replaces single steps by simpler ones.
///
/// @see <a href="https://www.st.cs.uni-saarland.de/papers/tse2002/">Zeller and Hildebrandt,
///      Simplifying and Isolating Failure-Inducing Input</a>
final class SequenceShrinker<T> {

    private final Predicate<List<T>> fails;
    private final Function<T, List<T>> simpler;
    private long stepsLeft;

    /// @param fails whether a sequence fails; must give the same answer each time
    /// @param simpler what could stand in place of a step, the simplest first
    /// @param stepsMost steps to execute at most: what is the shortest by then is the answer
    SequenceShrinker(Predicate<List<T>> fails, Function<T, List<T>> simpler, long stepsMost) {
        this.fails = fails;
        this.simpler = simpler;
        this.stepsLeft = stepsMost;
    }

    /// The shortest failing sequence found.
    ///
    /// @param failing one that fails
    List<T> shrink(List<T> failing) {
        List<T> before;
        List<T> after = failing;
        do {
            before = after;
            after = simplify(leaveOut(before));
        } while (after.size() < before.size());
        return after;
    }

    private List<T> leaveOut(List<T> failing) {
        List<T> sequence = failing;
        int length = Math.max(1, sequence.size() / 2);
        while (length > 0) {
            List<T> shorter = leaveOutRuns(sequence, length);
            boolean again = length == 1 && shorter.size() < sequence.size();
            sequence = shorter;
            length = again ? 1 : Math.min(length / 2, Math.max(1, sequence.size() / 2));
        }
        return sequence;
    }

    /// Leaves out runs of one length, last ones first: later steps depend on earlier ones.
    private List<T> leaveOutRuns(List<T> failing, int length) {
        List<T> sequence = failing;
        for (int end = sequence.size(); end > 0; end -= length) {
            int start = Math.max(0, end - length);
            List<T> shorter = new ArrayList<>(sequence.subList(0, start));
            shorter.addAll(sequence.subList(end, sequence.size()));
            if (stillFails(shorter)) {
                sequence = shorter;
            }
        }
        return sequence;
    }

    private List<T> simplify(List<T> failing) {
        List<T> sequence = new ArrayList<>(failing);
        for (int i = 0; i < sequence.size(); i++) {
            boolean changed = true;
            while (changed) {
                changed = simplify(sequence, i);
            }
        }
        return sequence;
    }

    /// Puts the first simpler step that still fails in place of one.
    private boolean simplify(List<T> sequence, int index) {
        T step = sequence.get(index);
        for (T other : simpler.apply(step)) {
            sequence.set(index, other);
            if (stillFails(sequence)) {
                return true;
            }
        }
        sequence.set(index, step);
        return false;
    }

    private boolean stillFails(List<T> sequence) {
        stepsLeft -= sequence.size() + 1;
        return stepsLeft >= 0 && fails.test(sequence);
    }
}
