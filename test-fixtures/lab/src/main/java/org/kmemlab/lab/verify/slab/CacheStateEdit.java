package org.kmemlab.lab.verify.slab;

import java.util.ArrayList;
import java.util.List;

import org.kmemlab.machine.PhysicalMemory;
import org.kmemlab.slab.CacheState;
import org.kmemlab.slab.ClassicSnapshot;
import org.kmemlab.slab.KmemCache;
import org.kmemlab.slab.SlobSnapshot;
import org.kmemlab.slab.SlubSnapshot;
import org.kmemlab.slab.SlubSnapshot.CpuView;
import org.kmemlab.slab.SlubSnapshot.NodeView;
import org.kmemlab.slab.SlubSnapshot.SlabView;

/// Changes the state of a cache so that the check can go on after a difference: a slab whose pages
/// the kernel has freed is taken from wherever it is.
final class CacheStateEdit {

    private CacheStateEdit() {
    }

    /// The state of a cache as it is.
    static CacheState of(KmemCache cache) {
        return new CacheState(cache.snapshot(), cache.hasConstructor() ? (memory, address) -> {
            // Only the layout depends on it.
        } : null);
    }

    /// A state without one slab.
    ///
    /// @param node whose pages the slab has
    static CacheState without(CacheState state, LiveSlabs.Slab slab, int node) {
        return new CacheState(switch (state.snapshot()) {
            case SlubSnapshot slub -> without(slub, slab, node);
            case ClassicSnapshot classic -> without(classic, slab);
            case SlobSnapshot slob -> slob;
        }, state.ctor());
    }

    private static ClassicSnapshot without(ClassicSnapshot cache, LiveSlabs.Slab slab) {
        long first = PhysicalMemory.BASE_ADDRESS + ((long) slab.pfn() << PhysicalMemory.PAGE_SHIFT);
        long end = first + ((long) PhysicalMemory.PAGE_SIZE << slab.order());
        List<ClassicSnapshot.ArrayView> cpus = cache.cpus().stream()
                .map(array -> new ClassicSnapshot.ArrayView(
                        array.entries().stream()
                                .filter(object -> object < first || object >= end).toList(),
                        array.limit(), array.batchCount(), array.touched()))
                .toList();
        List<ClassicSnapshot.NodeView> nodes = cache.nodes().stream()
                .map(node -> new ClassicSnapshot.NodeView(lacking(node.partial(), slab.pfn()),
                        lacking(node.full(), slab.pfn()), lacking(node.free(), slab.pfn()),
                        node.freeLimit(), node.colourNext(), node.shared(), node.alien()))
                .toList();
        return new ClassicSnapshot(cache.name(), cache.geometry(), cache.refcount(),
                cache.limits(), cpus, nodes, cache.stats());
    }

    private static List<ClassicSnapshot.SlabView> lacking(List<ClassicSnapshot.SlabView> slabs,
            int pfn) {
        return slabs.stream().filter(slab -> slab.pfn() != pfn).toList();
    }

    private static SlubSnapshot without(SlubSnapshot cache, LiveSlabs.Slab slab, int node) {
        List<CpuView> cpus = new ArrayList<>();
        for (CpuView cpu : cache.cpus()) {
            SlabView current = cpu.slab();
            boolean lost = current != null && current.pfn() == slab.pfn();
            cpus.add(new CpuView(lost ? null : current, lost ? List.of() : cpu.freelist(),
                    without(cpu.partial(), slab.pfn()), cpu.counters()));
        }
        List<NodeView> nodes = new ArrayList<>();
        for (int i = 0; i < cache.nodes().size(); i++) {
            NodeView view = cache.nodes().get(i);
            nodes.add(new NodeView(view.slabs() - (i == node ? 1 : 0),
                    view.objects() - (i == node ? slab.objects() : 0),
                    without(view.partial(), slab.pfn()), without(view.full(), slab.pfn())));
        }
        return new SlubSnapshot(cache.name(), cache.geometry(), cache.refcount(), cpus, nodes);
    }

    private static List<SlabView> without(List<SlabView> slabs, int pfn) {
        return slabs.stream().filter(slab -> slab.pfn() != pfn).toList();
    }
}
