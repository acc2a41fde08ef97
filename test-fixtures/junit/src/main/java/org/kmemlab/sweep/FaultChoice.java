package org.kmemlab.sweep;

/// Which allocations of a run fail.
@FunctionalInterface
public interface FaultChoice {

    /// No allocation.
    FaultChoice NONE = (layer, ordinal, count) -> false;

    /// Whether an allocation fails. Asked about each one in turn.
    ///
    /// @param layer where it is made
    /// @param ordinal which one of its layer it is, from 1
    /// @param count which one of all layers it is, from 1
    boolean fails(FaultLayer layer, int ordinal, int count);
}
