package org.kmemlab.slab;

/// Where things lie in one object's slot of the classic allocator SLAB.
///
/// ```text
///  │ red zone │ object │ rounding │ red zone │ who │      only with DEBUG_SLAB
///  │◄──────►│ objectOffset
/// ```
///
/// @param size bytes from one slot to the next
/// @param align alignment of slots in bytes
/// @param objectOffset bytes from the slot to the object
/// @param colourOff bytes by which the objects of the next slab begin further behind
/// @param flags the cache's flags, without those that this kernel or the alignment forbids
record ClassicLayout(int size, int align, int objectOffset, int colourOff, SlabFlags flags) {

    /// Smallest slot: the index of an object has one byte.
    private static final int MIN_SLOT = 16;
    /// Flags that SLAB drops silently.
    static final SlabFlags UNKNOWN_FLAGS = SlabFlags.CONSISTENCY_CHECKS.with(SlabFlags.TRACE)
            .with(SlabFlags.NO_USER_FLAGS);
    private static final SlabFlags GUARDS = SlabFlags.RED_ZONE.with(SlabFlags.STORE_USER);

    static ClassicLayout of(SlabGeometry.Request request, SlabSettings settings) {
        int objectSize = request.objectSize();
        SlabFlags flags = settings.classic().debug() ? forced(request)
                : request.flags().without(UNKNOWN_FLAGS).without(SlabFlags.DEBUG);
        int align = ObjectLayout.alignment(objectSize, request.align(), request.flags());
        int size = ObjectLayout.alignUp(objectSize, ObjectLayout.WORD);
        if (align > ObjectLayout.WORD) {
            // A word in front of the object would destroy its alignment.
            flags = flags.without(GUARDS);
        }
        int objectOffset = 0;
        if (flags.has(SlabFlags.RED_ZONE)) {
            objectOffset = ObjectLayout.WORD;
            size += 2 * ObjectLayout.WORD;
        }
        size += flags.has(SlabFlags.STORE_USER) ? ObjectLayout.WORD : 0;
        size = ObjectLayout.alignUp(size, align);
        if (size < MIN_SLOT) {
            size = ObjectLayout.alignUp(MIN_SLOT, align);
        }
        return new ClassicLayout(size, align, objectOffset,
                Math.max(ObjectLayout.CACHE_LINE, align), flags);
    }

    /// The flags that a kernel with DEBUG_SLAB gives every cache; guards not where they would
    /// double the pages of large objects.
    private static SlabFlags forced(SlabGeometry.Request request) {
        SlabFlags flags = request.flags().without(UNKNOWN_FLAGS);
        int bits = bitLength(request.objectSize() - 1);
        if (request.objectSize() < 4096
                || bits == bitLength(request.objectSize() - 1 + 3 * ObjectLayout.WORD)) {
            flags = flags.with(GUARDS);
        }
        return flags.has(SlabFlags.TYPESAFE_BY_RCU) ? flags : flags.with(SlabFlags.POISON);
    }

    private static int bitLength(int value) {
        return Integer.SIZE - Integer.numberOfLeadingZeros(value);
    }
}
