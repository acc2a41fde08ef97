package org.kmemlab.slab;

import org.kmemlab.buddy.GfpFlags;

/// Objects that caches give out and take back, as the kernel's tracepoints `kmem_cache_alloc`,
/// `kmalloc`, `kmem_cache_free` and `kfree` tell; blocks of pages that `kmalloc` hands through are
/// none. An observer must not allocate or free objects.
public interface ObjectEvents {

    /// Observes nothing.
    ObjectEvents NONE = new ObjectEvents() {};

    /// An object was given out.
    ///
    /// @param cache name of the cache
    /// @param gfp what the request could use and do
    default void allocated(String cache, long address, GfpFlags gfp) {
    }

    /// An object came back.
    ///
    /// @param cache name of the cache
    default void freed(String cache, long address) {
    }
}
