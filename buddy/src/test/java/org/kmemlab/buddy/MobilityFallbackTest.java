package org.kmemlab.buddy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.kmemlab.buddy.MigrateType.MOVABLE;
import static org.kmemlab.buddy.MigrateType.UNMOVABLE;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kmemlab.machine.KernelProfile;

/// The two ways to serve a type from another's blocks, side by side.
class MobilityFallbackTest {

    private static final GfpFlags MOVABLE_PAGE = GfpFlags.MOVABLE.with(GfpFlags.MEMALLOC);
    private static final GfpFlags UNMOVABLE_PAGE = GfpFlags.MEMALLOC;

    private static BuddyFixture fixture(KernelProfile profile, int pageblocks) {
        return new BuddyFixture(
                BuddyFixture.oneZone(512 * pageblocks).withProfile(profile));
    }

    /// Fails if a mostly used pageblock changes hands under 6.18, or keeps its free pages under 6.1.
    @Test
    void unmovableRequest_movablePageblockMostlyFree_claimsItInBoth() {
        for (KernelProfile profile : List.of(KernelProfile.LINUX_6_1, KernelProfile.LINUX_6_18)) {
            try (BuddyFixture fixture = fixture(profile, 1)) {
                int held = fixture.alloc(MOVABLE_PAGE, 5);

                int pfn = fixture.alloc(UNMOVABLE_PAGE, 0);

                assertThat(pfn).as(profile.name()).isNotEqualTo(PageAllocator.NONE);
                assertThat(fixture.pages.memMap().pageblockType(pfn)).isEqualTo(UNMOVABLE);
                assertThat(fixture.list(8, MOVABLE)).isEmpty();
                fixture.free(pfn, 0);
                fixture.free(held, 5);
            }
        }
    }

    /// Fails if a movable request fragments an unmovable pageblock more than the kernel's would:
    /// 6.1 keeps the rest of the split block, 6.18 leaves it with its owner.
    @Test
    void movableRequest_onlySmallUnmovableBlocks_restStaysWhereTheKernelLeavesIt() {
        assertThat(restOfSplitBlock(KernelProfile.LINUX_6_1)).isEqualTo(MOVABLE);
        assertThat(restOfSplitBlock(KernelProfile.LINUX_6_18)).isEqualTo(UNMOVABLE);
    }

    private static MigrateType restOfSplitBlock(KernelProfile profile) {
        try (BuddyFixture fixture = fixture(profile, 1)) {
            List<Integer> singles = new ArrayList<>();
            for (int i = 0; i < 512; i++) {
                singles.add(fixture.alloc(UNMOVABLE_PAGE, 0));
            }
            for (int i = 0; i < 4; i++) {
                fixture.free(singles.get(8 + i), 0);
            }
            assertThat(fixture.list(2, UNMOVABLE)).containsExactly(singles.get(8));

            int pfn = fixture.alloc(MOVABLE_PAGE, 0);

            assertThat(pfn).isEqualTo(singles.get(8));
            assertThat(fixture.pages.memMap().pageblockType(pfn)).isEqualTo(UNMOVABLE);
            MigrateType rest = fixture.list(0, MOVABLE).isEmpty() ? UNMOVABLE : MOVABLE;
            assertThat(fixture.list(0, rest)).containsExactly(pfn + 1);
            assertThat(fixture.list(1, rest)).containsExactly(pfn + 2);
            return rest;
        }
    }

    /// Fails if free pages of 6.18 lie on a list that is not their pageblock's.
    @ParameterizedTest
    @ValueSource(longs = {11, 12, 13})
    void mixedWork_under618_keepsListsClean(long seed) {
        try (BuddyFixture fixture = fixture(KernelProfile.LINUX_6_18, 8)) {
            var random = new SplittableRandom(seed);
            List<int[]> held = new ArrayList<>();
            GfpFlags[] kinds = {MOVABLE_PAGE, UNMOVABLE_PAGE,
                GfpFlags.RECLAIMABLE.with(GfpFlags.MEMALLOC)};
            for (int i = 0; i < 20_000; i++) {
                if (random.nextInt(100) < 52 || held.isEmpty()) {
                    int order = random.nextInt(6);
                    int pfn = fixture.alloc(kinds[random.nextInt(3)], order);
                    if (pfn != PageAllocator.NONE) {
                        held.add(new int[] {pfn, order});
                    }
                } else {
                    int[] block = held.remove(random.nextInt(held.size()));
                    fixture.free(block[0], block[1]);
                }
            }
            for (ZoneState.FreeList list : fixture.pages.snapshot().get(0).freeLists()) {
                for (int pfn : list.pfns()) {
                    assertThat(fixture.pages.memMap().pageblockType(pfn)).as("pfn %d", pfn)
                            .isEqualTo(list.type());
                }
            }
        }
    }
}
