package org.kmemlab.slab;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

import com.google.errorprone.annotations.FormatMethod;
import com.google.errorprone.annotations.FormatString;

/// Walks everything that one cache holds and compares it with what it counted.
final class SlubValidation {

    private final SlabCache cache;
    private final CpuSlab[] cpus;
    private final SlubNodes nodes;
    private final FreeLinks links;
    private final Set<SlubSlab> seen = new HashSet<>();
    private final Set<Long> inSheaves;

    SlubValidation(SlabCache cache, CpuSlab[] cpus, SlubNodes nodes, FreeLinks links) {
        this.cache = cache;
        this.cpus = cpus;
        this.nodes = nodes;
        this.links = links;
        SheafLayer layer = cache.sheafLayer();
        this.inSheaves = layer == null ? Set.of() : layer.objects();
    }

    /// @throws IllegalStateException at the first finding
    void run() {
        for (CpuSlab mine : cpus) {
            checkCpu(mine);
        }
        for (int node = 0; node < nodes.count(); node++) {
            checkNode(nodes.of(node), node);
        }
    }

    private void checkCpu(CpuSlab mine) {
        SlubSlab slab = mine.slab;
        if (slab == null) {
            check(mine.freelist == 0, "%s has a free list without a slab", mine.cpu);
        } else {
            checkSlab(slab, true, links.walk(slab, mine.freelist));
            check(mine.freelist == 0 || slab.holds(mine.freelist),
                    "%s: free list outside its %s", mine.cpu, slab);
        }
        int count = 0;
        for (SlubSlab next = mine.topPartial(); next != null; next = next.next) {
            checkSlab(next, true, List.of());
            check(next.head() != SlabWord.NO_OBJECT, "%s on a partial stack is full", next);
            count++;
        }
        check(count == mine.partialCount(), "%s: %s partial slabs counted but counter is %s",
                mine.cpu, count, mine.partialCount());
    }

    private void checkNode(NodePartials list, int node) {
        int[] count = {0};
        list.forEachPartial(slab -> {
            check(slab.node == node, "%s of node %s is listed by node %s", slab, slab.node, node);
            checkSlab(slab, false, List.of());
            check(slab.head() != SlabWord.NO_OBJECT, "%s on the partial list is full", slab);
            count[0]++;
        });
        check(count[0] == list.count(), "node %s: %s partial slabs counted but counter is %s",
                node, count[0], list.count());
        list.forEachFull(slab -> {
            checkSlab(slab, false, List.of());
            check(slab.head() == SlabWord.NO_OBJECT, "%s on the full list has free objects", slab);
        });
        long known = seen.stream().filter(slab -> slab.node == node).count();
        check(known <= list.slabs(), "node %s: %s slabs found but counter is %s", node, known,
                list.slabs());
    }

    /// @param ownedByCpu indices on the free list of the CPU whose slab this is
    private void checkSlab(SlubSlab slab, boolean frozen, List<Integer> ownedByCpu) {
        check(seen.add(slab), "%s is in two places", slab);
        check(slab.cache == cache, "%s belongs to another cache", slab);
        check(slab.frozen() == frozen, "%s: frozen is %s", slab, slab.frozen());
        check(cache.allocator().table().at(slab.start) == slab, "%s: its pages name another owner",
                slab);
        check(cache.allocator().slabPages().isOwned(slab.pfn, slab.order, cache.number()),
                "%s: the map of memory names another owner of its pages", slab);
        List<Integer> free = links.walk(slab, slab.headAddress());
        check(free.size() == slab.objects() - slab.inuse(),
                "%s: %s free objects counted but %s of %s in use", slab, free.size(), slab.inuse(),
                slab.objects());
        Set<Integer> distinct = new HashSet<>(free);
        distinct.addAll(ownedByCpu);
        check(distinct.size() == free.size() + ownedByCpu.size(),
                "%s: an object is twice on a free list", slab);
        if (cache.refusesMisuse()) {
            for (int index = 0; index < slab.objects(); index++) {
                boolean isFree = distinct.contains(index);
                boolean inSheaf = inSheaves.contains(slab.addressOf(index));
                check(!isFree || !inSheaf, "%s: object %s is free and in a sheaf", slab, index);
                check(slab.isAllocated(index) != (isFree || inSheaf),
                        "%s: object %s is %s but marked otherwise", slab, index,
                        isFree || inSheaf ? "free" : "allocated");
            }
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
