package org.kmemlab.buddy;

import org.kmemlab.machine.ZoneType;

/// What a zone holds back: watermarks, their boost, and pages kept for lower requests.
final class ZoneMarks {

    private static final int BOOST_FACTOR_PER_10_000 = 15_000;

    private final Watermarks watermarks;
    private final int low;
    private final int[] lowmemReserve;
    private int boostPages;

    ZoneMarks(Watermarks watermarks, int[] lowmemReserve) {
        this.watermarks = watermarks;
        this.low = watermarks.low();
        this.lowmemReserve = lowmemReserve.clone();
    }

    /// The marks without boost.
    Watermarks watermarks() {
        return watermarks;
    }

    int[] lowmemReserve() {
        return lowmemReserve.clone();
    }

    /// Pages that all marks are raised by.
    int boostPages() {
        return boostPages;
    }

    void setBoostPages(int pages) {
        boostPages = pages;
    }

    /// Raises the marks after a steal that mixed a pageblock, so that reclaim makes room for whole
    /// pageblocks. Zones of fewer than four pageblocks are left alone.
    ///
    /// @return whether the marks were raised
    boolean boost(int managedPages, int pageblockPages) {
        if (pageblockPages * 4 > managedPages) {
            return false;
        }
        long most = (long) watermarks.high() * BOOST_FACTOR_PER_10_000 / 10_000;
        if (most == 0) {
            return false;
        }
        boostPages = (int) Math.min(boostPages + pageblockPages, Math.max(pageblockPages, most));
        return true;
    }

    /// The mark that `allocFlags` name, boost included.
    int mark(int allocFlags) {
        return unboostedMark(allocFlags) + boostPages;
    }

    /// The low mark, boost included.
    int lowMark() {
        return low + boostPages;
    }

    private int unboostedMark(int allocFlags) {
        return switch (allocFlags & AllocFlags.WMARK_MASK) {
            case AllocFlags.WMARK_MIN -> watermarks.min();
            case AllocFlags.WMARK_LOW -> watermarks.low();
            default -> watermarks.high();
        };
    }

    /// Whether a zone has enough free pages for a request.
    ///
    /// Equality with the mark fails. A request of order 1 and more also needs a block of its order.
    boolean allows(Zone zone, int order, ZoneType highest, int allocFlags) {
        if (passes(zone, order, mark(allocFlags), highest, allocFlags)) {
            return true;
        }
        // An urgent single page may not be refused for a boost that only asks for reclaim.
        boolean urgent = order == 0 && boostPages > 0
                && AllocFlags.has(allocFlags, AllocFlags.MIN_RESERVE)
                && (allocFlags & AllocFlags.WMARK_MASK) == AllocFlags.WMARK_MIN;
        return urgent && passes(zone, order, watermarks.min(), highest, allocFlags);
    }

    /// The same test against a mark of the caller's choosing.
    boolean passes(Zone zone, int order, int mark, ZoneType highest, int allocFlags) {
        return passes(zone, zone.freePages.counted(), order, mark, highest, allocFlags);
    }

    /// The same test as if `freePages` were free.
    boolean passes(Zone zone, long freePages, int order, int mark, ZoneType highest,
            int allocFlags) {
        long free = freePages - ((1 << order) - 1);
        if (!AllocFlags.has(allocFlags, AllocFlags.RESERVES)) {
            free -= zone.highatomic.reservedPages();
        }
        long min = reduced(mark, allocFlags);
        if (free <= min + lowmemReserve[highest.ordinal()]) {
            return false;
        }
        return order == 0 || hasBlock(zone, order, allocFlags);
    }

    /// What counts of the mark that `allocFlags` name, with the reserves that they open.
    long reducedMark(int allocFlags) {
        return reduced(mark(allocFlags), allocFlags);
    }

    private static long reduced(int mark, int allocFlags) {
        long min = mark;
        if (AllocFlags.has(allocFlags, AllocFlags.MIN_RESERVE)) {
            min -= min / 2;
            if (AllocFlags.has(allocFlags, AllocFlags.NON_BLOCK)) {
                min -= min / 4;
            }
        }
        if (AllocFlags.has(allocFlags, AllocFlags.OOM)) {
            min -= min / 2;
        }
        return min;
    }

    private static boolean hasBlock(Zone zone, int order, int allocFlags) {
        boolean reserve = AllocFlags.has(allocFlags, AllocFlags.HIGHATOMIC | AllocFlags.OOM);
        for (int size = order; size < zone.areas.length; size++) {
            FreeArea area = zone.areas[size];
            if (!area.isEmpty(MigrateType.UNMOVABLE) || !area.isEmpty(MigrateType.MOVABLE)
                    || !area.isEmpty(MigrateType.RECLAIMABLE)
                    || (reserve && !area.isEmpty(MigrateType.HIGHATOMIC))) {
                return true;
            }
        }
        return false;
    }
}
