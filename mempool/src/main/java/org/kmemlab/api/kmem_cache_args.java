package org.kmemlab.api;

import org.jspecify.annotations.Nullable;
import org.kmemlab.slab.KmemCacheArgs;
import org.kmemlab.slab.ObjectConstructor;
import org.kmemlab.slab.SlabFlags;

/// The optional arguments of `kmem_cache_create` since Linux 6.12, under the kernel's names. Fields
/// that are not set mean what 0 means in C.
///
/// ```java
/// kmem_cache_args args = new kmem_cache_args();
/// args.freeptr_offset = 8;
/// args.use_freeptr_offset = true;
/// KmemCache cache = k.kmem_cache_create("file", 184, args, SLAB_TYPESAFE_BY_RCU);
/// ```
///
/// @see KmemCacheArgs
@SuppressWarnings({"TypeName", "MemberName"}) // The kernel's names are the point of this class.
public final class kmem_cache_args {

    /// Wanted alignment in bytes.
    public int align;
    /// First byte of an object that may be copied to user space.
    public int useroffset;
    /// How many bytes may be copied.
    public int usersize;
    /// Which word of a free object may hold the free pointer; counts only with
    /// [#use_freeptr_offset].
    public int freeptr_offset;
    /// Whether [#freeptr_offset] counts, which may be 0.
    public boolean use_freeptr_offset;
    /// Brings new objects into their first state.
    public @Nullable ObjectConstructor ctor;
    /// Objects that a CPU's sheaf should hold (since Linux 6.18).
    public int sheaf_capacity;

    /// Arguments without wishes.
    public kmem_cache_args() {
        // All fields say nothing.
    }

    KmemCacheArgs of(String name, int size, int flags) {
        return new KmemCacheArgs(name, size, align, new SlabFlags(flags), ctor, useroffset,
                usersize, use_freeptr_offset ? freeptr_offset : KmemCacheArgs.ANY_FREEPTR,
                sheaf_capacity);
    }
}
