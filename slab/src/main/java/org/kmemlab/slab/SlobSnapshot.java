package org.kmemlab.slab;

import java.util.List;

/// All that can be seen of a cache of SLOB at one moment: it has no slabs, and the kernel does not
/// even count its objects.
///
/// @param name the cache
/// @param geometry its shape
/// @param refcount creators that share it; negative for the caches that never share
/// @param allocatedObjects objects that were handed out and not freed
/// @see SlabAllocator#slob()
public record SlobSnapshot(String name, SlobGeometry geometry, int refcount,
        long allocatedObjects) implements CacheSnapshot {

    @Override
    public long slabs() {
        return 0;
    }

    @Override
    public long totalObjects() {
        return allocatedObjects;
    }

    @Override
    public long activeObjects() {
        return allocatedObjects;
    }

    @Override
    public List<ListedSlab> listedSlabs() {
        return List.of();
    }

    @Override
    public SlobSnapshot named(String other) {
        return new SlobSnapshot(other, geometry, refcount, allocatedObjects);
    }

    @Override
    public SlobSnapshot withGeometry(SlabGeometry other) {
        return new SlobSnapshot(name, (SlobGeometry) other, refcount, allocatedObjects);
    }
}
