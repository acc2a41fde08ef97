package org.kmemlab.slab;

/// How far the slab layer is while a machine boots (`enum slab_state`).
public enum SlabState {
    /// No cache exists. Pages can be allocated, objects cannot.
    DOWN,
    /// The cache of node descriptors exists, so that other caches can get theirs.
    PARTIAL,
    /// The same for the older allocator SLAB, which had more to prepare; SLUB passes it by.
    PARTIAL_NODE,
    /// Caches can be created and `kmalloc` serves; sysfs does not show any of them.
    UP,
    /// All caches are in `/sys/kernel/slab`, and each new one appears there.
    FULL;

    /// Whether objects can be allocated (`slab_is_available`).
    public boolean isAvailable() {
        return compareTo(UP) >= 0;
    }
}
