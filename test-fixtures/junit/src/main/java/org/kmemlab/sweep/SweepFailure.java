package org.kmemlab.sweep;

/// A run found that the code under test does not cope with a failing allocation.
public final class SweepFailure extends AssertionError {

    private static final long serialVersionUID = 1;

    /// What is wrong.
    public enum Kind {
        /// A call failed and did not leave everything as it was.
        LEFT_TRACE,
        /// A call failed, and fails again when every allocation works.
        FAILS_AGAIN,
        /// A call failed although every allocation worked.
        FAILED_UNPROVOKED,
        /// At the end something is allocated that was not before.
        LEFT_BEHIND,
        /// An invariant of an allocator is broken.
        INVALID
    }

    private final Kind kind;

    SweepFailure(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    /// What is wrong.
    public Kind kind() {
        return kind;
    }
}
