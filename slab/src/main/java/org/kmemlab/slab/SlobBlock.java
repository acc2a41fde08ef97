package org.kmemlab.slab;

import org.jspecify.annotations.Nullable;

/// What somebody has of the heap of SLOB, or pages that it got past the heap.
///
/// @param start address of the block
/// @param bytes how long it is
/// @param lead bytes before the object
/// @param order log2 of its pages; [#HEAP] if it lies in a page with others
/// @param cache whose object it is; null for `kmalloc`
/// @param isWaiting whether it was freed and waits for a grace period
record SlobBlock(long start, int bytes, int lead, int order, @Nullable SlabCache cache,
        boolean isWaiting) {

    static final int HEAP = -1;

    /// Address of the object in it.
    long object() {
        return start + lead;
    }

    String owner() {
        return cache == null ? SlobHeap.KMALLOC : cache.name();
    }

    SlobBlock waiting() {
        return new SlobBlock(start, bytes, lead, order, cache, true);
    }
}
