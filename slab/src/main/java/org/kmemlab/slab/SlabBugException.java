package org.kmemlab.slab;

import java.io.Serial;

/// Thrown when a caller's mistake was found. Nothing was changed.
public final class SlabBugException extends RuntimeException {

    @Serial
    private static final long serialVersionUID = 1L;

    private final transient SlabBug bug;

    /// Reports `bug`.
    public SlabBugException(SlabBug bug) {
        super(bug.message());
        this.bug = bug;
    }

    /// What was found.
    public SlabBug bug() {
        return bug;
    }
}
