package org.kmemlab.lab.state;

import org.kmemlab.machine.PhysicalMemory;
import org.kmemlab.slab.CacheSnapshot;
import org.kmemlab.slab.CacheState;
import org.kmemlab.slab.SlabFlagWords;
import org.kmemlab.slab.SlabFlags;
import org.kmemlab.slab.SlabGeometry;

/// A cache of a real kernel at the moment of a dump.
///
/// The dump does not tell which pages full slabs lie in, and keeps no counters.
///
/// @param snapshot its shape, its slabs that are not full, and their free objects
/// @param hasCtor whether a constructor prepares its objects
public record RecordedCache(CacheSnapshot snapshot, boolean hasCtor) {

    /// For a machine that goes on from here. What a constructor writes is not known; it leaves the
    /// objects of new slabs as they are.
    public CacheState toState() {
        return new CacheState(snapshot, hasCtor ? RecordedCache::leaveAsItIs : null);
    }

    RecordedCache writtenBy(SlabFlagWords words) {
        SlabGeometry geometry = snapshot.geometry();
        SlabFlags flags = words.flags(geometry.flags().bits());
        return new RecordedCache(snapshot.withGeometry(geometry.withFlags(flags)), hasCtor);
    }

    private static void leaveAsItIs(PhysicalMemory memory, long address) {
        // The layout of a cache depends on whether there is a constructor, not on what it does.
    }

    /// The name as the kernel prints it.
    public String name() {
        return snapshot.name();
    }
}
