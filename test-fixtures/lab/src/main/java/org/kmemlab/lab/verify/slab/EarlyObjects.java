package org.kmemlab.lab.verify.slab;

import java.util.HashSet;
import java.util.Set;
import java.util.TreeMap;

/// Objects that a task had taken before an interrupt came, though their lines stand after those of
/// the interrupt: a line is printed when the allocation is complete.
///
/// That an object was taken early shows only when another one is expected in its place. So the
/// check learns of it, starts again, and believes it only if the object is the recorded one then.
final class EarlyObjects {

    private static final int RESTARTS_MOST = 100;

    /// By the first line of the interrupt: the event of the object that was taken before it.
    private final TreeMap<Long, Integer> eventBefore = new TreeMap<>();
    private final Set<Integer> refuted = new HashSet<>();
    private TreeMap<Long, Integer> ahead = new TreeMap<>();
    private boolean learned;
    private int restarts;

    /// Whether an object is to be taken before a line is executed.
    boolean isDue(long line) {
        return !ahead.isEmpty() && ahead.firstKey() <= line;
    }

    /// The index of the event of that object.
    int nextDue() {
        return ahead.pollFirstEntry().getValue();
    }

    /// Learns from an event whose object is not the recorded one.
    ///
    /// @param index of the event
    /// @param interrupt the first line of the interrupt before it, 0 if there was none
    void learn(int index, long interrupt, boolean inInterrupt) {
        if (learned || interrupt == 0 || inInterrupt || restarts >= RESTARTS_MOST
                || refuted.contains(index)) {
            return;
        }
        if (eventBefore.remove(interrupt) != null) {
            refuted.add(index);
        } else {
            eventBefore.put(interrupt, index);
        }
        learned = true;
    }

    boolean hasLearned() {
        return learned;
    }

    /// Prepares the next run.
    ///
    /// @return whether one is needed
    boolean startAgain() {
        boolean again = learned;
        restarts += again ? 1 : 0;
        rewind();
        return again;
    }

    /// Goes back to the beginning of the trace.
    void rewind() {
        learned = false;
        ahead = new TreeMap<>(eventBefore);
    }

    /// How many objects were taken early.
    int size() {
        return eventBefore.size();
    }
}
