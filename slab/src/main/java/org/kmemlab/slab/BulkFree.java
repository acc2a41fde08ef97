package org.kmemlab.slab;

import org.jspecify.annotations.Nullable;

/// Gathers objects of one slab out of an array that is freed at once, so that they go back in one
/// operation.
///
/// The array is consumed from its end. Behind the last object, up to three objects of other slabs
/// are passed over in search of more of the same slab.
final class BulkFree {

    /// Says which slab an object lies in, and that it comes back.
    interface Claim {
        SlubSlab claim(long object);
    }

    private static final int LOOK_AHEAD = 3;

    private final SlabTable table;
    private final FreeLinks links;
    private final Claim claim;
    private @Nullable SlabBugException bug;
    private long head;
    private long tail;
    private int count;

    BulkFree(SlabTable table, FreeLinks links, Claim claim) {
        this.table = table;
        this.links = links;
        this.claim = claim;
    }

    /// First object of the gathered chain: the one nearest to the end of the array.
    long head() {
        return head;
    }

    /// Last object of the chain; its link is not set.
    long tail() {
        return tail;
    }

    /// Objects of the chain.
    int count() {
        return count;
    }

    /// What ended the gathering early: an object that cannot be freed; null if nothing did.
    @Nullable
    SlabBugException bug() {
        return bug;
    }

    /// Gathers the last object of `objects[from..from+left)` and others of its slab.
    ///
    /// @return the slab they lie in; objects that are left are `left - count()`, in front
    SlubSlab gather(long[] objects, int from, int left) {
        bug = null;
        int at = from + left - 1;
        SlubSlab slab = claim.claim(objects[at]);
        head = objects[at];
        tail = head;
        count = 1;
        int others = LOOK_AHEAD;
        int end = at;
        while (--at >= from && others > 0) {
            long object = objects[at];
            if (table.at(object) != slab) {
                others--;
                continue;
            }
            try {
                claim.claim(object);
            } catch (SlabBugException found) {
                bug = found;
                return slab;
            }
            links.set(tail, object);
            tail = object;
            count++;
            // The gathered object and the last one that is left change places.
            end--;
            objects[at] = objects[end];
            objects[end] = object;
        }
        return slab;
    }
}
