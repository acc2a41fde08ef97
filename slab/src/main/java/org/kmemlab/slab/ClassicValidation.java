package org.kmemlab.slab;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import com.google.errorprone.annotations.FormatMethod;
import com.google.errorprone.annotations.FormatString;
import org.jspecify.annotations.Nullable;

/// Walks everything that one cache of the classic allocator SLAB holds and compares it with what it
/// counted.
final class ClassicValidation {

    private final SlabCache cache;
    private final ClassicArrays arrays;
    private final ClassicNode[] nodes;
    private final Map<ClassicSlab, Set<Integer>> freeOf = new HashMap<>();

    ClassicValidation(SlabCache cache, ClassicArrays arrays, ClassicNode[] nodes) {
        this.cache = cache;
        this.arrays = arrays;
        this.nodes = nodes;
    }

    /// @throws IllegalStateException at the first finding
    void run() {
        for (ClassicNode node : nodes) {
            checkNode(node);
        }
        for (ArrayCache array : arrays.all()) {
            checkArray(array);
        }
        for (ClassicNode node : nodes) {
            checkArray(node.shared);
            for (int home = 0; node.alien != null && home < nodes.length; home++) {
                checkArray(node.alien[home]);
            }
        }
        if (cache.refusesMisuse()) {
            freeOf.forEach(this::checkMarks);
        }
    }

    private void checkNode(ClassicNode node) {
        long[] slabs = new long[2];
        long[] objects = new long[1];
        node.partial.forEach(slab -> {
            checkSlab(slab, node, node.partial);
            check(slab.active() > 0 && !slab.isFull(), "%s on the partial list: %s of %s active",
                    slab, slab.active(), slab.capacity());
            slabs[0]++;
            objects[0] += slab.capacity() - slab.active();
        });
        node.full.forEach(slab -> {
            checkSlab(slab, node, node.full);
            check(slab.isFull(), "%s on the full list has free objects", slab);
            slabs[0]++;
        });
        node.free.forEach(slab -> {
            checkSlab(slab, node, node.free);
            check(slab.active() == 0, "%s on the free list has active objects", slab);
            slabs[0]++;
            slabs[1]++;
            objects[0] += slab.capacity();
        });
        check(slabs[0] == node.totalSlabs(), "node %s: %s slabs listed but counter is %s", node.id,
                slabs[0], node.totalSlabs());
        check(slabs[1] == node.freeSlabs(), "node %s: %s free slabs listed but counter is %s",
                node.id, slabs[1], node.freeSlabs());
        check(objects[0] == node.freeObjects(), "node %s: %s free objects but counter is %s",
                node.id, objects[0], node.freeObjects());
    }

    private void checkSlab(ClassicSlab slab, ClassicNode node, ClassicList list) {
        check(slab.list == list, "%s does not know its list", slab);
        check(slab.node == node.id, "%s of node %s is listed by node %s", slab, slab.node,
                node.id);
        check(slab.cache == cache, "%s belongs to another cache", slab);
        check(cache.allocator().table().at(slab.start) == slab, "%s: its pages name another owner",
                slab);
        check(cache.allocator().slabPages().isOwned(slab.pfn, slab.order, cache.number()),
                "%s: the map of memory names another owner of its pages", slab);
        List<Integer> free = slab.freeIndices();
        Set<Integer> distinct = new HashSet<>(free);
        check(distinct.size() == free.size(), "%s: an object is free twice", slab);
        check(distinct.stream().allMatch(index -> index < slab.capacity()),
                "%s: a free object beyond %s", slab, slab.capacity());
        check(freeOf.put(slab, distinct) == null, "%s is in two places", slab);
        checkPlace(slab, distinct);
    }

    private void checkPlace(ClassicSlab slab, Set<Integer> free) {
        if (cache.geometry().classic().place() == ClassicGeometry.FreelistPlace.IN_OBJECT) {
            check(slab.isFull() ? slab.freelist() == ClassicSlab.NOWHERE
                    : free.contains(slab.indexOf(slab.freelist())),
                    "%s: its indices do not lie in a free object", slab);
        }
    }

    private void checkArray(@Nullable ArrayCache array) {
        if (array == null) {
            return;
        }
        check(array.avail >= 0 && array.avail <= array.limit, "%s objects in an array for %s",
                array.avail, array.limit);
        for (long object : array.toArray()) {
            Slab slab = cache.allocator().table().at(object);
            check(slab instanceof ClassicSlab && slab.cache == cache && slab.isObjectHere(object),
                    "0x%s in an array is no object", Long.toHexString(object));
            Set<Integer> free = slab instanceof ClassicSlab home ? freeOf.get(home) : null;
            check(free != null && slab != null && free.add(slab.indexOf(object)),
                    "0x%s in an array is free elsewhere, too", Long.toHexString(object));
        }
    }

    private void checkMarks(ClassicSlab slab, Set<Integer> free) {
        for (int index = 0; index < slab.capacity(); index++) {
            check(slab.isAllocated(index) != free.contains(index),
                    "%s: object %s is %s but marked otherwise", slab, index,
                    free.contains(index) ? "free" : "allocated");
        }
    }

    @FormatMethod
    private void check(boolean holds, @FormatString String message, Object... values) {
        if (!holds) {
            throw new IllegalStateException(
                    "cache " + cache.name() + ": " + String.format(message, values));
        }
    }
}
