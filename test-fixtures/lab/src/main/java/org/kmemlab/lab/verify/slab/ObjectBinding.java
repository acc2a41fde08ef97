package org.kmemlab.lab.verify.slab;

import java.util.HashMap;
import java.util.Map;

/// Which recorded object of a slab stands for which of ours, on kernels whose new slabs hand out
/// their objects in random order.
///
/// The order of a new slab is not known, but from the moment an object is first seen it is the same
/// one for the rest of the slab's life, and no other object is. So each object is taken from the
/// recording once, and everything that happens to it afterwards is compared. In slabs that were not
/// born under our eyes, and on kernels without randomness, each object stands for itself, except
/// where a recording does not tell which objects are free.
final class ObjectBinding {

    /// No such object is known.
    static final int NONE = -1;

    private static final class Slab {
        final Map<Integer, Integer> recordedOf = new HashMap<>();
        final Map<Integer, Integer> ownOf = new HashMap<>();
    }

    private final Map<Integer, Slab> slabs = new HashMap<>();
    private final boolean randomFreelist;
    private int bound;

    /// @param randomFreelist whether the order in new slabs is random
    ObjectBinding(boolean randomFreelist) {
        this.randomFreelist = randomFreelist;
    }

    /// A new slab begins at a frame.
    void born(int pfn) {
        if (randomFreelist) {
            slabs.put(pfn, new Slab());
        }
    }

    /// A slab is there of which nobody told in which order it hands out its free objects.
    void learn(int pfn) {
        slabs.put(pfn, new Slab());
    }

    /// The recorded index of our object; [#NONE] if it was not bound so far.
    int recordedOf(int slabPfn, int own) {
        Slab slab = slabs.get(slabPfn);
        return slab == null ? own : slab.recordedOf.getOrDefault(own, NONE);
    }

    /// Our index of a recorded object; [#NONE] if it was not bound so far.
    int ownOf(int slabPfn, int recorded) {
        Slab slab = slabs.get(slabPfn);
        return slab == null ? recorded : slab.ownOf.getOrDefault(recorded, NONE);
    }

    /// Binds two objects, unless one of them is bound already.
    void bind(int slabPfn, int own, int recorded) {
        Slab slab = slabs.get(slabPfn);
        if (slab != null && !slab.recordedOf.containsKey(own)
                && !slab.ownOf.containsKey(recorded)) {
            slab.recordedOf.put(own, recorded);
            slab.ownOf.put(recorded, own);
            bound++;
        }
    }

    /// Objects that were taken from the recording so far.
    int bound() {
        return bound;
    }
}
