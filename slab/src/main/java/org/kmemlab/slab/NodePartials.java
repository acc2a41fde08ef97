package org.kmemlab.slab;

import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

/// What one memory node holds of one cache (`struct kmem_cache_node`): the slabs that have both
/// free objects and no owner, and how many slabs there are altogether.
///
/// Slabs are taken from the head. Where one is put says how soon its free objects are wanted: at
/// the tail they get time to become a whole free slab. The full list has no other use than to be
/// looked through; only caches that store their users keep it.
///
/// **Locking.** The node's list lock covers all of it.
final class NodePartials {

    private final SlabList partial = new SlabList();
    private final SlabList full = new SlabList();
    private final boolean keepsFull;
    private long slabs;
    private long objects;

    NodePartials(boolean keepsFull) {
        this.keepsFull = keepsFull;
    }

    /// A doubly linked list through [SlubSlab#next] and [SlubSlab#prev].
    private static final class SlabList {
        @Nullable
        SlubSlab first;
        @Nullable
        SlubSlab last;
        int count;

        void addFirst(SlubSlab slab) {
            insert(null, slab, first);
        }

        void addLast(SlubSlab slab) {
            insert(last, slab, null);
        }

        private void insert(@Nullable SlubSlab before, SlubSlab slab, @Nullable SlubSlab after) {
            slab.prev = before;
            slab.next = after;
            if (before == null) {
                first = slab;
            } else {
                before.next = slab;
            }
            if (after == null) {
                last = slab;
            } else {
                after.prev = slab;
            }
            count++;
        }

        void remove(SlubSlab slab) {
            SlubSlab before = slab.prev;
            SlubSlab after = slab.next;
            assert (before == null ? first == slab : before.next == slab) : slab + ": not listed";
            if (before == null) {
                first = after;
            } else {
                before.next = after;
            }
            if (after == null) {
                last = before;
            } else {
                after.prev = before;
            }
            slab.prev = null;
            slab.next = null;
            count--;
        }

        void forEach(Consumer<SlubSlab> action) {
            SlubSlab slab = first;
            while (slab != null) {
                SlubSlab following = slab.next;
                action.accept(slab);
                slab = following;
            }
        }
    }

    /// The partial slab to be used next, null if there is none.
    @Nullable
    SlubSlab first() {
        return partial.first;
    }

    /// Slabs on the partial list (`nr_partial`).
    int count() {
        return partial.count;
    }

    /// Slabs of the node, wherever they are (`nr_slabs`).
    long slabs() {
        return slabs;
    }

    /// Objects of these slabs (`total_objects`).
    long objects() {
        return objects;
    }

    void addFirst(SlubSlab slab) {
        partial.addFirst(slab);
        slab.isPartial = true;
    }

    void addLast(SlubSlab slab) {
        partial.addLast(slab);
        slab.isPartial = true;
    }

    void remove(SlubSlab slab) {
        partial.remove(slab);
        slab.isPartial = false;
    }

    /// Notes a slab that has no free object any more.
    void addFull(SlubSlab slab) {
        if (keepsFull) {
            full.addFirst(slab);
            slab.isFull = true;
        }
    }

    /// Forgets a slab that has a free object again, if it is noted.
    void removeFull(SlubSlab slab) {
        if (slab.isFull) {
            full.remove(slab);
            slab.isFull = false;
        }
    }

    /// Counts a new slab.
    void born(SlubSlab slab) {
        slabs++;
        objects += slab.objects();
    }

    /// Counts a slab that goes back to the page allocator.
    void died(SlubSlab slab) {
        slabs--;
        objects -= slab.objects();
    }

    /// Counts slabs that nothing else tells of.
    void restoreCounts(long recordedSlabs, long recordedObjects) {
        slabs = recordedSlabs;
        objects = recordedObjects;
    }

    /// Visits the partial slabs from head to tail; the visitor may unlink the slab it is at.
    void forEachPartial(Consumer<SlubSlab> action) {
        partial.forEach(action);
    }

    /// Visits the full slabs, the newest first.
    void forEachFull(Consumer<SlubSlab> action) {
        full.forEach(action);
    }
}
