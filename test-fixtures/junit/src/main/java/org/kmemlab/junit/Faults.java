package org.kmemlab.junit;

import java.util.List;
import java.util.function.BooleanSupplier;

import org.kmemlab.api.Kernel;

/// The part of a [FaultSweep] that meets faults.
public final class Faults {

    private final Kernel kernel;
    private final SweepPlan plan;

    Faults(Kernel kernel, SweepPlan plan) {
        this.kernel = kernel;
        this.plan = plan;
    }

    /// Makes a call while faults are injected. If it fails, everything must be as it was before, and
    /// the same call must succeed without faults.
    ///
    /// @param call does something that allocates, and says whether it succeeded
    /// @return true, as the call has succeeded in the end
    /// @throws AssertionError if the failed call left a trace, or fails without faults
    public boolean call(BooleanSupplier call) {
        KernelState before = KernelState.of(kernel);
        if (armed(call)) {
            return true;
        }
        List<String> differences = KernelState.of(kernel).differencesFrom(before, kernel, plan);
        if (!differences.isEmpty()) {
            throw new AssertionError("the call failed and left a trace:\n  "
                    + String.join("\n  ", differences));
        }
        if (!plan.hasFired()) {
            throw new AssertionError("the call failed although no allocation had to");
        }
        if (!call.getAsBoolean()) {
            throw new AssertionError("the call fails again without any fault");
        }
        return true;
    }

    private boolean armed(BooleanSupplier call) {
        plan.setArmed(true);
        try {
            return call.getAsBoolean();
        } finally {
            plan.setArmed(false);
        }
    }
}
