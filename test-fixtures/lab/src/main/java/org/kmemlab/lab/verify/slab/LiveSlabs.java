package org.kmemlab.lab.verify.slab;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;

import org.agrona.collections.LongHashSet;
import org.jspecify.annotations.Nullable;
import org.kmemlab.machine.PhysicalMemory;
import org.kmemlab.slab.CacheSnapshot;
import org.kmemlab.slab.CacheSnapshot.CpuView;
import org.kmemlab.slab.CacheSnapshot.NodeView;
import org.kmemlab.slab.CacheSnapshot.SlabView;
import org.kmemlab.slab.KmemCache;
import org.kmemlab.slab.SlabGeometry;

/// The slabs that our slab layer has, and which of their objects are in use.
final class LiveSlabs {

    /// One slab.
    ///
    /// @param pfn its first frame
    /// @param order log2 of its frames
    /// @param geometry of its cache
    record Slab(int pfn, int order, SlabGeometry geometry, String cacheName) {

        int objects() {
            return (int) (((long) PhysicalMemory.PAGE_SIZE << order) / geometry.size());
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
        forEach(cache, (slab, ownedByCpu) -> add(cache, slab, ownedByCpu));
    }

    /// Visits all slabs that a cache lists.
    ///
    /// @param action gets each slab and what of it a CPU has on its own free list
    static void forEach(CacheSnapshot cache, BiConsumer<SlabView, List<Integer>> action) {
        for (CpuView cpu : cache.cpus()) {
            SlabView current = cpu.slab();
            if (current != null) {
                action.accept(current, cpu.freelist());
            }
            cpu.partial().forEach(slab -> action.accept(slab, List.of()));
        }
        for (NodeView node : cache.nodes()) {
            node.partial().forEach(slab -> action.accept(slab, List.of()));
            node.full().forEach(slab -> action.accept(slab, List.of()));
        }
    }

    private void add(CacheSnapshot cache, SlabView view, List<Integer> ownedByCpu) {
        Slab slab = new Slab(view.pfn(), view.order(), cache.geometry(), cache.name());
        Set<Integer> free = new HashSet<>(view.freelist());
        free.addAll(ownedByCpu);
        slabs.put(slab.pfn, slab);
        for (int index = 0; index < view.objects(); index++) {
            if (!free.contains(index)) {
                inUse.add(addressOf(slab, index));
            }
        }
    }

    /// Adds a new slab.
    void born(int pfn, int order, KmemCache cache) {
        slabs.put(pfn, new Slab(pfn, order, cache.geometry(), cache.name()));
    }

    /// Adds the slab of which an object and all others are in use.
    void addFull(KmemCache cache, long address) {
        SlabGeometry geometry = cache.geometry();
        int head = memory.pfnOf(address) & -(1 << geometry.order());
        Slab slab = new Slab(head, geometry.order(), geometry, cache.name());
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
        return memory.addressOf(slab.pfn) + slab.geometry.redLeftPad()
                + (long) index * slab.geometry.size();
    }

    /// Index of the object at or before an address.
    int indexOf(Slab slab, long address) {
        return (int) ((address - memory.addressOf(slab.pfn) - slab.geometry.redLeftPad())
                / slab.geometry.size());
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
