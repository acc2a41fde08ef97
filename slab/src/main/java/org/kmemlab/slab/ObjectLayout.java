package org.kmemlab.slab;

/// Where things lie in one object's slot.
///
/// ```text
///  slot start                                                                      next slot
///  │ left red zone │ object │ right red zone │ free ptr │ tracks │ size │ padding │
///  │◄─ redLeftPad ─►│◄─ objectSize ─►        │          │        │      │         │
///                   p◄──────── inuse ───────►│
///                   p◄── offset, if the free pointer is outside ►│
/// ```
///
/// Addresses handed out are `p`. Without debugging the free pointer lies inside the object, at
/// half its size, where an overrun of a neighbour does not reach it first.
///
/// @param align alignment of `p` in bytes
/// @param inuse bytes from `p` to the data behind the object
/// @param offset bytes from `p` to the free pointer
/// @param redLeftPad bytes in front of `p`
/// @param size bytes from one slot to the next
/// @param flags the cache's flags and the internal ones that follow from the layout
record ObjectLayout(int align, int inuse, int offset, int redLeftPad, int size, SlabFlags flags) {

    static final int WORD = Long.BYTES;
    static final int CACHE_LINE = 64;
    /// Bytes of one record of who allocated or freed.
    static final int TRACK_SIZE = 32;

    private static final SlabFlags FREE_POINTER_OUTSIDE = SlabFlags.TYPESAFE_BY_RCU
            .with(SlabFlags.POISON);
    private static final SlabFlags NO_CMPXCHG = SlabFlags.CONSISTENCY_CHECKS
            .with(SlabFlags.STORE_USER).with(SlabFlags.TRACE);

    /// The next multiple of `unit`, by mask arithmetic, for a `unit` that is no power of two too:
    /// the kernel accepts such alignments and computes so.
    static int alignUp(int value, int unit) {
        return (value + unit - 1) & -unit;
    }

    /// The alignment that a cache gets.
    ///
    /// @param objectSize bytes of an object
    /// @param requested what the creator asked for, 0 for nothing
    static int alignment(int objectSize, int requested, SlabFlags flags) {
        int align = requested;
        if (flags.has(SlabFlags.HWCACHE_ALIGN)) {
            int line = CACHE_LINE;
            while (objectSize <= line / 2) {
                line /= 2;
            }
            align = Math.max(align, line);
        }
        return alignUp(Math.max(align, WORD), WORD);
    }

    /// The layout of a slot.
    ///
    /// @param request what the creator asked for
    /// @param flags its flags, with those of `slub_debug`
    static ObjectLayout of(SlabGeometry.Request request, SlabFlags flags, SlabRules rules) {
        int objectSize = request.objectSize();
        int align = alignment(objectSize, request.align(), request.flags());
        boolean redZone = flags.has(SlabFlags.RED_ZONE);
        int size = alignUp(objectSize, WORD);
        if (redZone && size == objectSize) {
            size += WORD;
        }
        int inuse = size;
        int offset = request.choosesFreeptr(flags) ? request.freeptrOffset()
                : (objectSize / 2) & -WORD;
        if (freePointerIsOutside(request, flags, rules)) {
            offset = size;
            size += WORD;
        }
        if (flags.has(SlabFlags.STORE_USER)) {
            size += 2 * TRACK_SIZE;
            size += flags.has(SlabFlags.KMALLOC) ? rules.requestedSizeBytes() : 0;
        }
        int redLeftPad = 0;
        if (redZone) {
            redLeftPad = alignUp(WORD, align);
            size += WORD + redLeftPad;
        }
        return new ObjectLayout(align, inuse, offset, redLeftPad, alignUp(size, align),
                flags.with(internal(flags, request.ctor())));
    }

    /// A free pointer inside would destroy what such an object keeps while it is free, or lie in
    /// what is looked at as a red zone.
    private static boolean freePointerIsOutside(SlabGeometry.Request request, SlabFlags flags,
            SlabRules rules) {
        boolean keepsContent = (request.ctor() || flags.has(FREE_POINTER_OUTSIDE))
                && !request.choosesFreeptr(flags);
        boolean guarded = rules.guardsRequestedSize() && flags.has(SlabFlags.KMALLOC)
                && flags.has(SlabFlags.STORE_USER);
        return keepsContent || (flags.has(SlabFlags.RED_ZONE)
                && (request.objectSize() < WORD || guarded));
    }

    private static SlabFlags internal(SlabFlags flags, boolean ctor) {
        SlabFlags internal = flags.has(NO_CMPXCHG) ? SlabFlags.NONE : SlabFlags.CMPXCHG_DOUBLE;
        boolean poisoned = flags.has(SlabFlags.POISON) && !flags.has(SlabFlags.TYPESAFE_BY_RCU)
                && !ctor;
        return poisoned ? internal.with(SlabFlags.OBJECT_POISON) : internal;
    }
}
