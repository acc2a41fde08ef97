package org.kmemlab.junit;

import java.util.function.BooleanSupplier;

import org.kmemlab.sweep.CheckedRun;

/// The part of a [FaultSweep] that meets faults.
public final class Faults {

    private final CheckedRun run;

    Faults(CheckedRun run) {
        this.run = run;
    }

    /// Makes a call while faults are injected. If it fails, everything must be as it was before, and
    /// the same call must succeed without faults.
    ///
    /// @param call does something that allocates, and says whether it succeeded
    /// @return true, as the call has succeeded in the end
    /// @throws AssertionError if the failed call left a trace, or fails without faults
    public boolean call(BooleanSupplier call) {
        return run.call(call);
    }
}
