package org.kmemlab.lab.workload;

import java.util.function.BooleanSupplier;

/// How a workload makes the calls that allocate.
///
/// A call that fails must leave everything as it was before: it may be made again.
@FunctionalInterface
public interface Calls {

    /// Makes each call once, and that is all.
    Calls PLAIN = BooleanSupplier::getAsBoolean;

    /// Makes a call.
    ///
    /// @param call allocates, and says whether it got all that it needs
    /// @return whether it worked in the end; if not, the workload cleans up and ends
    boolean make(BooleanSupplier call);
}
