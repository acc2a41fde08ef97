package org.kmemlab.buddy;

/// Who holds pages that can be moved, such as a page cache: asked when compaction wants a page's
/// place.
public interface MovablePages {

    /// Whether this owner holds the single page at `pfn` and could move it now.
    boolean holds(int pfn);

    /// Moves a page: its bytes have been copied, so only the owner's references have to follow.
    ///
    /// @param from the page that was held; it is freed afterwards
    /// @param to the page that is held from now on
    /// @return false if it cannot be moved after all; `to` is freed then
    boolean migrate(int from, int to);
}
