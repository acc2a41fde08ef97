package org.kmemlab.buddy;

/// Who uses an allocated block of pages.
public enum PageUse {
    /// Whoever asked for pages.
    PLAIN,
    /// A slab of a cache.
    SLAB,
    /// A `kmalloc` too large for any cache.
    LARGE_KMALLOC
}
