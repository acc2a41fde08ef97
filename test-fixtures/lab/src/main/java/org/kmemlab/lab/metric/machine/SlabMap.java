package org.kmemlab.lab.metric.machine;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import org.kmemlab.machine.PhysicalMemory;
import org.kmemlab.slab.CacheSnapshot;
import org.kmemlab.slab.CacheSnapshot.ListedSlab;

/// The slabs of one cache at one moment, and which of their objects are in use.
///
/// @param cache the cache's name
/// @param objectBytes bytes from one object to the next
/// @param pages pages of a slab of the preferred order
/// @param objectsOfSlab objects of such a slab
/// @param unplaced full slabs of which the state that the machine started from does not tell where
///        they are
/// @param slabs the other slabs, by page frame
public record SlabMap(String cache, int objectBytes, int pages, int objectsOfSlab, long unplaced,
        List<ListedSlab> slabs) {

    /// The slabs of a cache now.
    ///
    /// @param orders the orders of its slabs, as far as the map of memory tells, by first frame; those
    ///        that the cache cannot name are full
    static SlabMap of(CacheSnapshot cache, Map<Integer, Integer> orders) {
        Map<Integer, ListedSlab> slabs = new TreeMap<>();
        orders.forEach((pfn, order) -> slabs.put(pfn,
                new ListedSlab(pfn, order, 0, objects(cache, order), List.of())));
        cache.listedSlabs().forEach(slab -> slabs.put(slab.pfn(), slab));
        return new SlabMap(cache.name(), cache.geometry().size(), 1 << cache.geometry().order(),
                cache.geometry().objects(), cache.slabs() - slabs.size(),
                List.copyOf(slabs.values()));
    }

    private static int objects(CacheSnapshot cache, int order) {
        return order == cache.geometry().order() ? cache.geometry().objects()
                : (PhysicalMemory.PAGE_SIZE << order) / cache.geometry().size();
    }

    /// Objects of all slabs.
    public long objects() {
        return unplaced * objectsOfSlab
                + slabs.stream().mapToLong(ListedSlab::objects).sum();
    }

    /// Objects in use.
    public long inUse() {
        return objects() - slabs.stream().mapToLong(slab -> slab.free().size()).sum();
    }
}
