package org.kmemlab.lab.faults;

import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;

import org.kmemlab.sweep.FaultChoice;

/// Runs of a workload with schedules drawn from the seed: pairs, triples, and after a first fault each
/// allocation with some probability. Which schedule a run gets depends on its number alone.
final class DrawnSchedules {

    private static final int HALVINGS_MAX = 5;

    private final Baseline baseline;
    private final long seed;
    private final WorkloadTally tally;

    DrawnSchedules(Baseline baseline, long seed, WorkloadTally tally) {
        this.baseline = baseline;
        this.seed = seed;
        this.tally = tally;
    }

    /// Makes some of the runs.
    ///
    /// @param from number of the first
    /// @param to number after the last
    void run(long from, long to) {
        for (long number = from; number < to; number++) {
            RunResult result = baseline.runner().run(drawn(number));
            tally.count(result);
            tally.shrink(result);
        }
    }

    private FaultChoice drawn(long number) {
        SplittableRandom random = new SplittableRandom(seed ^ number * 0x9e37_79b9_7f4a_7c15L);
        return switch (random.nextInt(3)) {
            case 0 -> together(2, random);
            case 1 -> together(3, random);
            default -> randomly(random);
        };
    }

    /// A few different allocations, as many as there are at most.
    private FaultChoice together(int faults, SplittableRandom random) {
        Set<Integer> chosen = new TreeSet<>();
        while (chosen.size() < Math.min(faults, baseline.allocations())) {
            chosen.add(1 + random.nextInt(baseline.allocations()));
        }
        return (layer, ordinal, count) -> chosen.contains(count);
    }

    /// One allocation, and later ones with probability 1/2 to 1/32.
    private FaultChoice randomly(SplittableRandom random) {
        int first = 1 + random.nextInt(baseline.allocations());
        int oneOf = 2 << random.nextInt(HALVINGS_MAX);
        return (layer, ordinal, count) -> count == first
                || (count > first && random.nextInt(oneOf) == 0);
    }
}
