package org.kmemlab.sweep;

import java.util.List;
import java.util.function.BooleanSupplier;

import org.kmemlab.api.Kernel;
import org.kmemlab.mempool.Mempool;
import org.kmemlab.sweep.SweepFailure.Kind;

/// One run of code under test, with faults and the checks after them.
public final class CheckedRun {

    private final Kernel kernel;
    private final Injection injection;
    private final KernelState start;

    /// Begins a run: what is allocated in the kernel now must be what is allocated in the end.
    public CheckedRun(Kernel kernel, Injection injection) {
        this.kernel = kernel;
        this.injection = injection;
        this.start = KernelState.of(kernel);
    }

    /// Makes a call while faults are injected. If it fails, everything must be as it was before, and
    /// the same call must succeed without faults.
    ///
    /// @param call does something that allocates, and says whether it succeeded
    /// @return true, as the call has succeeded in the end
    /// @throws SweepFailure if the failed call left a trace, or fails without faults
    public boolean call(BooleanSupplier call) {
        KernelState before = KernelState.of(kernel);
        if (armed(call)) {
            return true;
        }
        List<String> differences = KernelState.of(kernel).differencesFrom(before, kernel,
                injection);
        if (!differences.isEmpty()) {
            throw new SweepFailure(Kind.LEFT_TRACE, "the call failed and left a trace:\n  "
                    + String.join("\n  ", differences));
        }
        if (!injection.hasFired()) {
            throw new SweepFailure(Kind.FAILED_UNPROVOKED,
                    "the call failed although no allocation had to");
        }
        if (!call.getAsBoolean()) {
            throw new SweepFailure(Kind.FAILS_AGAIN, "the call fails again without any fault");
        }
        return true;
    }

    private boolean armed(BooleanSupplier call) {
        injection.setArmed(true);
        try {
            return call.getAsBoolean();
        } finally {
            injection.setArmed(false);
        }
    }

    /// Checks that all allocators are valid and that nothing is left behind.
    ///
    /// @throws SweepFailure if something is
    public void check() {
        try {
            kernel.pages().validate();
            kernel.slab().validate();
            kernel.pools().forEach(Mempool::validate);
        } catch (IllegalStateException broken) {
            SweepFailure failure = new SweepFailure(Kind.INVALID,
                    "an allocator is broken: " + broken.getMessage());
            failure.initCause(broken);
            throw failure;
        }
        List<String> differences = KernelState.of(kernel).differencesFrom(start, kernel,
                injection);
        if (!differences.isEmpty()) {
            throw new SweepFailure(Kind.LEFT_BEHIND,
                    "left behind:\n  " + String.join("\n  ", differences));
        }
    }
}
