package org.kmemlab.mempool.pools;

/// What a pool knows about an address.
public enum BlockState {

    /// A block starts there, and it is in use.
    IN_USE,
    /// A block starts there, and it is free.
    FREE,
    /// It lies in the pool's memory, but no block starts there.
    INTERIOR,
    /// It is not the pool's.
    FOREIGN
}
