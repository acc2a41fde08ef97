package org.kmemlab.lab.rival;

/// A wrong call of free.
public enum Misuse {
    /// A block that was freed already, and is not in use again.
    DOUBLE_FREE,
    /// An address in no page of the allocator.
    FOREIGN,
    /// An address inside a block.
    INTERIOR
}
