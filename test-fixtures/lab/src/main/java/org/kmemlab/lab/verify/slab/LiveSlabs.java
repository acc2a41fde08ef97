package org.kmemlab.lab.verify.slab;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

import org.agrona.collections.LongHashSet;
import org.jspecify.annotations.Nullable;
import org.kmemlab.machine.PhysicalMemory;
import org.kmemlab.slab.CacheSnapshot;
import org.kmemlab.slab.CacheSnapshot.ListedSlab;
import org.kmemlab.slab.KmemCache;
import org.kmemlab.slab.ObjectPlace;
import org.kmemlab.slab.SlabGeometry;

/// The slabs that our slab layer has, and which of their objects are in use.
final class LiveSlabs {

    /// One slab.
    ///
    /// @param pfn its first frame
    /// @param order log2 of its frames
    /// @param offset bytes from its first frame to its first object
    /// @param objects how many it holds
    /// @param stride bytes from one object to the next
    record Slab(int pfn, int order, int offset, int objects, int stride, String cacheName) {

        static Slab of(int pfn, int order, int offset, SlabGeometry geometry, String cacheName) {
            return new Slab(pfn, order, offset, geometry.objectsOf(order), geometry.size(),
                    cacheName);
        }

        Slab at(int otherOffset) {
            return new Slab(pfn, order, otherOffset, objects, stride, cacheName);
        }
    }

    private final PhysicalMemory memory;
    private final TreeMap<Integer, Slab> slabs = new TreeMap<>();
    private final LongHashSet inUse = new LongHashSet();

    LiveSlabs(PhysicalMemory memory) {
        this.memory = memory;
    }

    /// Adds all slabs that a cache lists.
    void addAll(CacheSnapshot cache) {
        cache.listedSlabs().forEach(slab -> add(cache, slab));
    }

    private void add(CacheSnapshot cache, ListedSlab view) {
        Slab slab = new Slab(view.pfn(), view.order(), view.offset(), view.objects(),
                cache.geometry().size(), cache.name());
        Set<Integer> free = Set.copyOf(view.free());
        slabs.put(slab.pfn, slab);
        for (int index = 0; index < view.objects(); index++) {
            if (!free.contains(index)) {
                inUse.add(addressOf(slab, index));
            }
        }
    }

    /// Adds a new slab.
    void born(int pfn, int order, KmemCache cache) {
        SlabGeometry geometry = cache.geometry();
        slabs.put(pfn, Slab.of(pfn, order, geometry.redLeftPad(), geometry, cache.name()));
    }

    /// Learns from an object where the objects of its slab begin.
    void place(ObjectPlace place) {
        slabs.computeIfPresent(place.slabPfn(), (pfn, slab) -> slab
                .at((int) (place.first() - memory.addressOf(pfn))));
    }

    /// Adds the slab of which an object and all others are in use.
    void addFull(KmemCache cache, long address) {
        SlabGeometry geometry = cache.geometry();
        int head = memory.pfnOf(address) & -(1 << geometry.order());
        Slab slab = Slab.of(head, geometry.order(), geometry.redLeftPad(), geometry,
                cache.name());
        slabs.put(head, slab);
        for (int index = 0; index < slab.objects(); index++) {
            inUse.add(addressOf(slab, index));
        }
    }

    /// Forgets a slab.
    void died(int pfn) {
        slabs.remove(pfn);
    }

    /// The slab at an address; null if there is none.
    @Nullable
    Slab at(long address) {
        int pfn = memory.pfnOf(address);
        Map.Entry<Integer, Slab> entry = pfn < 0 ? null : slabs.floorEntry(pfn);
        return entry != null && pfn < entry.getKey() + (1 << entry.getValue().order)
                ? entry.getValue()
                : null;
    }

    /// The slab that starts at a frame; null if there is none.
    @Nullable
    Slab startingAt(int pfn) {
        return slabs.get(pfn);
    }

    long addressOf(Slab slab, int index) {
        return memory.addressOf(slab.pfn) + slab.offset + (long) index * slab.stride;
    }

    /// Index of the object at or before an address.
    int indexOf(Slab slab, long address) {
        return (int) ((address - memory.addressOf(slab.pfn) - slab.offset) / slab.stride);
    }

    boolean isInUse(long address) {
        return inUse.contains(address);
    }

    void setInUse(long address, boolean now) {
        if (now) {
            inUse.add(address);
        } else {
            inUse.remove(address);
        }
    }

    /// The objects in use of a slab.
    List<Long> objectsInUse(Slab slab) {
        List<Long> objects = new ArrayList<>();
        for (int index = 0; index < slab.objects(); index++) {
            long address = addressOf(slab, index);
            if (inUse.contains(address)) {
                objects.add(address);
            }
        }
        return objects;
    }

    /// The slabs of which every object is in use.
    List<Slab> full() {
        return slabs.values().stream().filter(slab -> objectsInUse(slab).size() == slab.objects())
                .toList();
    }
}
