package org.kmemlab.mempool.pools;

import org.apache.commons.lang3.Validate;
import org.kmemlab.buddy.GfpFlags;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.Machine;
import org.kmemlab.slab.KmemCache;
import org.kmemlab.slab.SlabAllocator;

/// Regions that are objects of one cache.
record CacheRegions(SlabAllocator slab, KmemCache cache, GfpFlags gfp) implements RegionSource {

    CacheRegions {
        Validate.isTrue(cache.isOf(slab), "cache %s belongs to another machine", cache.name());
    }

    @Override
    public Machine machine() {
        return slab.machine();
    }

    @Override
    public long take(Cpu cpu, long bytes) {
        return bytes > cache.geometry().objectSize() ? 0 : cache.alloc(cpu, gfp);
    }

    @Override
    public void giveBack(Cpu cpu, long address, long bytes) {
        cache.free(cpu, address);
    }

    @Override
    public long heldBytes(long bytes) {
        return cache.geometry().size();
    }

    @Override
    public String description() {
        return "cache '" + cache.name() + "'";
    }
}
