package org.kmemlab.lab.faults;

import java.util.Locale;

import org.kmemlab.sweep.SweepFailure;

/// What was wrong with a run.
///
/// @param kind in a word, the same for the same kind of mistake
/// @param message in full
record Problem(String kind, String message) {

    static Problem of(Throwable failure) {
        String kind = failure instanceof SweepFailure found
                ? found.kind().name().toLowerCase(Locale.ROOT).replace('_', '-')
                : failure.getClass().getSimpleName();
        return new Problem(kind, String.valueOf(failure.getMessage()));
    }
}
