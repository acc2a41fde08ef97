package org.kmemlab.api;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;

import org.apache.commons.lang3.Validate;
import org.jspecify.annotations.Nullable;
import org.kmemlab.buddy.GfpFlags;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.PhysicalMemory;
import org.kmemlab.slab.KmemCache;
import org.kmemlab.slab.SlabAllocator;
import org.kmemlab.slab.SlabBugException;

/// The objects of one cache as segments of `java.lang.foreign`.
///
/// A segment is as long as was asked for and checked against that at each access. It does not know
/// when its object is freed: using it afterwards reads and writes what lies there then. Caches with
/// debug flags find such writes; [KmallocArena.Mode#CHECKED] refuses them.
///
/// Making a segment costs a Java object; code that counts nanoseconds uses addresses.
public final class CacheSegments implements SegmentAllocator {

    private final KmemCache cache;
    private final PhysicalMemory memory;
    private final GfpFlags gfp;
    private final @Nullable Cpu cpu;

    private CacheSegments(SlabAllocator slab, KmemCache cache, GfpFlags gfp, @Nullable Cpu cpu) {
        Validate.isTrue(cache.isOf(slab), "cache %s belongs to another machine", cache.name());
        this.cache = cache;
        this.memory = slab.machine().memory();
        this.gfp = gfp;
        this.cpu = cpu;
    }

    /// Objects for any thread of a live machine.
    ///
    /// @throws IllegalArgumentException if the machine is stepped
    public static CacheSegments live(SlabAllocator slab, KmemCache cache, GfpFlags gfp) {
        Validate.isTrue(slab.machine().config().isLive(),
                "a stepped machine needs to be told the CPU");
        return new CacheSegments(slab, cache, gfp, null);
    }

    /// Objects that come and go on one CPU.
    public static CacheSegments on(Cpu cpu, SlabAllocator slab, KmemCache cache, GfpFlags gfp) {
        return new CacheSegments(slab, cache, gfp, cpu);
    }

    /// A segment at the start of a new object, which holds what its last user left.
    ///
    /// @param byteSize at most the object size of the cache
    /// @param byteAlignment at most what all objects of the cache are aligned to
    /// @throws IllegalArgumentException if one is out of range
    /// @throws OutOfMemoryError if there is no memory
    @Override
    public MemorySegment allocate(long byteSize, long byteAlignment) {
        int size = cache.geometry().objectSize();
        int alignment = Math.max(Long.BYTES, cache.geometry().align());
        Validate.isTrue(byteSize >= 0 && byteSize <= size,
                "size %d: objects of cache %s have %d bytes", byteSize, cache.name(), size);
        Validate.isTrue(Long.bitCount(byteAlignment) == 1 && byteAlignment > 0
                && byteAlignment <= alignment,
                "alignment %d: objects of cache %s are aligned to %d bytes", byteAlignment,
                cache.name(), alignment);
        long address = cpu == null ? cache.alloc(gfp) : cache.alloc(cpu, gfp);
        if (address == 0) {
            throw new OutOfMemoryError("cache " + cache.name() + ": no memory for an object");
        }
        return memory.slice(address, byteSize);
    }

    /// Takes the object back that a segment starts at.
    ///
    /// @throws SlabBugException if no object of the cache that is in use starts there
    /// @throws IllegalArgumentException if the segment is not memory of the machine
    public void free(MemorySegment segment) {
        long address = memory.addressOf(segment);
        if (cpu == null) {
            cache.free(address);
        } else {
            cache.free(cpu, address);
        }
    }
}
