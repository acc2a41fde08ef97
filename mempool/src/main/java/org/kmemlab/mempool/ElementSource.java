package org.kmemlab.mempool;

import org.kmemlab.buddy.GfpFlags;
import org.kmemlab.buddy.PageAllocator;
import org.kmemlab.machine.Cpu;
import org.kmemlab.slab.Kmalloc;
import org.kmemlab.slab.KmemCache;
import org.kmemlab.slab.SlabAllocator;

/// Where a pool's elements come from and where they go back to (`mempool_alloc_t`,
/// `mempool_free_t`).
///
/// An element is an address, or any other number but 0 if the source is the caller's own. In live use
/// several Java threads call at once, and the pool holds no lock meanwhile.
public interface ElementSource {

    /// Allocates one element.
    ///
    /// @param gfp what the source may do to get it; it must not wait without `__GFP_DIRECT_RECLAIM`
    /// @return the element, or 0 if there is no memory
    long alloc(Cpu cpu, GfpFlags gfp);

    /// Takes back one element that [#alloc] returned.
    void free(Cpu cpu, long element);

    /// How many bytes at an element the pool may overwrite while the element lies in its reserve; 0 if
    /// none. Only asked if the kernel poisons free memory.
    default long sizeBytes(long element) {
        return 0;
    }

    /// Whether giving back what is not allocated is refused; otherwise it is not looked for.
    default boolean refusesMisuse() {
        return true;
    }

    /// Checks that an element could be given back, before the pool keeps it in its reserve instead;
    /// only asked if misuse is refused. A source that cannot tell accepts every element.
    ///
    /// @throws RuntimeException as [#free] for what it would not take back
    default void requireAllocated(long element) {
    }

    /// What messages call the source.
    default String description() {
        return "custom elements";
    }

    /// Elements are objects of a cache (`mempool_alloc_slab`).
    ///
    /// @throws IllegalArgumentException if the cache has a constructor: an element of the reserve
    ///         is handed out again without going through the cache, so it would lose the state that
    ///         the constructor gave it
    static ElementSource ofCache(KmemCache cache) {
        return new CacheSource(cache);
    }

    /// Elements are `kmalloc` blocks of `sizeBytes` (`mempool_kmalloc`).
    ///
    /// @throws IllegalArgumentException if the size is not 1 byte to 4 MiB
    static ElementSource ofKmalloc(Kmalloc kmalloc, long sizeBytes) {
        return new KmallocSource(kmalloc, sizeBytes);
    }

    /// Elements are `kvmalloc` blocks of `sizeBytes` (`mempool_kvmalloc` of Linux 6.12): `kmalloc`
    /// blocks, or if these cannot be had easily, single pages. The latter are named by an address
    /// that has no bytes here.
    ///
    /// @throws IllegalArgumentException if the size is not 1 byte to 2 GiB
    static ElementSource ofKvmalloc(SlabAllocator slab, long sizeBytes) {
        return new KvmallocSource(slab, sizeBytes);
    }

    /// Elements are blocks of `2^order` pages, each named by its address
    /// (`mempool_alloc_pages`).
    ///
    /// @throws IllegalArgumentException if the order is not 0 to 10
    static ElementSource ofPages(PageAllocator pages, int order) {
        return new PageSource(pages, order);
    }
}
