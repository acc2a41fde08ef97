package org.kmemlab.slab;

/// What happens when a caller frees what it must not free.
public enum MisusePolicy {
    /// A [SlabBugException] says what is wrong, and nothing is changed: double free, foreign
    /// address, pointer into an object and object of another cache are always found.
    REFUSE,
    /// What the kernel does, silent corruption included. Comparisons with recordings use it. An
    /// address that lies in no slab is refused all the same: the kernel would crash.
    AS_KERNEL
}
