package org.kmemlab.buddy;

import static org.kmemlab.machine.KernelProfile.MAX_PAGE_ORDER;

import org.jspecify.annotations.Nullable;

/// Linux 6.12 and later: either a whole pageblock changes its type, or a single block is lent.
///
/// *Claim* looks for the largest block whose pageblock can be claimed and moves all its free pages;
/// if too much of the pageblock is in use nothing is moved. *Lend* takes the smallest block that
/// serves the request and leaves the rest of it with its owner. So a free page is always on the list
/// of its pageblock's type.
final class ClaimFallback implements MobilityFallback {

    private static final String CLAIMED =
            "the largest block whose pageblock can change its type as a"
                    + " whole";
    private static final String LENT = "the smallest block that serves, without its pageblock";

    private final Zone zone;

    ClaimFallback(Zone zone) {
        this.zone = zone;
    }

    @Override
    public int serve(int order, MigrateType start, int allocFlags) {
        int pfn = claim(order, start, allocFlags);
        boolean mayMix = !AllocFlags.has(allocFlags, AllocFlags.NOFRAGMENT);
        return pfn == PageAllocator.NONE && mayMix ? lend(order, start) : pfn;
    }

    private int claim(int order, MigrateType start, int allocFlags) {
        int least = MobilityFallback.leastOrder(zone, order, allocFlags);
        for (int size = MAX_PAGE_ORDER; size >= least; size--) {
            if (!MobilityFallback.isWorthThePageblock(zone, size, start)) {
                return PageAllocator.NONE;
            }
            MigrateType donor = MobilityFallback.donor(zone.areas[size], start);
            int pfn = donor == null ? PageAllocator.NONE : claimBlock(order, size, start, donor);
            if (pfn != PageAllocator.NONE) {
                return pfn;
            }
        }
        return PageAllocator.NONE;
    }

    private int claimBlock(int order, int size, MigrateType start, MigrateType donor) {
        int block = zone.areas[size].first(donor);
        int pfn = size >= zone.map.pageblockOrder() ? claimWhole(block, order, size, start)
                : claimAround(block, order, start, donor);
        if (pfn != PageAllocator.NONE) {
            zone.events().fallback(CLAIMED);
            tell(block, order, size, start, donor);
        }
        return pfn;
    }

    private int claimWhole(int block, int order, int size, MigrateType start) {
        zone.setPageblockTypes(block, size, start);
        zone.take(block, order, size, start);
        return block;
    }

    private int claimAround(int block, int order, MigrateType start, MigrateType donor) {
        zone.boost();
        int free = zone.freePagesInPageblock(block);
        if (free == 0 || !MobilityFallback.isMostlyAlike(zone, free, start, donor)) {
            return PageAllocator.NONE;
        }
        zone.moveFreeBlocks(block, start);
        zone.map.setPageblockType(block, start);
        return zone.rmqueueSmallest(order, start);
    }

    private int lend(int order, MigrateType start) {
        for (int size = order; size <= MAX_PAGE_ORDER; size++) {
            @Nullable MigrateType donor = MobilityFallback.donor(zone.areas[size], start);
            if (donor != null) {
                int block = zone.areas[size].first(donor);
                zone.take(block, order, size, donor);
                zone.events().fallback(LENT);
                tell(block, order, size, start, donor);
                return block;
            }
        }
        return PageAllocator.NONE;
    }

    private void tell(int block, int order, int size, MigrateType start, MigrateType donor) {
        zone.events().extfrag(block, order, size, start, donor,
                zone.map.pageblockType(block) == start);
    }
}
