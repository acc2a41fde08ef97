package org.kmemlab.buddy;

import static org.kmemlab.buddy.MigrateType.HIGHATOMIC;
import static org.kmemlab.buddy.MigrateType.MOVABLE;
import static org.kmemlab.buddy.MigrateType.RECLAIMABLE;
import static org.kmemlab.buddy.MigrateType.UNMOVABLE;
import static org.kmemlab.machine.KernelProfile.MAX_PAGE_ORDER;

import org.jspecify.annotations.Nullable;

/// How Linux 6.1 serves a type whose lists are empty: it takes a block of another type, and with it,
/// if it is worth while, the pageblock.
///
/// The largest block is taken, so that the mixing stays in few pageblocks; only a movable request,
/// whose pages can be moved away again, takes the smallest that serves it. Free pages of a pageblock
/// that could not be claimed stay on the thief's lists, while later frees return to the old type.
///
/// @see <a href="https://lwn.net/Articles/224254/">Mel Gorman, page grouping by mobility</a>
final class StealFallback {

    /// Which types may lend to a type, in the order in which they are asked.
    private static final MigrateType[][] DONORS = {{RECLAIMABLE, MOVABLE},
        {RECLAIMABLE, UNMOVABLE}, {UNMOVABLE, MOVABLE}};

    private final Zone zone;

    StealFallback(Zone zone) {
        this.zone = zone;
    }

    /// Moves a block of another type to the lists of `start`.
    ///
    /// @return whether a block was moved
    boolean steal(int order, MigrateType start, int allocFlags) {
        if (!start.isMergeable()) {
            return false;
        }
        int pageblockOrder = zone.map.pageblockOrder();
        boolean wholeOnly = AllocFlags.has(allocFlags, AllocFlags.NOFRAGMENT);
        int least = wholeOnly ? Math.max(order, pageblockOrder) : order;
        for (int size = MAX_PAGE_ORDER; size >= least; size--) {
            MigrateType donor = donor(size, start);
            if (donor != null) {
                boolean claim = maySteal(size, start);
                if (!claim && start == MOVABLE && size > order) {
                    return stealSmallest(order, start);
                }
                take(order, size, start, donor, claim);
                return true;
            }
        }
        return false;
    }

    private boolean stealSmallest(int order, MigrateType start) {
        for (int size = order; size <= MAX_PAGE_ORDER; size++) {
            MigrateType donor = donor(size, start);
            if (donor != null) {
                take(order, size, start, donor, maySteal(size, start));
                return true;
            }
        }
        throw new AssertionError("a block of order " + order + " and more was there");
    }

    private @Nullable MigrateType donor(int order, MigrateType start) {
        for (MigrateType type : DONORS[start.ordinal()]) {
            if (!zone.areas[order].isEmpty(type)) {
                return type;
            }
        }
        return null;
    }

    /// Whether other free pages of the pageblock are taken too.
    private boolean maySteal(int order, MigrateType start) {
        return order >= zone.map.pageblockOrder() / 2 || start != MOVABLE;
    }

    private void take(int order, int size, MigrateType start, MigrateType donor, boolean claim) {
        int pfn = zone.areas[size].first(donor);
        MigrateType old = zone.map.pageblockType(pfn);
        int pageblockOrder = zone.map.pageblockOrder();
        if (old == HIGHATOMIC) {
            zone.areas[size].moveLast(pfn, start);
        } else if (size >= pageblockOrder) {
            for (int at = pfn; at < pfn + (1 << size); at += zone.map.pageblockPages()) {
                zone.map.setPageblockType(at, start);
            }
            zone.areas[size].moveLast(pfn, start);
        } else {
            zone.marks.boost(zone.span.managedPages(), zone.map.pageblockPages());
            if (!claim || !claimPageblock(pfn, start, old)) {
                zone.areas[size].moveLast(pfn, start);
            }
        }
        zone.events().extfrag(pfn, order, size, start, donor,
                zone.map.pageblockType(pfn) == start);
    }

    /// Takes all free pages of a pageblock, and the pageblock itself if at least half of it is free
    /// or used alike.
    ///
    /// @return false if nothing was moved
    private boolean claimPageblock(int pfn, MigrateType start, MigrateType old) {
        int free = zone.moveFreeBlocks(pfn, start);
        if (free == 0) {
            return false;
        }
        int alike = start != MOVABLE && old == MOVABLE ? zone.map.pageblockPages() - free : 0;
        if (free + alike >= zone.map.pageblockPages() / 2) {
            zone.map.setPageblockType(pfn, start);
        }
        return true;
    }
}
