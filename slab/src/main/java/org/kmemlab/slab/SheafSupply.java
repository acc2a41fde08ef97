package org.kmemlab.slab;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import org.kmemlab.buddy.GfpFlags;
import org.kmemlab.machine.Cpu;

/// What the sheaves of one cache are made of, filled from and emptied to: `kmalloc` memory and the
/// cache's slabs.
///
/// To its slab an object in a sheaf is in use, to callers it is free: it is marked as free, so that
/// freeing it again is refused, and marked as in use again before its slab gets it back.
final class SheafSupply {

    /// `struct slab_sheaf`, in front of its array of pointers.
    static final int HEADER_BYTES = 32;

    /// What is no wish of those who share a sheaf, but of one of them for his object.
    private static final GfpFlags PERSONAL = GfpFlags.DMA.with(GfpFlags.RECLAIMABLE)
            .with(GfpFlags.ACCOUNT).with(GfpFlags.NOFAIL);

    private final SlabCache cache;
    private final SlubEngine slabs;
    private final SlabTable table;
    private final SheafCounters counters;
    private final boolean refusesMisuse;

    SheafSupply(SlabCache cache, SlubEngine slabs, SheafCounters counters) {
        this.cache = cache;
        this.slabs = slabs;
        this.table = cache.allocator().table();
        this.counters = counters;
        this.refusesMisuse = cache.refusesMisuse();
    }

    SheafCounters counters() {
        return counters;
    }

    /// An empty sheaf; null if there is no memory.
    @Nullable
    SlabSheaf create(Cpu cpu, int capacity, GfpFlags gfp) {
        long bytes = HEADER_BYTES + (long) capacity * Long.BYTES;
        long address = cache.allocator().kmalloc().kzalloc(cpu, bytes, gfp.without(PERSONAL));
        if (address == 0) {
            return null;
        }
        keep(address, 1);
        return new SlabSheaf(address, capacity);
    }

    /// Frees the memory of an empty sheaf.
    void discard(Cpu cpu, SlabSheaf sheaf) {
        assert sheaf.isEmpty() : sheaf.size() + " objects in a sheaf that is given up";
        keep(sheaf.address, -1);
        cache.allocator().kmalloc().kfree(cpu, sheaf.address);
    }

    /// Counts the memory of a sheaf as the allocator's own, or as a caller's who has borrowed it.
    void keep(long address, int number) {
        Slab slab = table.at(address);
        if (slab != null) {
            slab.cache.countSheaves(number);
        }
    }

    /// Fills a sheaf from the slabs.
    ///
    /// @return false, and nothing is put in, if there is not memory enough
    boolean fill(Cpu cpu, SlabSheaf sheaf, GfpFlags gfp) {
        int wanted = sheaf.capacity() - sheaf.size();
        long[] fresh = new long[wanted];
        int got = slabs.allocBulk(cpu, gfp, fresh, 0, wanted);
        if (got < wanted) {
            slabs.freeBulk(cpu, fresh, 0, got);
            return false;
        }
        for (long object : fresh) {
            mark(object, false);
        }
        sheaf.pushMany(fresh, 0, wanted);
        return true;
    }

    /// Gives up to `count` of the objects that were put last back to the slabs.
    void flush(Cpu cpu, SlabSheaf sheaf, int count) {
        long[] batch = new long[Math.min(count, sheaf.size())];
        sheaf.popMany(batch, 0, batch.length);
        counters.add(cpu, SheafStat.SHEAF_FLUSH, batch.length);
        giveBack(cpu, batch, 0, batch.length);
    }

    /// Gives objects that are marked as free to the slabs.
    void giveBack(Cpu cpu, long[] objects, int from, int count) {
        for (int i = from; i < from + count; i++) {
            mark(objects[i], true);
        }
        slabs.freeBulk(cpu, objects, from, count);
    }

    /// Takes an object out of a sheaf that is not empty, for a caller.
    long take(SlabSheaf sheaf) {
        long object = sheaf.pop();
        mark(object, true);
        return object;
    }

    /// Marks an object of the cache as in use or as free.
    void mark(long object, boolean inUse) {
        Slab slab = refusesMisuse ? table.at(object) : null;
        if (slab != null && inUse) {
            slab.markAllocated(object);
        } else if (slab != null) {
            boolean wasInUse = slab.markFreed(object);
            assert wasInUse : slab + ": free object 0x" + Long.toHexString(object) + " in a sheaf";
        }
    }

    /// Objects that lie in sheaves.
    ///
    /// @throws IllegalStateException if one of them is there twice, or is no object of the cache that
    ///         is marked as free
    Set<Long> checked(List<SlabSheaf> sheaves) {
        Set<Long> objects = new HashSet<>();
        for (SlabSheaf sheaf : sheaves) {
            check(cache.allocator().machine().memory().pfnOf(sheaf.address) >= 0,
                    "a sheaf without memory, at", sheaf.address);
            for (long object : sheaf.contents()) {
                check(objects.add(object), "twice in sheaves:", object);
                Slab slab = table.at(object);
                check(slab != null && slab.cache == cache && slab.isObjectHere(object),
                        "in a sheaf, but no object:", object);
                check(slab == null || !slab.isAllocated(slab.indexOf(object)),
                        "in a sheaf, but marked as in use:", object);
            }
        }
        return objects;
    }

    private void check(boolean holds, String what, long address) {
        if (!holds) {
            throw new IllegalStateException(
                    "cache " + cache.name() + ": " + what + " 0x" + Long.toHexString(address));
        }
    }
}
