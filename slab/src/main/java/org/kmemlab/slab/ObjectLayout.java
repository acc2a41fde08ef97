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

    private static final int ORIGINAL_SIZE_FIELD = Integer.BYTES;

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
    /// @param objectSize bytes of an object
    /// @param align as [#alignment] computes it
    /// @param flags with those of `slub_debug`
    /// @param ctor whether objects keep a constructed state
    static ObjectLayout of(int objectSize, int align, SlabFlags flags, boolean ctor) {
        boolean redZone = flags.has(SlabFlags.RED_ZONE);
        int size = alignUp(objectSize, WORD);
        if (redZone && size == objectSize) {
            size += WORD;
        }
        int inuse = size;
        int offset = (objectSize / 2) & -WORD;
        // A free pointer inside would destroy what such an object keeps while it is free.
        if (flags.has(FREE_POINTER_OUTSIDE) || ctor || (redZone && objectSize < WORD)) {
            offset = size;
            size += WORD;
        }
        if (flags.has(SlabFlags.STORE_USER)) {
            size += 2 * TRACK_SIZE;
            size += flags.has(SlabFlags.KMALLOC) ? ORIGINAL_SIZE_FIELD : 0;
        }
        int redLeftPad = 0;
        if (redZone) {
            redLeftPad = alignUp(WORD, align);
            size += WORD + redLeftPad;
        }
        return new ObjectLayout(align, inuse, offset, redLeftPad, alignUp(size, align),
                flags.with(internal(flags, ctor)));
    }

    private static SlabFlags internal(SlabFlags flags, boolean ctor) {
        SlabFlags internal = flags.has(NO_CMPXCHG) ? SlabFlags.NONE : SlabFlags.CMPXCHG_DOUBLE;
        boolean poisoned = flags.has(SlabFlags.POISON) && !flags.has(SlabFlags.TYPESAFE_BY_RCU)
                && !ctor;
        return poisoned ? internal.with(SlabFlags.OBJECT_POISON) : internal;
    }
}
