package org.kmemlab.buddy;

import static org.kmemlab.buddy.MigrateType.MOVABLE;
import static org.kmemlab.buddy.MigrateType.RECLAIMABLE;
import static org.kmemlab.buddy.MigrateType.UNMOVABLE;

import org.jspecify.annotations.Nullable;
import org.kmemlab.machine.KernelProfile;

/// How a zone serves a migrate type whose own lists are empty: from the blocks of another type.
///
/// What differs between kernels is whether such a block may be taken without its pageblock, and
/// where the rest of it goes.
///
/// @see <a href="https://lwn.net/Articles/224254/">Mel Gorman, page grouping by mobility</a>
sealed interface MobilityFallback permits StealFallback, ClaimFallback {

    /// The strategy of a kernel.
    static MobilityFallback of(KernelProfile profile, Zone zone) {
        return switch (profile.version()) {
            case LINUX_6_1 -> new StealFallback(zone);
            case LINUX_6_18 -> new ClaimFallback(zone);
        };
    }

    /// Takes a block for a type from the lists of another one.
    ///
    /// @return its first frame; [PageAllocator#NONE] if there is none that may be taken
    int serve(int order, MigrateType start, int allocFlags);

    /// The type that lends a block of exactly this order: the first with a free one of the two that
    /// may, in the order in which they are asked.
    static @Nullable MigrateType donor(FreeArea area, MigrateType start) {
        MigrateType first = start == RECLAIMABLE ? UNMOVABLE : RECLAIMABLE;
        MigrateType second = start == MOVABLE ? UNMOVABLE : MOVABLE;
        if (!area.isEmpty(first)) {
            return first;
        }
        return area.isEmpty(second) ? null : second;
    }

    /// Whether a block is worth taking its pageblock for: it is large, or the pages to come cannot
    /// be moved away again.
    static boolean isWorthThePageblock(Zone zone, int order, MigrateType start) {
        return order >= zone.map.pageblockOrder() / 2 || start != MOVABLE;
    }

    /// Whether so much of a pageblock is free or used alike that it should change its type.
    static boolean isMostlyAlike(Zone zone, int freePages, MigrateType start, MigrateType old) {
        int pages = zone.map.pageblockPages();
        int alike = start != MOVABLE && old == MOVABLE ? pages - freePages : 0;
        return freePages + alike >= pages / 2;
    }

    /// The smallest order that may be taken: only whole pageblocks if mixing is not allowed.
    static int leastOrder(Zone zone, int order, int allocFlags) {
        return AllocFlags.has(allocFlags, AllocFlags.NOFRAGMENT)
                ? Math.max(order, zone.map.pageblockOrder())
                : order;
    }
}
