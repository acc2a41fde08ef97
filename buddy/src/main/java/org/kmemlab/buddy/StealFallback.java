package org.kmemlab.buddy;

import static org.kmemlab.buddy.MigrateType.HIGHATOMIC;
import static org.kmemlab.buddy.MigrateType.MOVABLE;
import static org.kmemlab.machine.KernelProfile.MAX_PAGE_ORDER;

/// Linux 6.1: takes the largest block of another type, and with it, if it is worth while, the
/// pageblock.
///
/// The largest block keeps the mixing in few pageblocks; only a movable request, whose pages can be
/// moved away again, takes the smallest that serves it. Free pages of a pageblock that could not be
/// claimed stay on the thief's lists, while later frees return to the old type.
final class StealFallback implements MobilityFallback {

    private static final String LARGEST = "the largest block, so that the mixing stays in few"
            + " pageblocks";
    private static final String SMALLEST = "the smallest block that serves, as movable pages can be"
            + " moved away again";

    private final Zone zone;

    StealFallback(Zone zone) {
        this.zone = zone;
    }

    @Override
    public int serve(int order, MigrateType start, int allocFlags) {
        int pfn = PageAllocator.NONE;
        while (pfn == PageAllocator.NONE && steal(order, start, allocFlags)) {
            pfn = zone.rmqueueSmallest(order, start);
        }
        return pfn;
    }

    /// Moves a block of another type to the lists of `start`.
    ///
    /// @return whether a block was moved
    private boolean steal(int order, MigrateType start, int allocFlags) {
        int least = MobilityFallback.leastOrder(zone, order, allocFlags);
        for (int size = MAX_PAGE_ORDER; size >= least; size--) {
            MigrateType donor = MobilityFallback.donor(zone.areas[size], start);
            if (donor != null) {
                boolean claim = MobilityFallback.isWorthThePageblock(zone, size, start);
                if (!claim && start == MOVABLE && size > order) {
                    zone.events().fallback(SMALLEST);
                    stealSmallest(order, start);
                } else {
                    zone.events().fallback(LARGEST);
                    take(order, size, start, donor, claim);
                }
                return true;
            }
        }
        return false;
    }

    private void stealSmallest(int order, MigrateType start) {
        for (int size = order; size <= MAX_PAGE_ORDER; size++) {
            MigrateType donor = MobilityFallback.donor(zone.areas[size], start);
            if (donor != null) {
                take(order, size, start, donor,
                        MobilityFallback.isWorthThePageblock(zone, size, start));
                return;
            }
        }
        throw new AssertionError("a block of order " + order + " and more was there");
    }

    private void take(int order, int size, MigrateType start, MigrateType donor, boolean claim) {
        int pfn = zone.areas[size].first(donor);
        MigrateType old = zone.map.pageblockType(pfn);
        if (old == HIGHATOMIC) {
            zone.areas[size].moveLast(pfn, start);
        } else if (size >= zone.map.pageblockOrder()) {
            zone.setPageblockTypes(pfn, size, start);
            zone.areas[size].moveLast(pfn, start);
        } else {
            zone.boost();
            if (!claim || !claimPageblock(pfn, start, old)) {
                zone.areas[size].moveLast(pfn, start);
            }
        }
        zone.events().extfrag(pfn, order, size, start, donor,
                zone.map.pageblockType(pfn) == start);
    }

    /// Takes all free pages of a pageblock, and the pageblock itself if it is mostly free or used
    /// alike.
    ///
    /// @return false if nothing was moved
    private boolean claimPageblock(int pfn, MigrateType start, MigrateType old) {
        int free = zone.moveFreeBlocks(pfn, start);
        if (free == 0) {
            return false;
        }
        if (MobilityFallback.isMostlyAlike(zone, free, start, old)) {
            zone.map.setPageblockType(pfn, start);
        }
        return true;
    }
}
