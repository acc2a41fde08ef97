package org.kmemlab.junit;

/// Which allocations of a run fail.
///
/// @param first the first one, counted from 1
/// @param second another one after it; 0 for none
/// @param sticky whether all after the first fail, too
record SweepFault(int first, int second, boolean sticky) {

    boolean isHit(int count) {
        return count == first || count == second || (sticky && count > first);
    }

    @Override
    public String toString() {
        return "allocation " + first + (sticky ? " and all later ones" : "")
                + (second > 0 ? " and " + second : "");
    }
}
