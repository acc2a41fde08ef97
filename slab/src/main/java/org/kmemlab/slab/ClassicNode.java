package org.kmemlab.slab;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

/// What one memory node holds of one cache of the classic allocator SLAB
/// (`struct kmem_cache_node`).
///
/// **Invariants.** I1: `freeObjects` counts the free objects of all slabs here; those in arrays are
/// not free. I2: `freeSlabs` and `totalSlabs` are the lengths of the lists.
final class ClassicNode {

    /// The node's number.
    final int id;
    /// Slabs with free and active objects.
    final ClassicList partial = new ClassicList();
    /// Slabs without free objects.
    final ClassicList full = new ClassicList();
    /// Slabs without active objects.
    final ClassicList free = new ClassicList();

    /// The array that the node's CPUs share; null if they share none.
    @Nullable
    ArrayCache shared;
    /// By node: objects of that node that were freed here; null where there is no such array.
    @Nullable
    ArrayCache @Nullable [] alien;
    /// Which colour the last new slab has.
    int colourNext;
    /// Whether a free slab was wanted since the node was aged last.
    boolean freeTouched;
    /// When the node is aged next, in jiffies.
    long nextReap;

    private final int objectsPerSlab;
    private final ClassicDebug debug;
    private int freeLimit;
    private long totalSlabs;
    private long freeSlabs;
    private long freeObjects;

    ClassicNode(int id, int objectsPerSlab, ClassicDebug debug) {
        this.id = id;
        this.objectsPerSlab = objectsPerSlab;
        this.debug = debug;
    }

    /// Free objects above which free slabs are given up.
    int freeLimit() {
        return freeLimit;
    }

    /// @param cpus CPUs of the node
    /// @param batchCount of their arrays
    void setFreeLimit(int cpus, int batchCount) {
        freeLimit = (1 + cpus) * batchCount + objectsPerSlab;
    }

    void setFreeLimit(int recorded) {
        freeLimit = recorded;
    }

    long totalSlabs() {
        return totalSlabs;
    }

    long freeSlabs() {
        return freeSlabs;
    }

    long freeObjects() {
        return freeObjects;
    }

    /// Adds a slab as the last one of its list.
    void add(ClassicSlab slab) {
        totalSlabs++;
        freeObjects += objectsPerSlab - slab.active();
        if (slab.active() == 0) {
            free.moveLast(slab);
            freeSlabs++;
        } else if (slab.isFull()) {
            full.moveLast(slab);
        } else {
            partial.moveLast(slab);
        }
    }

    /// Takes objects from the slabs that are here, partial ones first, into an array.
    void fill(ArrayCache array, int most) {
        int before = array.avail;
        while (array.avail - before < most) {
            ClassicSlab slab = firstWithFree();
            if (slab == null) {
                break;
            }
            fillFrom(slab, array, most - (array.avail - before));
            relist(slab);
        }
        freeObjects -= array.avail - before;
    }

    /// Takes one object from the slabs that are here; 0 if there is none.
    long takeOne() {
        ClassicSlab slab = firstWithFree();
        if (slab == null) {
            return 0;
        }
        long object = slab.take();
        freeObjects--;
        relist(slab);
        return object;
    }

    private @Nullable ClassicSlab firstWithFree() {
        ClassicSlab slab = partial.first();
        if (slab == null) {
            freeTouched = true;
            slab = free.first();
            if (slab != null) {
                freeSlabs--;
            }
        }
        return slab;
    }

    /// Takes objects of a slab that is on no list so far.
    static void fillFrom(ClassicSlab slab, ArrayCache array, int most) {
        for (int i = 0; i < most && !slab.isFull(); i++) {
            array.push(slab.take());
        }
    }

    /// Puts a slab of which something was taken to the head of its new list.
    private void relist(ClassicSlab slab) {
        if (slab.isFull()) {
            full.moveFirst(slab);
            debug.restorePoison(slab.leaveObject());
        } else {
            partial.moveFirst(slab);
        }
    }

    /// Takes up a new slab.
    void born(ClassicSlab slab) {
        totalSlabs++;
        if (slab.active() == 0) {
            free.moveLast(slab);
            freeSlabs++;
        } else {
            relist(slab);
        }
        freeObjects += objectsPerSlab - slab.active();
    }

    /// Takes an object back into its slab.
    void put(ClassicSlab slab, long object) {
        freeObjects++;
        slab.put(object);
        if (slab.active() == 0) {
            free.moveFirst(slab);
            freeSlabs++;
        } else {
            partial.moveLast(slab);
        }
    }

    /// Gives up the free slabs that make too many free objects.
    ///
    /// @return these slabs, in the order in which their pages are released
    Deque<ClassicSlab> shedSurplus() {
        Deque<ClassicSlab> surplus = new ArrayDeque<>();
        while (freeObjects > freeLimit && !free.isEmpty()) {
            // The kernel gathers them on a list whose head is the last one that came.
            surplus.addFirst(removeFree());
        }
        return surplus;
    }

    /// Takes the free slab that has waited longest; there is one.
    ClassicSlab removeFree() {
        ClassicSlab slab = Objects.requireNonNull(free.last(), "no free slab");
        ClassicList.unlink(slab);
        freeSlabs--;
        totalSlabs--;
        freeObjects -= objectsPerSlab;
        return slab;
    }
}
