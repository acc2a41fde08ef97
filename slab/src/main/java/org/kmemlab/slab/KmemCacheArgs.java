package org.kmemlab.slab;

import java.util.Objects;

import org.jspecify.annotations.Nullable;

/// What a cache is created from: the arguments of `kmem_cache_create_usercopy`, and of newer
/// kernels the fields of `struct kmem_cache_args`.
///
/// @param name shown in reports and slabinfo
/// @param objectSize bytes of an object, 1 to [SlabGeometry#MAX_OBJECT_SIZE]
/// @param align wanted alignment in bytes, 0 for the default
/// @param flags of [SlabRules#permittedFlags()] only
/// @param ctor brings new objects into their first state; null for none
/// @param useroffset first byte of an object that may be copied to user space
/// @param usersize how many bytes may be copied; 0 for none
/// @param freeptrOffset which word of a free object of a [SlabFlags#TYPESAFE_BY_RCU] cache may hold
///        the free pointer, in bytes from the object; [#ANY_FREEPTR] if the creator does not say
///        (`use_freeptr_offset` is false then)
/// @param sheafCapacity objects that a CPU's sheaf should hold; 0 for no sheaves. In live use the most
///        that the sheaf of a thread may hold; 0 for as many as fit its size
public record KmemCacheArgs(String name, int objectSize, int align, SlabFlags flags,
        @Nullable ObjectConstructor ctor, int useroffset, int usersize, int freeptrOffset,
        int sheafCapacity) {

    /// The creator does not say where the free pointer may lie.
    public static final int ANY_FREEPTR = -1;

    /// Checks that nothing is missing.
    public KmemCacheArgs {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(flags, "flags");
    }

    /// The arguments of `kmem_cache_create_usercopy`.
    public KmemCacheArgs(String name, int objectSize, int align, SlabFlags flags,
            @Nullable ObjectConstructor ctor, int useroffset, int usersize) {
        this(name, objectSize, align, flags, ctor, useroffset, usersize, ANY_FREEPTR, 0);
    }

    /// A cache without wishes.
    public static KmemCacheArgs of(String name, int objectSize) {
        return new KmemCacheArgs(name, objectSize, 0, SlabFlags.NONE, null, 0, 0);
    }

    /// The same with an alignment in bytes.
    public KmemCacheArgs withAlign(int bytes) {
        return new KmemCacheArgs(name, objectSize, bytes, flags, ctor, useroffset, usersize,
                freeptrOffset, sheafCapacity);
    }

    /// The same with these flags instead of its own.
    public KmemCacheArgs withFlags(SlabFlags other) {
        return new KmemCacheArgs(name, objectSize, align, other, ctor, useroffset, usersize,
                freeptrOffset, sheafCapacity);
    }

    /// The same with a constructor.
    public KmemCacheArgs withCtor(ObjectConstructor constructor) {
        return new KmemCacheArgs(name, objectSize, align, flags, constructor, useroffset,
                usersize, freeptrOffset, sheafCapacity);
    }

    /// The same with a part of the object that may be copied to user space.
    public KmemCacheArgs withUsercopy(int offset, int size) {
        return new KmemCacheArgs(name, objectSize, align, flags, ctor, offset, size,
                freeptrOffset, sheafCapacity);
    }

    /// The same with a word of the object for the free pointer, in bytes from the object.
    public KmemCacheArgs withFreeptrOffset(int offset) {
        return new KmemCacheArgs(name, objectSize, align, flags, ctor, useroffset, usersize,
                offset, sheafCapacity);
    }

    /// The same with sheaves of so many objects.
    public KmemCacheArgs withSheafCapacity(int objects) {
        return new KmemCacheArgs(name, objectSize, align, flags, ctor, useroffset, usersize,
                freeptrOffset, objects);
    }
}
