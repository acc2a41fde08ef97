package org.kmemlab.machine;

/// A run of page frames.
///
/// @param start first page frame number
/// @param end the number after the last one
public record PfnRange(int start, int end) {

    /// Checks the bounds.
    public PfnRange {
        if (start < 0 || end < start) {
            throw new IllegalArgumentException("page frames [" + start + ", " + end + ")");
        }
    }

    /// How many frames it holds.
    public int pages() {
        return end - start;
    }
}
