package org.kmemlab.lab.verify.slab;

import org.jspecify.annotations.Nullable;
import org.kmemlab.slab.Kmalloc;

/// One event of an object in a trace.
///
/// @param line where it stands in the file, from 1
/// @param isAlloc whether the object is handed out or comes back
/// @param isKmalloc whether `kmalloc` or `kfree` was called, not a cache
/// @param cpu the CPU it happened on
/// @param pid the task that ran there
/// @param inInterrupt whether an interrupt of that task did it
/// @param pointer the object's address
/// @param cacheName the cache as the event names it; null if it does not
/// @param callSite number of the caller
/// @param requestedBytes bytes of a request; of a cache's, its object size
/// @param allocatedBytes bytes that it got
/// @param gfpBits flags of a request
/// @param node wanted memory node, -1 for any
/// @param life the pages it lies in
record ObjectEvent(long line, boolean isAlloc, boolean isKmalloc, int cpu, int pid,
        boolean inInterrupt, long pointer, @Nullable String cacheName, int callSite,
        long requestedBytes, long allocatedBytes, int gfpBits, int node, SlabLife life) {

    /// Whether whole pages serve the request, not a cache.
    boolean isLarge() {
        return isKmalloc && isAlloc && allocatedBytes > Kmalloc.MAX_CACHE_SIZE;
    }
}
