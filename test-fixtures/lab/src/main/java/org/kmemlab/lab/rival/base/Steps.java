package org.kmemlab.lab.rival.base;

/// Counts how often an allocator looks at a list element, a bin or a bitmap word.
///
/// That is what its authors mean by "constant time" or "linear search", and unlike nanoseconds it
/// is the same on every computer.
public final class Steps {

    private long total;
    private long atStart;
    private long most;

    /// Nothing looked at yet.
    public Steps() {}

    /// One more was looked at.
    public void look() {
        total++;
    }

    /// So many more were looked at.
    public void look(long count) {
        total += count;
    }

    /// An operation starts.
    public void begin() {
        atStart = total;
    }

    /// The operation is over.
    public void end() {
        most = Math.max(most, total - atStart);
    }

    /// How many in all operations.
    public long total() {
        return total;
    }

    /// The most in one operation.
    public long most() {
        return most;
    }
}
