package org.kmemlab.slab;

/// How caches with debug flags allocate and free: one object at a time, under the node's lock, so
/// that every object can be looked at on its way.
///
/// No CPU owns a slab. A slab stays on its node's partial list while it has a free object.
final class CheckedPath {

    private final SlubNodes nodes;
    private final FreeLinks links;

    CheckedPath(SlubNodes nodes, FreeLinks links) {
        this.nodes = nodes;
        this.links = links;
    }

    /// Takes the first free object of a slab on a partial list.
    long take(Slab slab) {
        long object = slab.headAddress();
        slab.set(links.next(object), slab.inuse() + 1, false);
        if (slab.inuse() == slab.objects()) {
            nodes.of(slab).remove(slab);
            nodes.of(slab).addFull(slab);
        }
        return object;
    }

    /// Puts a chain of objects back on the free list of their slab.
    void free(CpuSlab mine, Slab slab, long head, long tail, int count) {
        NodePartials list = nodes.of(slab);
        boolean wasFull = slab.head() == SlabWord.NO_OBJECT;
        links.set(tail, slab.headAddress());
        slab.set(head, slab.inuse() - count, false);
        boolean release = nodes.wantsToRelease(slab);
        if (wasFull) {
            list.removeFull(slab);
            if (!release) {
                list.addLast(slab);
                mine.count(SlubStat.FREE_ADD_PARTIAL);
            }
        } else if (release) {
            list.remove(slab);
            mine.count(SlubStat.FREE_REMOVE_PARTIAL);
        }
        if (release) {
            mine.count(SlubStat.FREE_SLAB);
            nodes.discard(mine.cpu, slab);
        }
    }
}
