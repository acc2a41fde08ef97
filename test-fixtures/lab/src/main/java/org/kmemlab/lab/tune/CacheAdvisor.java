package org.kmemlab.lab.tune;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import org.kmemlab.lab.trace.TraceCursor;
import org.kmemlab.lab.tune.CacheAdvice.Expectation;
import org.kmemlab.lab.tune.CacheAdvice.Proven;
import org.kmemlab.lab.tune.CacheAdvice.Together;
import org.kmemlab.machine.MachineConfig;

/// Finds what to change so that the caches of a trace hold less memory.
///
/// Candidates follow from one pass over the trace; each is then tried: the whole trace is replayed with
/// it, and what counts is what the slabs held. O(events * candidates), memory O(live objects).
public final class CacheAdvisor {

    /// Opens the trace at its start, each time anew.
    @FunctionalInterface
    public interface Opener {

        /// Opens it.
        ///
        /// @param run what it is opened for, for people
        TraceCursor open(String run) throws IOException;
    }

    private final Opener trace;
    private final MachineConfig config;
    private final double leastShare;

    /// An advisor.
    ///
    /// @param config the machine that the trace is replayed on
    /// @param leastShare what a change must save of the mean to be recommended, 0 to 1
    public CacheAdvisor(Opener trace, MachineConfig config, double leastShare) {
        this.trace = trace;
        this.config = config;
        this.leastShare = leastShare;
    }

    /// Tries everything.
    public CacheAdvice advise() throws IOException {
        TraceDemand demand;
        try (TraceCursor cursor = trace.open("sizes and lives")) {
            demand = TraceDemand.of(cursor);
        }
        Trial asRecorded = trial("as recorded", demand, List.of());
        List<Proven> proven = new ArrayList<>();
        for (Expectation candidate : Candidates.of(demand, config.profile())) {
            Trial trial = trial(candidate.change().title(), demand, List.of(candidate.change()));
            proven.add(prove(candidate, trial, asRecorded));
        }
        proven.sort(Comparator.comparingDouble(Proven::savedBytes).reversed());
        List<Change> best = compatible(proven);
        Together together = null;
        if (!best.isEmpty()) {
            Trial all = trial("all together", demand, best);
            together = new Together(best, all, asRecorded.meanSlabBytes() - all.meanSlabBytes());
        }
        return new CacheAdvice(demand.events(), demand.meanRequestedBytes(), asRecorded, proven,
                together);
    }

    private Trial trial(String title, TraceDemand demand, List<Change> changes)
            throws IOException {
        try (TraceCursor cursor = trace.open(title)) {
            return Trial.run(cursor, demand.events(), config, changes);
        }
    }

    private Proven prove(Expectation candidate, Trial trial, Trial asRecorded) {
        double saved = asRecorded.meanSlabBytes() - trial.meanSlabBytes();
        return new Proven(candidate, trial, saved,
                saved > 0 && saved >= leastShare * asRecorded.meanSlabBytes()
                        && trial.failed() <= asRecorded.failed());
    }

    /// The most saving change of each subject.
    private static List<Change> compatible(List<Proven> mostSavingFirst) {
        Set<String> subjects = new HashSet<>();
        return mostSavingFirst.stream().filter(Proven::isWorthIt)
                .map(proven -> proven.expectation().change())
                .filter(change -> subjects.add(change.subject())).toList();
    }
}
