package org.kmemlab.slab;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;

import org.apache.commons.lang3.Validate;
import org.kmemlab.slab.ClassicSnapshot.ArrayView;
import org.kmemlab.slab.ClassicSnapshot.NodeView;
import org.kmemlab.slab.ClassicSnapshot.SlabView;

/// Puts one cache of the classic allocator SLAB into a recorded state.
///
/// A state does not tell where a stack of indices lies that is in memory of `kmalloc`; such a
/// stack is kept beside the machine, and that memory stays in use when the slab dies.
final class ClassicRestore {

    private final SlabCache cache;
    private final ClassicArrays arrays;
    private final ClassicNode[] nodes;

    ClassicRestore(SlabCache cache, ClassicArrays arrays, ClassicNode[] nodes) {
        this.cache = cache;
        this.arrays = arrays;
        this.nodes = nodes;
    }

    /// @throws IllegalArgumentException if the state does not fit the machine or itself
    void run(ClassicSnapshot state) {
        Validate.isTrue(
                state.cpus().size() <= arrays.all().length && state.nodes().size() <= nodes.length,
                "cache %s: the state is of %d CPUs and %d nodes", cache.name(),
                state.cpus().size(), state.nodes().size());
        arrays.setLimits(state.limits());
        for (int node = 0; node < state.nodes().size(); node++) {
            restore(nodes[node], state.nodes().get(node));
        }
        Set<Long> waiting = new HashSet<>();
        for (int cpu = 0; cpu < state.cpus().size(); cpu++) {
            arrays.restore(cpu, state.cpus().get(cpu));
            addWaiting(waiting, state.cpus().get(cpu));
        }
        for (NodeView node : state.nodes()) {
            ArrayView shared = node.shared();
            if (shared != null) {
                addWaiting(waiting, shared);
            }
            node.alien().values().forEach(array -> addWaiting(waiting, array));
        }
        for (ClassicNode node : nodes) {
            markAllocated(node.partial, waiting);
            markAllocated(node.full, waiting);
        }
    }

    private void addWaiting(Set<Long> waiting, ArrayView array) {
        for (long object : array.entries()) {
            Slab slab = cache.allocator().table().at(object);
            Validate.isTrue(
                    slab != null && slab.cache == cache && slab.isObjectHere(object)
                            && waiting.add(object),
                    "cache %s: 0x%x waits in an array and is no object, or waits twice",
                    cache.name(), object);
        }
    }

    private void restore(ClassicNode node, NodeView view) {
        view.partial().forEach(slab -> node.add(make(node, slab)));
        view.full().forEach(slab -> node.add(make(node, slab)));
        view.free().forEach(slab -> node.add(make(node, slab)));
        node.setFreeLimit(view.freeLimit());
        node.colourNext = view.colourNext();
        ArrayView shared = view.shared();
        node.shared = shared == null ? null : new ArrayCache(shared.limit(), shared.batchCount());
        if (shared != null) {
            ClassicArrays.fill(Objects.requireNonNull(node.shared), shared);
        }
        view.alien().forEach((home, array) -> {
            ArrayCache aliens = node.alien == null ? null : node.alien[home];
            if (aliens != null) {
                ClassicArrays.fill(aliens, array);
            }
        });
    }

    private ClassicSlab make(ClassicNode node, SlabView view) {
        ClassicGeometry geometry = cache.geometry().classic();
        String name = "cache " + cache.name() + ": slab 0x" + Integer.toHexString(view.pfn());
        Validate.isTrue(view.free().size() == geometry.objects() - view.active(),
                "%s has %d of %d objects active but %d free ones", name, view.active(),
                geometry.objects(), view.free().size());
        Set<Integer> distinct = new HashSet<>(view.free());
        Validate.isTrue(
                distinct.size() == view.free().size() && distinct.stream()
                        .allMatch(index -> index >= 0 && index < geometry.objects()),
                "%s: an object is free twice, or beyond %d", name, geometry.objects());
        for (int i = 0; i < 1 << geometry.order(); i++) {
            Slab other = cache.allocator().table().at(cache.memory().addressOf(view.pfn() + i));
            Validate.isTrue(other == null, "%s overlaps %s", name, other);
        }
        ClassicSlab slab = ClassicSlab.recorded(cache, view.pfn(), node.id, view.colour());
        cache.allocator().table().add(slab);
        slab.setFree(view.free());
        return slab;
    }

    private void markAllocated(ClassicList list, Set<Long> waiting) {
        if (cache.refusesMisuse()) {
            list.forEach(slab -> {
                List<Integer> inUse = new ArrayList<>(
                        IntStream.range(0, slab.capacity()).boxed().toList());
                inUse.removeAll(slab.freeIndices());
                inUse.stream().map(slab::addressOf).filter(object -> !waiting.contains(object))
                        .forEach(slab::markAllocated);
            });
        }
    }
}
