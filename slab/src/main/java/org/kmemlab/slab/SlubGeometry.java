package org.kmemlab.slab;

import org.apache.commons.lang3.Validate;
import org.kmemlab.buddy.GfpFlags;

/// The shape of a cache of SLUB: where things lie in a slot, how large its slabs are, and how many
/// of them are kept.
///
/// @param objectSize what the creator asked for
/// @param size from one slot to the next
/// @param inuse from the object to the data behind it
/// @param offset from the object to its free pointer
/// @param align alignment of objects
/// @param redLeftPad from the start of the slot to the object
/// @param order log2 of the pages of a slab
/// @param objects objects of such a slab
/// @param minOrder the order that serves when memory is short
/// @param minObjects objects of a slab of that order
/// @param minPartial slabs that stay on a node's partial list though they are empty
/// @param cpuPartial objects that a CPU may keep on partial slabs
/// @param cpuPartialSlabs the slabs that stand for `cpuPartial`, each assumed half full
/// @param flags with those of `slub_debug` and the internal ones
/// @param allocFlags gfp flags added to every page request
/// @see <a href="https://docs.kernel.org/mm/slub.html">Short users guide for SLUB</a>
public record SlubGeometry(int objectSize, int size, int inuse, int offset, int align,
        int redLeftPad, int order, int objects, int minOrder, int minObjects, int minPartial,
        int cpuPartial, int cpuPartialSlabs, SlabFlags flags, GfpFlags allocFlags)
        implements SlabGeometry {

    private static final int MIN_PARTIAL = 5;
    private static final int MAX_PARTIAL = 10;

    /// Computes the shape of a cache; see [SlabGeometry#of].
    static SlubGeometry of(Request request, SlabSettings settings) {
        request.checkFreeptr(settings.rules());
        SlabFlags flags = settings.debug().applyTo(request.name(), request.flags());
        int objectSize = request.objectSize();
        ObjectLayout layout = ObjectLayout.of(request, flags, settings.rules());
        if (settings.debug().sparesOrders()
                && SlabOrder.orderFor(layout.size()) > SlabOrder.orderFor(objectSize)) {
            layout = ObjectLayout.of(request, flags.without(SlabFlags.DEBUG_METADATA),
                    settings.rules());
        }
        int order = SlabOrder.of(layout.size(), settings);
        Validate.isTrue(order != SlabOrder.NONE,
                "object size %d: a slot of %d bytes exceeds the largest slab of %d bytes",
                objectSize, layout.size(), MAX_OBJECT_SIZE);
        return of(objectSize, layout, order, settings);
    }

    private static SlubGeometry of(int objectSize, ObjectLayout layout, int order,
            SlabSettings settings) {
        int size = layout.size();
        int objects = SlabOrder.objects(order, size);
        int minOrder = SlabOrder.orderFor(size);
        int log2 = Integer.SIZE - 1 - Integer.numberOfLeadingZeros(size);
        int cpuPartial = settings.cpuPartials() && !layout.flags().has(SlabFlags.DEBUG)
                ? cpuPartial(size)
                : 0;
        return new SlubGeometry(objectSize, size, layout.inuse(), layout.offset(), layout.align(),
                layout.redLeftPad(), order, objects, minOrder, SlabOrder.objects(minOrder, size),
                Math.clamp(log2 / 2, MIN_PARTIAL, MAX_PARTIAL), cpuPartial,
                Math.ceilDiv(2 * cpuPartial, objects), layout.flags(),
                allocFlags(layout.flags(), order > 0 || settings.rules().compoundAlways()));
    }

    private static int cpuPartial(int size) {
        if (size >= 4096) {
            return 6;
        }
        if (size >= 1024) {
            return 24;
        }
        return size >= 256 ? 52 : 120;
    }

    private static GfpFlags allocFlags(SlabFlags flags, boolean compound) {
        GfpFlags gfp = compound ? GfpFlags.COMP : GfpFlags.NONE;
        gfp = flags.has(SlabFlags.CACHE_DMA) ? gfp.with(GfpFlags.DMA) : gfp;
        gfp = flags.has(SlabFlags.CACHE_DMA32) ? gfp.with(GfpFlags.DMA32) : gfp;
        return flags.has(SlabFlags.RECLAIM_ACCOUNT) ? gfp.with(GfpFlags.RECLAIMABLE) : gfp;
    }

    @Override
    public SlubGeometry slub() {
        return this;
    }

    @Override
    public int objectsOf(int slabOrder) {
        return SlabOrder.objects(slabOrder, size);
    }

    @Override
    public int usableSize() {
        if (flags.has(SlabFlags.RED_ZONE.with(SlabFlags.POISON))) {
            return objectSize;
        }
        return flags.has(SlabFlags.TYPESAFE_BY_RCU.with(SlabFlags.STORE_USER)) ? inuse : size;
    }

    /// Objects are as large as the larger of the two wishes; nothing else changes.
    @Override
    public SlubGeometry mergedWith(SlabGeometry other) {
        return new SlubGeometry(Math.max(objectSize, other.objectSize()), size,
                Math.max(inuse, ObjectLayout.alignUp(other.objectSize(), ObjectLayout.WORD)),
                offset, align, redLeftPad, order, objects, minOrder, minObjects, minPartial,
                cpuPartial, cpuPartialSlabs, flags, allocFlags);
    }

    @Override
    public SlubGeometry withFlags(SlabFlags other) {
        return new SlubGeometry(objectSize, size, inuse, offset, align, redLeftPad, order, objects,
                minOrder, minObjects, minPartial, cpuPartial, cpuPartialSlabs, other, allocFlags);
    }

    /// Bytes from the object to what lies behind its free pointer: tracks, then padding.
    public int infoEnd() {
        return offset >= inuse ? inuse + ObjectLayout.WORD : inuse;
    }

    /// Whether objects pass one by one through the checked path instead of a CPU's slab.
    public boolean isDebug() {
        return flags.has(SlabFlags.DEBUG);
    }
}
