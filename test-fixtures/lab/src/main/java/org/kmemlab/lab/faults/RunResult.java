package org.kmemlab.lab.faults;

import java.util.List;

import org.jspecify.annotations.Nullable;
import org.kmemlab.sweep.InjectedFault;

/// How one run of a workload went.
///
/// @param injected the allocations that were made to fail, in their order
/// @param allocations how many could have failed
/// @param problem what was wrong; null for nothing
record RunResult(List<InjectedFault> injected, int allocations, @Nullable Problem problem) {

    boolean isInjected() {
        return !injected.isEmpty();
    }

    /// Whether it went wrong in the same way.
    boolean fails(Problem likeThis) {
        return problem != null && problem.kind().equals(likeThis.kind());
    }
}
