package org.kmemlab.bench.suite;

import org.apache.commons.lang3.Validate;

/// How long everything is measured.
///
/// @param forks JVMs for each job
/// @param warmups iterations before it counts
/// @param iterations iterations that count
/// @param iterationMillis how long an iteration takes
public record Effort(int forks, int warmups, int iterations, int iterationMillis) {

    /// Most forks of a job.
    public static final int MAX_FORKS = 100;

    /// For a first look.
    public static final Effort QUICK = new Effort(1, 6, 5, 60);
    /// For figures to keep.
    public static final Effort FULL = new Effort(3, 10, 10, 100);

    /// Checks that there is anything to do.
    public Effort {
        Validate.isTrue(forks >= 1 && forks <= MAX_FORKS, "%d forks: expected 1 to %d", forks,
                MAX_FORKS);
        Validate.isTrue(warmups >= 0 && iterations >= 1 && iterationMillis >= 1,
                "an effort without iterations");
    }

    /// The same with another number of forks.
    public Effort withForks(int other) {
        return new Effort(other, warmups, iterations, iterationMillis);
    }
}
