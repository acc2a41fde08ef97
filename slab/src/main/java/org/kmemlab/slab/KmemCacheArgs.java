package org.kmemlab.slab;

import org.jspecify.annotations.Nullable;

/// What a cache is created from (`kmem_cache_create_usercopy`).
///
/// @param name shown in reports and slabinfo
/// @param objectSize bytes of an object, 1 to [SlabGeometry#MAX_OBJECT_SIZE]
/// @param align wanted alignment in bytes, 0 for the default
/// @param flags of [SlabFlags#PERMITTED] only
/// @param ctor brings new objects into their first state; null for none
/// @param useroffset first byte of an object that may be copied to user space
/// @param usersize how many bytes may be copied; 0 for none
public record KmemCacheArgs(String name, int objectSize, int align, SlabFlags flags,
        @Nullable ObjectConstructor ctor, int useroffset, int usersize) {

    /// A cache without wishes.
    public static KmemCacheArgs of(String name, int objectSize) {
        return new KmemCacheArgs(name, objectSize, 0, SlabFlags.NONE, null, 0, 0);
    }

    /// The same with an alignment in bytes.
    public KmemCacheArgs withAlign(int bytes) {
        return new KmemCacheArgs(name, objectSize, bytes, flags, ctor, useroffset, usersize);
    }

    /// The same with these flags instead of its own.
    public KmemCacheArgs withFlags(SlabFlags other) {
        return new KmemCacheArgs(name, objectSize, align, other, ctor, useroffset, usersize);
    }

    /// The same with a constructor.
    public KmemCacheArgs withCtor(ObjectConstructor constructor) {
        return new KmemCacheArgs(name, objectSize, align, flags, constructor, useroffset,
                usersize);
    }

    /// The same with a part of the object that may be copied to user space.
    public KmemCacheArgs withUsercopy(int offset, int size) {
        return new KmemCacheArgs(name, objectSize, align, flags, ctor, offset, size);
    }
}
