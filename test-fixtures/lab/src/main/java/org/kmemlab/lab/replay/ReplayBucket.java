package org.kmemlab.lab.replay;

/// What became of a recorded event. Each event ends in exactly one bucket.
public enum ReplayBucket {
    /// Executed on the machine; freeing NULL counts here, too.
    REPLAYED("replayed"),
    /// Freed something that was never seen allocated: it is older than the trace.
    FOREIGN("foreign"),
    /// Follows from other events: the pages of slabs and of large `kmalloc`s, which the machine's
    /// own slab layer takes and gives back when it needs to.
    IMPLIED("implied"),
    /// Tells how the recorded kernel moved pages inside; the machine does its own moving.
    INFORMATIONAL("informational"),
    /// The recorded kernel itself got nothing.
    FAILED_IN_TRACE("failed in trace"),
    /// The machine had no memory for it, or it frees what the machine had no memory for.
    FAILED("failed");

    private final String label;

    ReplayBucket(String label) {
        this.label = label;
    }

    /// The bucket in words, for tables.
    public String label() {
        return label;
    }
}
