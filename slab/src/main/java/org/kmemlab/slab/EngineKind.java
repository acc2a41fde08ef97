package org.kmemlab.slab;

import org.kmemlab.machine.ConfigOption;
import org.kmemlab.machine.KernelProfile;

/// Which allocator of objects a kernel is built with. All have the same callers ([KmemCache],
/// [Kmalloc]) and the same pages below.
public enum EngineKind {
    /// The default, with its free lists inside the free objects.
    SLUB,
    /// The older one, with arrays of free objects by CPU; gone since Linux 6.8.
    SLAB,
    /// The small one, a heap by page; gone since Linux 6.4.
    SLOB;

    /// The allocator that a kernel is built with.
    public static EngineKind of(KernelProfile profile) {
        if (profile.has(ConfigOption.SLAB)) {
            return SLAB;
        }
        return profile.has(ConfigOption.SLOB) ? SLOB : SLUB;
    }
}
