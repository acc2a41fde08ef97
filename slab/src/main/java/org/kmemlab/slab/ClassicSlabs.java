package org.kmemlab.slab;

import static org.kmemlab.machine.PhysicalMemory.PAGE_SIZE;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import org.jspecify.annotations.Nullable;
import org.kmemlab.buddy.GfpFlags;
import org.kmemlab.buddy.PageAllocator;
import org.kmemlab.machine.Cpu;

/// Makes the slabs of one cache of the classic allocator SLAB out of pages, and pages out of slabs.
///
/// A constructor runs here, once for each object of a new slab; but where free objects are poisoned
/// it runs at each allocation.
final class ClassicSlabs {

    private final SlabCache cache;
    private final ClassicGeometry geometry;
    private final FreelistOrder order;
    private final ClassicDebug debug;

    ClassicSlabs(SlabCache cache, FreelistOrder order, ClassicDebug debug) {
        this.cache = cache;
        this.geometry = cache.geometry().classic();
        this.order = order;
        this.debug = debug;
    }

    /// A new slab with all objects free, on no list.
    ///
    /// @param nodes all nodes, for the colour of the one that the pages are on
    /// @param node wanted memory node
    /// @return null if there is no memory
    @Nullable
    ClassicSlab build(Cpu cpu, int node, GfpFlags gfp, ClassicNode[] nodes) {
        SlabAllocator allocator = cache.allocator();
        GfpFlags asked = SlabBuilder.fixUp(cpu, allocator.reports(), gfp);
        if (cache.ctor() != null && asked.has(GfpFlags.ZERO)) {
            allocator.reports().warnOnce("ctor-and-zero", cpu,
                    "cache " + cache.name() + ": __GFP_ZERO on a cache with a constructor");
        }
        GfpFlags local = asked.and(SlabBuilder.PASSED_ON);
        GfpFlags forPages = local.with(geometry.allocFlags());
        int pfn = allocator.slabPages().alloc(cpu, node, forPages, geometry.order(),
                cache.number());
        if (pfn == PageAllocator.NONE) {
            allocator.reports().classicOutOfMemory(cache, node, forPages);
            return null;
        }
        int home = allocator.slabPages().nodeOf(pfn);
        int colour = nextColour(nodes[home]) * geometry.colourOff();
        long freelist = freelist(cpu, home, local, pfn);
        if (freelist == ClassicSlab.NOWHERE
                && geometry.place() == ClassicGeometry.FreelistPlace.OFF_SLAB) {
            allocator.slabPages().free(cpu, pfn, geometry.order());
            return null;
        }
        ClassicSlab slab = new ClassicSlab(cache, pfn, home, colour, freelist);
        allocator.table().add(slab);
        layOut(cpu, slab);
        return slab;
    }

    /// Each new slab of a node begins one colour further behind than the one before.
    private int nextColour(ClassicNode node) {
        node.colourNext++;
        if (node.colourNext >= geometry.colours()) {
            node.colourNext = 0;
        }
        return node.colourNext;
    }

    /// Where the stack of indices of a new slab lies, if not in one of its objects.
    private long freelist(Cpu cpu, int node, GfpFlags gfp, int pfn) {
        return switch (geometry.place()) {
            case IN_OBJECT -> ClassicSlab.NOWHERE;
            case ON_SLAB -> cache.memory().addressOf(pfn) + ((long) PAGE_SIZE << geometry.order())
                    - geometry.freelistSize();
            case OFF_SLAB -> freelistCache().allocNode(cpu, node,
                    gfp.without(SlabBuilder.CONSTRAINT));
        };
    }

    private KmemCache freelistCache() {
        return cache.allocator().kmalloc().cacheFor(geometry.freelistSize(), GfpFlags.NONE);
    }

    private void layOut(Cpu cpu, ClassicSlab slab) {
        int objects = slab.capacity();
        List<Integer> indices = new ArrayList<>(objects);
        int index = order.first(objects);
        indices.add(index);
        for (int i = 1; i < objects; i++) {
            index = order.following(objects, index);
            indices.add(index);
        }
        for (int i = 0; i < objects; i++) {
            debug.paint(cpu, slab.addressOf(i));
        }
        slab.setFree(indices);
    }

    /// Gives the pages of a slab back; those of a [SlabFlags#TYPESAFE_BY_RCU] cache only after a
    /// grace period. Memory of the stack of indices is not looked at by readers and goes at once.
    void destroy(Cpu cpu, ClassicSlab slab) {
        debug.checkDying(cpu, slab);
        if (geometry.flags().has(SlabFlags.TYPESAFE_BY_RCU)) {
            cache.allocator().rcu().call(() -> release(cpu, slab));
        } else {
            release(cpu, slab);
        }
        if (geometry.place() == ClassicGeometry.FreelistPlace.OFF_SLAB
                && slab.freelist() != ClassicSlab.NOWHERE) {
            Slab home = Objects.requireNonNull(cache.allocator().table().at(slab.freelist()));
            home.cache.free(cpu, slab.freelist());
        }
    }

    private void release(Cpu cpu, ClassicSlab slab) {
        cache.allocator().table().remove(slab);
        cache.allocator().slabPages().free(cpu, slab.pfn, slab.order);
    }
}
