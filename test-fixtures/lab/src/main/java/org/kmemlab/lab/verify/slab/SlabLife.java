package org.kmemlab.lab.verify.slab;

import org.jspecify.annotations.Nullable;

/// What is known of a block of pages between a request for it and its end: whether objects lie in
/// it, and of which cache.
final class SlabLife {

    /// No event.
    static final int NONE = -1;

    /// The line of the request; 0 for pages that were in use before the trace.
    final long requestLine;
    /// Name of the cache whose slab it is; null if nothing tells it.
    @Nullable
    String cacheName;
    /// Index of the first event of an object in it.
    int firstEvent = NONE;
    /// Whether it serves one large `kmalloc`.
    boolean isLarge;
    /// Whether the first event is the allocation that the pages were requested for.
    boolean isTriggered;

    SlabLife(long requestLine) {
        this.requestLine = requestLine;
    }

    /// Whether objects of a cache lie in it.
    boolean isSlab() {
        return firstEvent != NONE && !isLarge;
    }
}
