package org.kmemlab.slab;

import org.apache.commons.lang3.Validate;
import org.kmemlab.buddy.GfpFlags;
import org.kmemlab.machine.KernelProfile;

/// The shape of a cache: where things lie in a slot, how large its slabs are, and how many of them
/// are kept. Pure arithmetic on a [Request] and [SlabSettings]; nothing is allocated.
///
/// All sizes are in bytes.
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
public record SlabGeometry(int objectSize, int size, int inuse, int offset, int align,
        int redLeftPad, int order, int objects, int minOrder, int minObjects, int minPartial,
        int cpuPartial, int cpuPartialSlabs, SlabFlags flags, GfpFlags allocFlags) {

    /// Largest object of a cache: the largest block of pages.
    public static final int MAX_OBJECT_SIZE = 4096 << KernelProfile.MAX_PAGE_ORDER;

    private static final int MIN_PARTIAL = 5;
    private static final int MAX_PARTIAL = 10;

    /// What a cache is computed from.
    ///
    /// @param name of the cache, for `slub_debug` with names
    /// @param objectSize bytes of an object, 1 to [#MAX_OBJECT_SIZE]
    /// @param align wanted alignment in bytes, 0 for the default; any number, as in the kernel
    /// @param flags as the creator passes them
    /// @param ctor whether there is a constructor
    /// @param freeptrOffset word of the object that may hold the free pointer, or
    ///        [KmemCacheArgs#ANY_FREEPTR]; only a [SlabFlags#TYPESAFE_BY_RCU] cache may have one
    public record Request(String name, int objectSize, int align, SlabFlags flags, boolean ctor,
            int freeptrOffset) {

        /// Checks the limits.
        public Request {
            Validate.isTrue(objectSize >= 1 && objectSize <= MAX_OBJECT_SIZE,
                    "object size %d: expected 1 to %d bytes", (Object) objectSize,
                    MAX_OBJECT_SIZE);
            Validate.isTrue(align >= 0 && align <= MAX_OBJECT_SIZE,
                    "align %d: expected 0 to %d bytes", (Object) align, MAX_OBJECT_SIZE);
        }

        /// A request that does not say where the free pointer may lie.
        public Request(String name, int objectSize, int align, SlabFlags flags, boolean ctor) {
            this(name, objectSize, align, flags, ctor, KmemCacheArgs.ANY_FREEPTR);
        }

        /// A request for a cache that no block of `slub_debug` names.
        public Request(int objectSize, int align, SlabFlags flags, boolean ctor) {
            this("", objectSize, align, flags, ctor);
        }

        /// What a creator asks for.
        public static Request of(KmemCacheArgs args) {
            return new Request(args.name(), args.objectSize(), args.align(), args.flags(),
                    args.ctor() != null, args.freeptrOffset());
        }

        /// The same with a word of the object that may hold the free pointer.
        public Request withFreeptrOffset(int offset) {
            return new Request(name, objectSize, align, flags, ctor, offset);
        }

        /// Whether the free pointer lies where the creator says: a constructor and poison need the
        /// whole object.
        boolean choosesFreeptr(SlabFlags all) {
            return freeptrOffset != KmemCacheArgs.ANY_FREEPTR && !ctor
                    && !all.has(SlabFlags.POISON);
        }

        /// Refuses an offset of the free pointer that the kernel refuses.
        void checkFreeptr(SlabRules rules) {
            if (freeptrOffset == KmemCacheArgs.ANY_FREEPTR) {
                return;
            }
            Validate.isTrue(rules.hasCacheArgs(),
                    "freeptr_offset %d: Linux 6.1 has no kmem_cache_args", freeptrOffset);
            Validate.isTrue(flags.has(SlabFlags.TYPESAFE_BY_RCU),
                    "freeptr_offset %d: only a cache with SLAB_TYPESAFE_BY_RCU may have one",
                    freeptrOffset);
            Validate.isTrue(freeptrOffset >= 0 && freeptrOffset < objectSize,
                    "freeptr_offset %d: expected 0 to %d, inside the object",
                    (Object) freeptrOffset, objectSize - 1);
            Validate.isTrue(freeptrOffset % ObjectLayout.WORD == 0,
                    "freeptr_offset %d: expected a multiple of %d", (Object) freeptrOffset,
                    ObjectLayout.WORD);
        }
    }

    /// Computes the shape of a cache.
    ///
    /// @throws IllegalArgumentException if no order up to 10 holds one object with its debug data,
    ///         or if the free pointer may not lie where the request says
    public static SlabGeometry of(Request request, SlabSettings settings) {
        request.checkFreeptr(settings.rules());
        SlabFlags flags = settings.debug().applyTo(request.name, request.flags);
        int objectSize = request.objectSize;
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

    private static SlabGeometry of(int objectSize, ObjectLayout layout, int order,
            SlabSettings settings) {
        int size = layout.size();
        int objects = SlabOrder.objects(order, size);
        int minOrder = SlabOrder.orderFor(size);
        int log2 = Integer.SIZE - 1 - Integer.numberOfLeadingZeros(size);
        int cpuPartial = settings.cpuPartials() && !layout.flags().has(SlabFlags.DEBUG)
                ? cpuPartial(size)
                : 0;
        return new SlabGeometry(objectSize, size, layout.inuse(), layout.offset(), layout.align(),
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

    /// The shape of a cache that another creator has joined: objects are as large as the larger of
    /// the two wishes; nothing else changes.
    SlabGeometry mergedWith(SlabGeometry other) {
        return new SlabGeometry(Math.max(objectSize, other.objectSize), size,
                Math.max(inuse, ObjectLayout.alignUp(other.objectSize, ObjectLayout.WORD)), offset,
                align, redLeftPad, order, objects, minOrder, minObjects, minPartial, cpuPartial,
                cpuPartialSlabs, flags, allocFlags);
    }

    /// The same shape with other flags.
    public SlabGeometry withFlags(SlabFlags other) {
        return new SlabGeometry(objectSize, size, inuse, offset, align, redLeftPad, order, objects,
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
