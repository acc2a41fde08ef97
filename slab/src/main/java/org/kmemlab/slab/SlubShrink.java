package org.kmemlab.slab;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

import org.kmemlab.machine.Cpu;

/// Releases the slabs of a cache that are not in use, once all CPUs have given up theirs.
final class SlubShrink {

    /// Slabs with more free objects than this are not worth sorting.
    private static final int PROMOTE_MAX = 32;

    private final SlubNodes nodes;
    private final Cpu cpu;

    SlubShrink(SlubNodes nodes, Cpu cpu) {
        this.nodes = nodes;
        this.cpu = cpu;
    }

    /// Releases all empty slabs, however few a node keeps, and puts the fullest of the others to
    /// the front, so that the emptier ones get a chance to become empty.
    ///
    /// @return whether no slab is left
    boolean shrink() {
        boolean none = true;
        for (int node = 0; node < nodes.count(); node++) {
            NodePartials list = nodes.of(node);
            if (list.count() == 0) {
                none &= list.slabs() == 0;
                continue;
            }
            List<List<SlubSlab>> byFree = new ArrayList<>();
            for (int free = 0; free <= PROMOTE_MAX; free++) {
                byFree.add(new ArrayList<>());
            }
            ArrayDeque<SlubSlab> empty = new ArrayDeque<>();
            list.forEachPartial(slab -> {
                int free = slab.objects() - slab.inuse();
                if (slab.inuse() == 0) {
                    list.remove(slab);
                    empty.addFirst(slab);
                } else if (free <= PROMOTE_MAX) {
                    list.remove(slab);
                    byFree.get(free).add(slab);
                }
            });
            for (int free = PROMOTE_MAX; free > 0; free--) {
                byFree.get(free).forEach(list::addFirst);
            }
            empty.forEach(slab -> nodes.discard(cpu, slab));
            none &= list.slabs() == 0;
        }
        return none;
    }

    /// Releases all empty slabs.
    ///
    /// @param inUse told about each slab that cannot go
    /// @return whether no slab is left
    boolean releaseAll(Consumer<SlubSlab> inUse) {
        boolean none = true;
        for (int node = 0; node < nodes.count(); node++) {
            NodePartials list = nodes.of(node);
            ArrayDeque<SlubSlab> empty = new ArrayDeque<>();
            list.forEachPartial(slab -> {
                if (slab.inuse() == 0) {
                    list.remove(slab);
                    empty.addFirst(slab);
                } else {
                    inUse.accept(slab);
                }
            });
            empty.forEach(slab -> nodes.discard(cpu, slab));
            none &= list.slabs() == 0;
        }
        return none;
    }
}
