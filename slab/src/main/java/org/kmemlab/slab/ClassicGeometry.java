package org.kmemlab.slab;

import static org.kmemlab.machine.PhysicalMemory.PAGE_SIZE;

import java.util.function.IntUnaryOperator;

import org.apache.commons.lang3.Validate;
import org.kmemlab.buddy.GfpFlags;
import org.kmemlab.machine.KernelProfile;

/// The shape of a cache of the classic allocator SLAB.
///
/// A slab's free objects are found by a stack of one-byte indices. Where that stack lies decides
/// how many objects fit; the places are tried in the order of [FreelistPlace]. What is left over in
/// a slab is not lost: the objects of each new slab begin a little further behind (colouring), so
/// that equal objects of different slabs do not fall on the same lines of the processor's cache.
///
/// @param objectSize what the creator asked for; of several creators the largest
/// @param size from one slot to the next, in bytes
/// @param align alignment of objects, in bytes
/// @param objectOffset from the start of a slot to the object: a red zone, or 0
/// @param order log2 of the pages of a slab
/// @param objects objects of a slab (`num`)
/// @param colours how many places there are for object 0
/// @param colourOff from one such place to the next, in bytes
/// @param flags with the internal ones that say where the stack of indices lies
/// @param allocFlags gfp flags added to every page request
/// @param limits what CPUs and nodes may keep at first
/// @see <a href="https://www.usenix.org/conference/usenix-summer-1994-technical-conference/slab-allocator-object-caching-kernel">
///      Bonwick, The Slab Allocator: An Object-Caching Kernel Memory Allocator, 1994</a>
public record ClassicGeometry(int objectSize, int size, int align, int objectOffset, int order,
        int objects, int colours, int colourOff, SlabFlags flags, GfpFlags allocFlags,
        ArrayLimits limits) implements SlabGeometry {

    /// Most objects of a slab: what one byte can number, one value excepted.
    public static final int MAX_OBJECTS = 255;

    /// Where a slab keeps the stack of indices of its free objects.
    public enum FreelistPlace {
        /// In a free object of the slab: while there is none, there is nothing to keep.
        IN_OBJECT,
        /// In memory of `kmalloc`.
        OFF_SLAB,
        /// At the end of the slab.
        ON_SLAB;

        private SlabFlags flag() {
            return switch (this) {
                case IN_OBJECT -> SlabFlags.OBJ_FREELIST;
                case OFF_SLAB -> SlabFlags.OFF_SLAB;
                case ON_SLAB -> SlabFlags.NONE;
            };
        }
    }

    /// Computes the shape of a cache; see [SlabGeometry#of].
    static ClassicGeometry of(Request request, SlabSettings settings) {
        return of(request, settings, KmallocCaches::classicSlotFor);
    }

    /// Computes the shape of a cache while not all caches of `kmalloc` exist.
    ///
    /// @param kmallocSize the slot of the `kmalloc` cache for so many bytes; 0 if there is none
    static ClassicGeometry of(Request request, SlabSettings settings,
            IntUnaryOperator kmallocSize) {
        ClassicLayout layout = ClassicLayout.of(request, settings);
        for (FreelistPlace place : FreelistPlace.values()) {
            ClassicOrder fit = ClassicOrder.of(request, layout, place, settings, kmallocSize);
            if (fit != null) {
                return new ClassicGeometry(request.objectSize(), layout.size(), layout.align(),
                        layout.objectOffset(), fit.order(), fit.objects(),
                        fit.leftOver() / layout.colourOff(), layout.colourOff(),
                        layout.flags().with(place.flag()), allocFlags(layout.flags()),
                        ArrayLimits.initial(layout.size(), settings));
            }
        }
        throw new IllegalArgumentException(
                "object size " + request.objectSize() + ": a slot of " + layout.size()
                        + " bytes exceeds the largest slab of " + MAX_OBJECT_SIZE + " bytes");
    }

    /// The shape that a recording names.
    ///
    /// @throws IllegalArgumentException if a slab cannot hold so many objects
    public ClassicGeometry {
        Validate.isTrue(objects >= 1 && objects <= MAX_OBJECTS, "%d objects: expected 1 to %d",
                (Object) objects, MAX_OBJECTS);
        Validate.isTrue((long) objects * size <= (long) PAGE_SIZE << order,
                "%d objects of %d bytes do not fit a slab of order %d", objects, size, order);
    }

    private static GfpFlags allocFlags(SlabFlags flags) {
        GfpFlags gfp = GfpFlags.COMP;
        gfp = flags.has(SlabFlags.CACHE_DMA) ? gfp.with(GfpFlags.DMA) : gfp;
        gfp = flags.has(SlabFlags.CACHE_DMA32) ? gfp.with(GfpFlags.DMA32) : gfp;
        return flags.has(SlabFlags.RECLAIM_ACCOUNT) ? gfp.with(GfpFlags.RECLAIMABLE) : gfp;
    }

    /// Where a slab keeps the stack of indices of its free objects.
    public FreelistPlace place() {
        if (flags.has(SlabFlags.OBJ_FREELIST)) {
            return FreelistPlace.IN_OBJECT;
        }
        return flags.has(SlabFlags.OFF_SLAB) ? FreelistPlace.OFF_SLAB : FreelistPlace.ON_SLAB;
    }

    /// Bytes of the stack of indices.
    public int freelistSize() {
        return objects;
    }

    /// Bytes of a slab behind its objects and, if it lies there, the stack of indices.
    public int leftOver() {
        int used = objects * size + (place() == FreelistPlace.ON_SLAB ? freelistSize() : 0);
        return (PAGE_SIZE << order) - used;
    }

    /// Whether objects are painted or guarded.
    boolean isDebug() {
        return flags.has(SlabFlags.DEBUG_METADATA);
    }

    @Override
    public ClassicGeometry classic() {
        return this;
    }

    @Override
    public int objectsOf(int slabOrder) {
        return objects;
    }

    @Override
    public int redLeftPad() {
        return objectOffset;
    }

    @Override
    public int usableSize() {
        return objectSize;
    }

    /// Only the object size changes, though another creator's objects may need more than the
    /// management of the slab was chosen for.
    @Override
    public ClassicGeometry mergedWith(SlabGeometry other) {
        return new ClassicGeometry(Math.max(objectSize, other.objectSize()), size, align,
                objectOffset, order, objects, colours, colourOff, flags, allocFlags, limits);
    }

    @Override
    public ClassicGeometry withFlags(SlabFlags other) {
        return new ClassicGeometry(objectSize, size, align, objectOffset, order, objects, colours,
                colourOff, other, allocFlags, limits);
    }
}
