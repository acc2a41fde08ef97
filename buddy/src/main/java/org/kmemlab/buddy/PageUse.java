package org.kmemlab.buddy;

/// Who uses an allocated block of pages.
public enum PageUse {
    /// Whoever asked for pages.
    PLAIN,
    /// A slab of a cache.
    SLAB,
    /// A `kmalloc` too large for any cache.
    LARGE_KMALLOC,
    /// Nobody yet: a thread of a live machine has it in stock.
    STOCK;

    /// How many uses there are.
    static final int COUNT = 4;

    private static final PageUse[] VALUES = values();

    /// The use of this number.
    static PageUse of(int number) {
        return VALUES[number];
    }
}
