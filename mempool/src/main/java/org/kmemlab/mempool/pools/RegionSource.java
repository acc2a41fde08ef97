package org.kmemlab.mempool.pools;

import com.google.errorprone.annotations.CheckReturnValue;
import org.kmemlab.buddy.GfpFlags;
import org.kmemlab.buddy.PageAllocator;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.Machine;
import org.kmemlab.slab.KmemCache;
import org.kmemlab.slab.SlabAllocator;

/// Where a pool's memory comes from: regions, each of which the pool cuts up on its own.
///
/// In live use several Java threads may call at once, unless the pool has a lock.
public interface RegionSource {

    /// The machine whose memory it gives.
    Machine machine();

    /// Takes a region, aligned to 8 bytes at least.
    ///
    /// @param bytes wanted size, at least 1
    /// @return its first byte; 0 if there is no memory, or the source has no regions of that size
    @CheckReturnValue
    long take(Cpu cpu, long bytes);

    /// Takes a region back.
    ///
    /// @param bytes as it was asked for
    void giveBack(Cpu cpu, long address, long bytes);

    /// Bytes that a region of the wanted size really takes.
    long heldBytes(long bytes);

    /// What messages call the source.
    String description();

    /// Regions are pages, taken with `GFP_KERNEL`; the size is rounded up to whole pages.
    static RegionSource ofPages(PageAllocator pages) {
        return ofPages(pages, GfpFlags.GFP_KERNEL);
    }

    /// Regions are pages of the kind that `gfp` says. A power of two of them is one block of the
    /// page allocator and aligned to its size.
    static RegionSource ofPages(PageAllocator pages, GfpFlags gfp) {
        return new PageRegions(pages, gfp);
    }

    /// Regions are objects of a cache, which limits their size.
    ///
    /// @throws IllegalArgumentException if the cache is not one of `slab`
    static RegionSource ofCache(SlabAllocator slab, KmemCache cache, GfpFlags gfp) {
        return new CacheRegions(slab, cache, gfp);
    }

    /// The only region is the caller's own. Whoever takes any part of it has all of it.
    ///
    /// @throws IllegalArgumentException if the machine has no such bytes
    static RegionSource ofBuffer(Machine machine, long address, long bytes) {
        return new BufferRegion(machine, address, bytes);
    }
}
