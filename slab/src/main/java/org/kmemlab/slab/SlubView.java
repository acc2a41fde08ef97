package org.kmemlab.slab;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import org.kmemlab.slab.CacheSnapshot.CpuView;
import org.kmemlab.slab.CacheSnapshot.NodeView;
import org.kmemlab.slab.CacheSnapshot.SlabView;

/// Reads the state of one cache for people and for comparisons.
final class SlubView {

    private final SlabCache cache;
    private final CpuSlab[] cpus;
    private final SlubNodes nodes;
    private final FreeLinks links;

    SlubView(SlabCache cache, CpuSlab[] cpus, SlubNodes nodes, FreeLinks links) {
        this.cache = cache;
        this.cpus = cpus;
        this.nodes = nodes;
        this.links = links;
    }

    CacheSnapshot snapshot() {
        List<NodeView> nodeViews = new ArrayList<>();
        for (int node = 0; node < nodes.count(); node++) {
            nodeViews.add(view(nodes.of(node)));
        }
        return new CacheSnapshot(cache.name(), cache.geometry(), cache.refcount(),
                Arrays.stream(cpus).map(this::view).toList(), nodeViews);
    }

    private CpuView view(CpuSlab mine) {
        Slab slab = mine.slab;
        List<SlabView> partial = new ArrayList<>();
        for (Slab next = mine.topPartial(); next != null; next = next.next) {
            partial.add(view(next));
        }
        return new CpuView(slab == null ? null : view(slab),
                slab == null ? List.of() : links.walk(slab, mine.freelist), partial,
                Arrays.stream(SlubStat.values()).map(mine::counter).toList());
    }

    private NodeView view(NodePartials node) {
        List<SlabView> partial = new ArrayList<>();
        node.forEachPartial(slab -> partial.add(view(slab)));
        List<SlabView> full = new ArrayList<>();
        node.forEachFull(slab -> full.add(view(slab)));
        return new NodeView(node.slabs(), node.objects(), partial, full);
    }

    private SlabView view(Slab slab) {
        return new SlabView(slab.pfn, slab.order, slab.inuse(), slab.objects(), slab.frozen(),
                links.walk(slab, slab.headAddress()));
    }
}
