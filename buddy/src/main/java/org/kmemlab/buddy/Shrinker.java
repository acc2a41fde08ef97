package org.kmemlab.buddy;

import org.kmemlab.machine.Cpu;

/// Something that can give memory back when pages run short: a cache of a layer above.
///
/// The page allocator calls it during direct reclaim, in the caller's context; it may free pages.
public interface Shrinker {

    /// How many objects could be freed now; 0 if none.
    long countObjects();

    /// Tries to free objects.
    ///
    /// @param nrToScan how many to look at
    /// @return how many were freed
    long scanObjects(Cpu cpu, long nrToScan);
}
