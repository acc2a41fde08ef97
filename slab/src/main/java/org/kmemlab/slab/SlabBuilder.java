package org.kmemlab.slab;

import org.jspecify.annotations.Nullable;
import org.kmemlab.buddy.GfpFlags;
import org.kmemlab.buddy.PageAllocator;
import org.kmemlab.machine.Cpu;

/// Makes the slabs of one cache out of pages, and pages out of slabs.
///
/// A large slab is an opportunity: it is asked for without reclaim, and if it cannot be had a slab
/// of the minimum order serves, asked for with all that the caller allows. The constructor runs
/// here, once for each object of a new slab, never when an object is allocated.
final class SlabBuilder {

    /// What a slab's page request keeps of the caller's flags.
    static final GfpFlags PASSED_ON = GfpFlags.RECLAIM.with(GfpFlags.HIGH)
            .with(GfpFlags.IO).with(GfpFlags.FS).with(GfpFlags.NOWARN)
            .with(GfpFlags.RETRY_MAYFAIL).with(GfpFlags.NOFAIL).with(GfpFlags.NORETRY)
            .with(GfpFlags.MEMALLOC).with(GfpFlags.NOMEMALLOC).with(GfpFlags.ATOMIC)
            .with(GfpFlags.HARDWALL).with(GfpFlags.THISNODE);
    /// What of that says where the memory must lie.
    static final GfpFlags CONSTRAINT = GfpFlags.HARDWALL.with(GfpFlags.THISNODE);
    /// What makes no sense in a request for an object.
    private static final GfpFlags SENSELESS = new GfpFlags(~GfpFlags.DEFINED_BITS)
            .with(GfpFlags.DMA32).with(GfpFlags.HIGHMEM);

    private final SlabCache cache;
    private final SlabPages pages;
    private final SlabTable table;
    private final FreeLinks links;
    private final FreelistOrder order;
    private final ObjectDebug debug;
    private final SlabChecks checks;

    SlabBuilder(SlabCache cache, SlabPages pages, SlabTable table, FreeLinks links,
            FreelistOrder order, SlubDebug debug) {
        this.cache = cache;
        this.pages = pages;
        this.table = table;
        this.links = links;
        this.order = order;
        this.debug = debug.bytes;
        this.checks = debug.checks;
    }

    /// A new slab with all objects on its free list, none in use, on no list.
    ///
    /// @param node wanted memory node, -1 for the CPU's
    /// @return null if there is no memory
    @Nullable
    SlubSlab build(CpuSlab mine, int node, GfpFlags gfp) {
        Cpu cpu = mine.cpu;
        GfpFlags asked = fixUp(cpu, cache.allocator().reports(), gfp);
        if (cache.ctor() != null && asked.has(GfpFlags.ZERO)) {
            cache.allocator().reports().warnOnce("ctor-and-zero", cpu,
                    "cache " + cache.name() + ": __GFP_ZERO on a cache with a constructor");
        }
        SlubGeometry geometry = cache.geometry().slub();
        GfpFlags plain = asked.and(PASSED_ON).with(geometry.allocFlags());
        int slabOrder = geometry.order();
        int pfn = pages.alloc(cpu, node, opportunistic(plain, geometry), slabOrder,
                cache.number());
        if (pfn == PageAllocator.NONE) {
            slabOrder = geometry.minOrder();
            pfn = pages.alloc(cpu, node, plain, slabOrder, cache.number());
            if (pfn == PageAllocator.NONE) {
                return null;
            }
            mine.count(SlubStat.ORDER_FALLBACK);
        }
        SlubSlab slab = new SlubSlab(cache, pfn, slabOrder, pages.nodeOf(pfn),
                SlabOrder.objects(slabOrder, geometry.size()));
        table.add(slab);
        layOut(slab);
        return slab;
    }

    /// Removes flags that no object request may have, and says so in the log.
    static GfpFlags fixUp(Cpu cpu, SlabReports reports, GfpFlags gfp) {
        GfpFlags wrong = gfp.and(SENSELESS);
        if (wrong.bits() == 0) {
            return gfp;
        }
        GfpFlags fixed = gfp.without(wrong);
        reports.printWithStack(cpu,
                "Unexpected gfp: 0x%x (%s). Fixing up to gfp: 0x%x (%s). Fix your code!".formatted(
                        wrong.bits(), wrong, fixed.bits(), fixed));
        return fixed;
    }

    private static GfpFlags opportunistic(GfpFlags plain, SlubGeometry geometry) {
        GfpFlags gfp = plain.with(GfpFlags.NOWARN).with(GfpFlags.NORETRY)
                .without(GfpFlags.NOFAIL);
        return gfp.mayBlock() && geometry.order() > geometry.minOrder()
                ? gfp.with(GfpFlags.NOMEMALLOC).without(GfpFlags.RECLAIM)
                : gfp;
    }

    private void layOut(SlubSlab slab) {
        int objects = slab.objects();
        debug.paint(slab);
        int index = order.first(objects);
        long first = construct(slab, index);
        long previous = first;
        for (int i = 1; i < objects; i++) {
            index = order.following(objects, index);
            long object = construct(slab, index);
            links.set(previous, object);
            previous = object;
        }
        links.set(previous, 0);
        slab.set(first, 0, false);
    }

    private long construct(SlubSlab slab, int index) {
        long object = slab.addressOf(index);
        debug.prepare(object);
        ObjectConstructor ctor = cache.ctor();
        if (ctor != null) {
            ctor.construct(cache.memory(), object);
        }
        return object;
    }

    /// Gives the pages of a slab back; those of a [SlabFlags#TYPESAFE_BY_RCU] cache only after a
    /// grace period, so that a reader who looks at an old object still sees an object.
    void release(Cpu cpu, SlubSlab slab) {
        checks.checkEmpty(cpu, slab);
        if (cache.geometry().flags().has(SlabFlags.TYPESAFE_BY_RCU)) {
            cache.allocator().rcu().call(() -> releaseNow(cpu, slab));
        } else {
            releaseNow(cpu, slab);
        }
    }

    private void releaseNow(Cpu cpu, SlubSlab slab) {
        table.remove(slab);
        pages.free(cpu, slab.pfn, slab.order);
    }
}
