package org.kmemlab.slab;

import org.kmemlab.buddy.GfpFlags;
import org.kmemlab.machine.Cpu;

/// A cache of SLOB as Linux 6.1 has it: little more than a size, for all objects come from one
/// [SlobHeap].
///
/// Nothing is kept by CPU or by cache. The constructor runs at every allocation. A cache can always
/// be destroyed; objects that are left then are lost without a word. Of
/// [SlabFlags#TYPESAFE_BY_RCU] caches each object waits for its own grace period.
final class SlobEngine implements SlabEngine {

    /// Where the size lies in what is written behind an object that waits.
    private static final int SIZE_OFFSET = 16;

    private final SlabCache cache;
    private final SlobHeap heap;
    private final SlobGeometry geometry;

    SlobEngine(SlabCache cache) {
        this.cache = cache;
        this.heap = cache.allocator().slobHeap();
        this.geometry = (SlobGeometry) cache.geometry();
    }

    @Override
    public long alloc(Cpu cpu, int node, GfpFlags gfp) {
        long object = geometry.hasOwnPages()
                ? heap.allocPages(cpu, node, gfp, geometry.size(), cache)
                : heap.alloc(cpu, node, gfp, geometry.size(), geometry.align(), 0, cache);
        ObjectConstructor ctor = cache.ctor();
        if (object != 0 && ctor != null) {
            if (gfp.has(GfpFlags.ZERO)) {
                cache.allocator().reports().warnOnce("ctor-and-zero", cpu,
                        "cache " + cache.name() + ": __GFP_ZERO on a cache with a constructor");
            }
            ctor.construct(cache.memory(), object);
        }
        return object;
    }

    @Override
    public void free(Cpu cpu, long object) {
        SlobBlock block = cache.refusesMisuse() ? heap.claim(cache, object) : blockAt(object);
        if (!geometry.flags().has(SlabFlags.TYPESAFE_BY_RCU)) {
            heap.free(cpu, block);
            return;
        }
        cache.memory().putInt(
                object + geometry.size() - SlobGeometry.RCU_BYTES + SIZE_OFFSET, geometry.size());
        SlobBlock waiting = heap.blocks().retire(block);
        cache.allocator().rcu().call(() -> heap.free(cpu, waiting));
    }

    /// What the kernel takes for an object.
    private SlobBlock blockAt(long object) {
        if (!geometry.hasOwnPages() && !heap.holds(object)) {
            throw new SlabBugException(new SlabBug.ForeignAddress(cache.name(), object));
        }
        return new SlobBlock(object, geometry.size(), 0,
                geometry.hasOwnPages() ? geometry.order() : SlobBlock.HEAP, cache, false);
    }

    @Override
    public int allocBulk(Cpu cpu, GfpFlags gfp, long[] out, int from, int count) {
        for (int i = 0; i < count; i++) {
            out[from + i] = alloc(cpu, KmemCache.ANY_NODE, gfp);
            if (out[from + i] == 0) {
                return i;
            }
        }
        return count;
    }

    /// One by one from the start, after all were looked at from the end.
    @Override
    public void freeBulk(Cpu cpu, long[] objects, int from, int count) {
        int first = from + count;
        SlabBugException bug = null;
        while (first > from && bug == null) {
            try {
                requireAllocated(objects[first - 1]);
                first--;
            } catch (SlabBugException found) {
                bug = found;
            }
        }
        for (int i = first; i < from + count; i++) {
            free(cpu, objects[i]);
        }
        if (bug != null) {
            throw bug;
        }
    }

    @Override
    public SlabBug describe(long address) {
        return heap.describe(cache, address);
    }

    @Override
    public void requireAllocated(long address) {
        heap.require(cache, address);
    }

    @Override
    public boolean shrink(Cpu cpu) {
        return true;
    }

    @Override
    public boolean shutdown(Cpu cpu) {
        return true;
    }

    @Override
    public void wipe(long object) {
        cache.memory().fill(object, geometry.size(), (byte) 0);
    }

    @Override
    public void restore(CacheSnapshot state) {
        throw new IllegalArgumentException("cache " + cache.name()
                + ": SLOB has no state by cache that could be restored");
    }

    @Override
    public void adoptFull(int pfn) {
        throw new IllegalArgumentException("cache " + cache.name() + ": SLOB has no slabs");
    }

    @Override
    public SlobSnapshot snapshot() {
        return new SlobSnapshot(cache.name(), geometry, cache.refcount(),
                heap.blocks().count(cache));
    }

    @Override
    public void validate() {
        heap.validate();
    }
}
