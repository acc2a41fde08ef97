package org.kmemlab.slab;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import org.kmemlab.slab.ClassicSnapshot.ArrayView;
import org.kmemlab.slab.ClassicSnapshot.NodeView;
import org.kmemlab.slab.ClassicSnapshot.SlabView;

/// Reads the state of one cache of the classic allocator SLAB for people and for comparisons.
final class ClassicView {

    private final SlabCache cache;
    private final ClassicArrays arrays;
    private final ClassicNode[] nodes;
    private final ClassicStats.Counter stats;

    ClassicView(SlabCache cache, ClassicArrays arrays, ClassicNode[] nodes,
            ClassicStats.Counter stats) {
        this.cache = cache;
        this.arrays = arrays;
        this.nodes = nodes;
        this.stats = stats;
    }

    ClassicSnapshot snapshot() {
        return new ClassicSnapshot(cache.name(), cache.geometry().classic(), cache.refcount(),
                arrays.limits(), Arrays.stream(arrays.all()).map(ClassicView::view).toList(),
                Arrays.stream(nodes).map(this::view).toList(), stats.read());
    }

    private static ArrayView view(ArrayCache array) {
        return new ArrayView(Arrays.stream(array.toArray()).boxed().toList(), array.limit,
                array.batchCount, array.touched);
    }

    private NodeView view(ClassicNode node) {
        Map<Integer, ArrayView> aliens = new TreeMap<>();
        for (int home = 0; node.alien != null && home < nodes.length; home++) {
            ArrayCache array = node.alien[home];
            if (array != null) {
                aliens.put(home, view(array));
            }
        }
        return new NodeView(views(node.partial), views(node.full), views(node.free),
                node.freeLimit(), node.colourNext, node.shared == null ? null : view(node.shared),
                aliens);
    }

    private static List<SlabView> views(ClassicList list) {
        List<SlabView> views = new ArrayList<>();
        list.forEach(slab -> views
                .add(new SlabView(slab.pfn, slab.colour(), slab.active(), slab.freeIndices())));
        return views;
    }
}
