package org.kmemlab.buddy;

/// Pageblocks of a zone set apart for urgent requests of order 1 and more.
final class HighatomicReserve {

    private final Zone zone;
    private int reservedPages;

    HighatomicReserve(Zone zone) {
        this.zone = zone;
    }

    int reservedPages() {
        return reservedPages;
    }

    void setReservedPages(int pages) {
        reservedPages = pages;
        zone.updateBar();
    }

    /// Sets the pageblock of a page just handed out apart, unless one percent of the zone (and one
    /// pageblock) is already.
    void reserve(int pfn) {
        int most = zone.span.managedPages() / 100 + zone.map.pageblockPages();
        boolean movable = !zone.keepsListsClean() || zone.spansPageblock(pfn);
        if (reservedPages >= most || !movable || !zone.map.pageblockType(pfn).isMergeable()) {
            return;
        }
        setReservedPages(reservedPages + zone.map.pageblockPages());
        zone.map.setPageblockType(pfn, MigrateType.HIGHATOMIC);
        zone.moveFreeBlocks(pfn, MigrateType.HIGHATOMIC);
    }

    /// Gives one pageblock with free pages back to ordinary use.
    ///
    /// @param type the type that the pageblock gets
    /// @param last whether even the last pageblock is given
    /// @return whether free pages came back
    boolean release(MigrateType type, boolean last) {
        if (!last && reservedPages <= zone.map.pageblockPages()) {
            return false;
        }
        for (FreeArea area : zone.areas) {
            int pfn = area.first(MigrateType.HIGHATOMIC);
            if (pfn != PageAllocator.NONE) {
                if (zone.map.pageblockType(pfn) == MigrateType.HIGHATOMIC) {
                    setReservedPages(
                            reservedPages - Math.min(reservedPages, zone.map.pageblockPages()));
                }
                zone.map.setPageblockType(pfn, type);
                if (zone.moveFreeBlocks(pfn, type) > 0) {
                    return true;
                }
            }
        }
        return false;
    }
}
