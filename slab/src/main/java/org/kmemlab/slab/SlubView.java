package org.kmemlab.slab;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.kmemlab.slab.SlubSnapshot.CpuView;
import org.kmemlab.slab.SlubSnapshot.NodeView;
import org.kmemlab.slab.SlubSnapshot.SlabView;

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

    SlubSnapshot snapshot() {
        List<NodeView> nodeViews = new ArrayList<>();
        for (int node = 0; node < nodes.count(); node++) {
            nodeViews.add(view(nodes.of(node)));
        }
        return new SlubSnapshot(cache.name(), cache.geometry().slub(), cache.refcount(),
                Arrays.stream(cpus).map(this::view).toList(), nodeViews, sheaves());
    }

    private @Nullable SheafView sheaves() {
        SheafLayer layer = cache.sheafLayer();
        return layer == null ? null : layer.view();
    }

    private CpuView view(CpuSlab mine) {
        SlubSlab slab = mine.slab;
        List<SlabView> partial = new ArrayList<>();
        for (SlubSlab next = mine.topPartial(); next != null; next = next.next) {
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

    private SlabView view(SlubSlab slab) {
        return new SlabView(slab.pfn, slab.order, slab.inuse(), slab.objects(), slab.frozen(),
                links.walk(slab, slab.headAddress()));
    }
}
