package org.kmemlab.machine;

/// What stands behind the addresses of a machine.
public enum MemoryKind {
    /// Real bytes outside the Java heap; a page costs memory from its first touch on.
    BYTES,
    /// No bytes: frames can be allocated and freed but not read or written. For page-level
    /// simulations of any size; caches of objects keep their free lists in memory and need bytes.
    METADATA_ONLY
}
