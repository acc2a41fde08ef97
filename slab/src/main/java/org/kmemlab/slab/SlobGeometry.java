package org.kmemlab.slab;

import org.apache.commons.lang3.Validate;
import org.kmemlab.buddy.GfpFlags;

/// The shape of a cache of SLOB, which has no slabs: every object is a block of a heap that all
/// caches share, or has pages of its own.
///
/// @param objectSize what the creator asked for
/// @param size bytes of a block: whole units, with room for what an object that waits for readers
///        needs
/// @param align alignment of objects
/// @param flags those that SLOB knows; it drops the others silently
public record SlobGeometry(int objectSize, int size, int align, SlabFlags flags)
        implements SlabGeometry {

    /// Bytes behind an object that waits for a grace period: whom to call back, and its size.
    public static final int RCU_BYTES = 24;

    private static final SlabFlags KNOWN = SlabFlags.HWCACHE_ALIGN.with(SlabFlags.CACHE_DMA)
            .with(SlabFlags.CACHE_DMA32).with(SlabFlags.PANIC).with(SlabFlags.TYPESAFE_BY_RCU)
            .with(SlabFlags.DEBUG_OBJECTS);

    /// Computes the shape of a cache; see [SlabGeometry#of].
    static SlobGeometry of(Request request, SlabSettings settings) {
        request.checkFreeptr(settings.rules());
        SlabFlags flags = request.flags().and(KNOWN);
        int bytes = request.objectSize()
                + (flags.has(SlabFlags.TYPESAFE_BY_RCU) ? RCU_BYTES : 0);
        Validate.isTrue(bytes <= MAX_OBJECT_SIZE,
                "object size %d: a block of %d bytes exceeds the largest block of pages, %d bytes",
                (Object) request.objectSize(), bytes, MAX_OBJECT_SIZE);
        return new SlobGeometry(request.objectSize(),
                Math.ceilDiv(bytes, SlobPage.UNIT_BYTES) * SlobPage.UNIT_BYTES,
                ObjectLayout.alignment(request.objectSize(), request.align(), flags), flags);
    }

    /// Whether each object has pages of its own.
    public boolean hasOwnPages() {
        return size >= SlobHeap.PAGE_BYTES;
    }

    /// log2 of the pages that an object has, or of the page of the heap that it lies in.
    @Override
    public int order() {
        return SlabOrder.orderFor(size);
    }

    /// Objects of these pages: those that fit into a page of the heap that nobody else uses.
    @Override
    public int objects() {
        return objectsOf(order());
    }

    @Override
    public int objectsOf(int slabOrder) {
        long stride = (size + align - 1L) / align * align;
        long bytes = (long) SlobHeap.PAGE_BYTES << slabOrder;
        return hasOwnPages() ? 1 : (int) ((bytes - size) / stride) + 1;
    }

    @Override
    public GfpFlags allocFlags() {
        return GfpFlags.NONE;
    }

    @Override
    public int usableSize() {
        return size;
    }

    /// Caches of SLOB are never shared.
    @Override
    public SlobGeometry mergedWith(SlabGeometry other) {
        throw new IllegalStateException("caches of SLOB are not shared");
    }

    @Override
    public SlobGeometry withFlags(SlabFlags other) {
        return new SlobGeometry(objectSize, size, align, other);
    }
}
