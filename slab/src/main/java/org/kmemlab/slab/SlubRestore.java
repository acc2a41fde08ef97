package org.kmemlab.slab;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

import org.apache.commons.lang3.Validate;
import org.kmemlab.slab.SlubSnapshot.CpuView;
import org.kmemlab.slab.SlubSnapshot.NodeView;
import org.kmemlab.slab.SlubSnapshot.SlabView;

/// Puts a new cache into a recorded state.
final class SlubRestore {

    private final SlabCache cache;
    private final CpuSlab[] cpus;
    private final SlubNodes nodes;
    private final FreeLinks links;
    private final ObjectDebug debug;

    SlubRestore(SlabCache cache, CpuSlab[] cpus, SlubNodes nodes, FreeLinks links,
            ObjectDebug debug) {
        this.cache = cache;
        this.cpus = cpus;
        this.nodes = nodes;
        this.links = links;
        this.debug = debug;
    }

    /// @throws IllegalArgumentException if the state does not fit the machine or itself
    void run(SlubSnapshot state) {
        Validate.isTrue(state.cpus().size() <= cpus.length && state.nodes().size() <= nodes.count(),
                "cache %s: a state of %d CPUs and %d nodes does not fit this machine",
                cache.name(), state.cpus().size(), state.nodes().size());
        for (int id = 0; id < state.cpus().size(); id++) {
            restore(cpus[id], state.cpus().get(id));
        }
        for (int node = 0; node < state.nodes().size(); node++) {
            restore(nodes.of(node), state.nodes().get(node));
        }
    }

    private void restore(CpuSlab mine, CpuView view) {
        SlabView current = view.slab();
        if (current != null) {
            SlubSlab slab = make(current, view.freelist());
            mine.restore(slab, chain(slab, view.freelist()));
        }
        for (SlabView partial : view.partial().reversed()) {
            mine.pushPartial(make(partial, List.of()));
        }
        for (int i = 0; i < view.counters().size(); i++) {
            mine.setCounter(SlubStat.values()[i], view.counters().get(i));
        }
    }

    private void restore(NodePartials node, NodeView view) {
        view.partial().forEach(partial -> node.addLast(make(partial, List.of())));
        view.full().reversed().forEach(full -> node.addFull(make(full, List.of())));
        node.restoreCounts(view.slabs(), view.objects());
    }

    /// A slab as a recording describes it.
    ///
    /// @param ownedByCpu indices on the free list of the CPU whose slab it is
    private SlubSlab make(SlabView view, List<Integer> ownedByCpu) {
        String name = "cache " + cache.name() + ": slab 0x" + Integer.toHexString(view.pfn());
        Validate.isTrue(view.freelist().size() == view.objects() - view.inuse(),
                "%s has %d of %d objects in use but %d on its free list", name, view.inuse(),
                view.objects(), view.freelist().size());
        SlubSlab slab = slab(view.pfn(), view.order(), view.objects());
        Set<Integer> free = new HashSet<>(view.freelist());
        free.addAll(ownedByCpu);
        int listed = view.freelist().size() + ownedByCpu.size();
        Validate.isTrue(
                free.size() == listed
                        && free.stream().allMatch(i -> i >= 0 && i < view.objects()),
                "%s: an object is twice on a free list, or beyond %d", name, view.objects());
        paint(slab, free);
        slab.set(chain(slab, view.freelist()), view.inuse(), view.frozen());
        markAllocated(slab, free);
        return slab;
    }

    private SlubSlab slab(int pfn, int order, int objects) {
        SlabAllocator allocator = cache.allocator();
        SlubSlab slab = new SlubSlab(cache, pfn, order, allocator.slabPages().nodeOf(pfn), objects);
        for (int i = 0; i < 1 << order; i++) {
            Slab other = allocator.table().at(cache.memory().addressOf(pfn + i));
            Validate.isTrue(other == null, "cache %s: slab 0x%x overlaps %s", cache.name(), pfn,
                    other);
        }
        allocator.table().add(slab);
        return slab;
    }

    /// A recording has no bytes: they are made up, undamaged.
    private void paint(SlubSlab slab, Set<Integer> free) {
        debug.paint(slab);
        for (int index = 0; index < slab.objects(); index++) {
            long object = slab.addressOf(index);
            debug.prepare(object);
            if (cache.geometry().slub().isDebug() && !free.contains(index)) {
                debug.init(object, ObjectDebug.RED_ACTIVE);
            }
        }
    }

    private void markAllocated(SlubSlab slab, Set<Integer> free) {
        for (int index = 0; cache.refusesMisuse() && index < slab.objects(); index++) {
            if (!free.contains(index)) {
                slab.markAllocated(slab.addressOf(index));
            }
        }
    }

    /// Links the objects and returns the first one's address, 0 if there are none.
    private long chain(SlubSlab slab, List<Integer> indices) {
        long next = 0;
        for (int index : indices.reversed()) {
            long object = slab.addressOf(index);
            links.set(object, next);
            next = object;
        }
        return next;
    }

    /// Adds a slab of which every object is in use, already counted by its node.
    void adoptFull(int pfn) {
        SlubGeometry geometry = cache.geometry().slub();
        SlubSlab slab = slab(pfn & -(1 << geometry.order()), geometry.order(), geometry.objects());
        paint(slab, Set.of());
        slab.set(0, geometry.objects(), false);
        markAllocated(slab, Set.of());
        nodes.of(slab).addFull(slab);
    }
}
