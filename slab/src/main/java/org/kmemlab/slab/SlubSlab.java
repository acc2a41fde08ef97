package org.kmemlab.slab;

import org.jspecify.annotations.Nullable;

/// A slab of SLUB.
///
/// **States.** A slab is *frozen* while it belongs to one CPU, as its current slab or on its stack
/// of partial slabs; then it is on no list of a node, and other CPUs only push freed objects. A
/// slab that is not frozen is on its node's partial list if it has free objects, else on no list
/// (on the full list, if the cache stores its users).
///
/// **Invariant.** I1: `inuse` is `objects` minus the length of the free list at `head`. The objects
/// on a CPU's own free list count as in use.
final class SlubSlab extends Slab {

    /// Neighbours on the one list that the slab is on.
    @Nullable
    SlubSlab next;
    @Nullable
    SlubSlab prev;

    /// Whether it is on its node's partial list.
    boolean isPartial;
    /// Whether it is on its node's full list.
    boolean isFull;

    private long word;
    private long wildHead;

    /// A slab without free objects, frozen by nobody.
    ///
    /// @param objects how many it holds
    SlubSlab(SlabCache cache, int pfn, int order, int node, int objects) {
        super(cache, pfn, order, node,
                cache.memory().addressOf(pfn) + cache.geometry().redLeftPad(), objects);
        this.word = SlabWord.of(SlabWord.NO_OBJECT, 0, objects, false);
    }

    /// Index of the first free object, or [SlabWord#NO_OBJECT].
    int head() {
        return SlabWord.head(word);
    }

    /// Address of the first free object, 0 if there is none.
    long headAddress() {
        int head = head();
        if (head >= SlabWord.WILD) {
            return head == SlabWord.NO_OBJECT ? 0 : wildHead;
        }
        return addressOf(head);
    }

    /// Objects that are not on this slab's own free list.
    int inuse() {
        return SlabWord.inuse(word);
    }

    /// Objects that it holds.
    int objects() {
        return SlabWord.objects(word);
    }

    /// Whether it belongs to one CPU.
    boolean frozen() {
        return SlabWord.frozen(word);
    }

    /// Replaces everything that CPUs share.
    ///
    /// @param headAddress first free object, 0 for none
    void set(long headAddress, int inuse, boolean frozen) {
        int head = headAddress == 0 ? SlabWord.NO_OBJECT : indexOf(headAddress);
        assert inuse >= 0 && inuse <= objects() : this + ": inuse becomes " + inuse;
        word = SlabWord.of(head, inuse, objects(), frozen);
    }

    /// Replaces free list and count of a slab that no CPU owns, where the list may begin anywhere.
    ///
    /// @param head what a link said: maybe no object of this slab
    void setUnfrozen(long head, int inuse) {
        if (head == 0 || isObjectHere(head)) {
            set(head, inuse, false);
        } else {
            wildHead = head;
            word = SlabWord.of(SlabWord.WILD, inuse, objects(), false);
        }
    }
}
