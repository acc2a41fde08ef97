package org.kmemlab.fault;

/// Decides about every call of the fault points it is given to, in place of their attributes.
///
/// One plan may serve several points: it then sees their calls in one order, and can fail the third
/// allocation whichever layer it is made in.
///
/// @see FaultAttr#follow
@FunctionalInterface
public interface FaultPlan {

    /// Whether a call must fail.
    ///
    /// @param call which call it is
    boolean fails(FaultCall call);
}
