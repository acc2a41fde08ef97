package org.kmemlab.slab;

import org.jspecify.annotations.Nullable;

/// A cache as a machine starts with it: the counterpart of [CacheSnapshot] for going on from a
/// recorded moment.
///
/// What a recording cannot name may be missing: counters may be empty, and the slabs of which every
/// object is in use are on no list. [SlabAllocator#adoptFullSlab] adds one of those when an
/// address in it turns up. Regions for user space are unknown too, except that `kmalloc` objects
/// may be copied whole.
///
/// @param snapshot the moment
/// @param ctor brings objects of new slabs into their first state; null for none
public record CacheState(CacheSnapshot snapshot, @Nullable ObjectConstructor ctor) {

    private static final SlabFlags INTERNAL = SlabFlags.CMPXCHG_DOUBLE
            .with(SlabFlags.OBJECT_POISON);

    /// The state of a cache without a constructor.
    public CacheState(CacheSnapshot snapshot) {
        this(snapshot, null);
    }

    /// What the cache might have been created from.
    KmemCacheArgs args() {
        SlabGeometry geometry = snapshot.geometry();
        boolean isKmalloc = geometry.flags().has(SlabFlags.KMALLOC);
        KmemCacheArgs args = new KmemCacheArgs(snapshot.name(), geometry.objectSize(),
                geometry.align(), geometry.flags().without(INTERNAL), ctor, 0,
                isKmalloc ? geometry.objectSize() : 0);
        boolean chosen = geometry instanceof SlubGeometry slub
                && slub.flags().has(SlabFlags.TYPESAFE_BY_RCU) && slub.offset() < slub.inuse();
        return chosen ? args.withFreeptrOffset(geometry.slub().offset()) : args;
    }
}
