package org.kmemlab.slab;

import org.kmemlab.machine.Cpu;

/// The node lists of one cache, and how a slab leaves the cache.
final class SlubNodes {

    private final NodePartials[] nodes;
    private final SlabBuilder builder;
    private final CacheTunables tunables;

    SlubNodes(int count, boolean keepsFull, CacheTunables tunables, SlabBuilder builder) {
        this.nodes = new NodePartials[count];
        for (int node = 0; node < count; node++) {
            nodes[node] = new NodePartials(keepsFull);
        }
        this.tunables = tunables;
        this.builder = builder;
    }

    int count() {
        return nodes.length;
    }

    NodePartials of(int node) {
        return nodes[node];
    }

    /// The lists of the node that the slab's pages are on.
    NodePartials of(SlubSlab slab) {
        return nodes[slab.node];
    }

    /// Whether a slab without objects in use should go: its node keeps enough others.
    boolean wantsToRelease(SlubSlab slab) {
        return slab.inuse() == 0 && tunables.isEnough(of(slab).count());
    }

    /// Gives the pages of an unlisted slab back.
    void discard(Cpu cpu, SlubSlab slab) {
        of(slab).died(slab);
        builder.release(cpu, slab);
    }
}
