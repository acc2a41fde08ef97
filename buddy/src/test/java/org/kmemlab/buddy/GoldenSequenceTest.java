package org.kmemlab.buddy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.kmemlab.buddy.BuddyFixture.oneZone;
import static org.kmemlab.buddy.MigrateType.MOVABLE;
import static org.kmemlab.buddy.MigrateType.RECLAIMABLE;
import static org.kmemlab.buddy.MigrateType.UNMOVABLE;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

/// The page frames that Linux 6.1 hands out, step by step, in a zone of 4,096 pages.
///
/// If one of these fails, the allocator gives another answer than the kernel.
class GoldenSequenceTest {

    /// No reserve may stand in the way of these requests.
    private static final GfpFlags ALL_RESERVES = GfpFlags.MEMALLOC;
    private static final GfpFlags MOVABLE_PAGE = GfpFlags.MOVABLE.with(ALL_RESERVES);
    private static final GfpFlags UNMOVABLE_PAGE = ALL_RESERVES;
    private static final GfpFlags RECLAIMABLE_PAGE = GfpFlags.RECLAIMABLE.with(ALL_RESERVES);

    @Test
    void bootHandover_givesLargestBlocksLowestFirst() {
        try (BuddyFixture fixture = new BuddyFixture(oneZone(4096))) {
            assertThat(fixture.nrFree()).containsExactly(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4);
            assertThat(fixture.list(10, MOVABLE)).containsExactly(0, 1024, 2048, 3072);
        }
    }

    @Test
    void splitMergeAndSteal_followTheKernel() {
        try (BuddyFixture fixture = new BuddyFixture(oneZone(4096))) {
            List<String> steals = new ArrayList<>();
            fixture.pages.observe(recorder(steals));

            assertThat(IntStream.range(0, 4).map(i -> fixture.alloc(MOVABLE_PAGE, 0)))
                    .containsExactly(0, 1, 2, 3);
            assertThat(fixture.nrFree()).containsExactly(0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 3);
            assertThat(fixture.alloc(MOVABLE_PAGE, 2)).isEqualTo(4);
            assertThat(fixture.nrFree()).containsExactly(0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 3);

            fixture.free(1, 0);
            fixture.free(3, 0);
            assertThat(fixture.list(0, MOVABLE)).containsExactly(3, 1);
            assertThat(fixture.alloc(MOVABLE_PAGE, 0)).isEqualTo(3);
            fixture.free(0, 0);
            assertThat(fixture.nrFree()).containsExactly(0, 1, 0, 1, 1, 1, 1, 1, 1, 1, 3);

            assertThat(fixture.alloc(UNMOVABLE_PAGE, 0)).isEqualTo(1024);
            assertThat(fixture.nrFree()).containsExactly(1, 2, 1, 2, 2, 2, 2, 2, 2, 2, 2);
            assertThat(steals).containsExactly("pfn 1024 order 0 of 10 MOVABLE->UNMOVABLE true");
            assertThat(fixture.alloc(UNMOVABLE_PAGE, 3)).isEqualTo(1032);
            assertThat(fixture.alloc(RECLAIMABLE_PAGE, 0)).isEqualTo(2048);
            assertThat(fixture.pages.snapshot().get(0).pageblockTypes()).containsExactly(MOVABLE,
                    MOVABLE, UNMOVABLE, UNMOVABLE, RECLAIMABLE, RECLAIMABLE, MOVABLE, MOVABLE);
        }
    }

    private static PageEvents recorder(List<String> steals) {
        return new PageEvents() {
            @Override
            public void extfrag(int pfn, int order, int fallbackOrder, MigrateType start,
                    MigrateType fallback, boolean changedOwnership) {
                steals.add(
                        "pfn " + pfn + " order " + order + " of " + fallbackOrder + " " + fallback
                                + "->" + start + " " + changedOwnership);
            }
        };
    }

    @Test
    void exhaustionAndEveryOtherPageFreed_fragmentAndHeal() {
        try (BuddyFixture fixture = new BuddyFixture(oneZone(1024))) {
            for (int i = 0; i < 1024; i++) {
                assertThat(fixture.alloc(MOVABLE_PAGE, 0)).isEqualTo(i);
            }
            assertThat(fixture.alloc(MOVABLE_PAGE, 0)).isEqualTo(PageAllocator.NONE);

            for (int pfn = 0; pfn < 1024; pfn += 2) {
                fixture.free(pfn, 0);
            }
            assertThat(fixture.list(0, MOVABLE)).startsWith(1022, 1020, 1018);
            assertThat(fixture.nrFree()).containsExactly(512, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
            Fragmentation fragmentation = new Fragmentation(fixture.nrFree());
            assertThat(IntStream.of(1, 2, 3).map(fragmentation::index)).containsExactly(499, 749,
                    874);

            for (int pfn = 1; pfn < 1024; pfn += 2) {
                fixture.free(pfn, 0);
            }
            assertThat(fixture.nrFree()).containsExactly(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1);
        }
    }

    @Test
    void blockThatWouldMergeTwice_goesToTheTail() {
        try (BuddyFixture fixture = new BuddyFixture(oneZone(4096))) {
            for (int i = 0; i < 16; i++) {
                assertThat(fixture.alloc(MOVABLE_PAGE, 0)).isEqualTo(i);
            }

            fixture.free(2, 0);
            fixture.free(3, 0);
            fixture.free(8, 0);
            fixture.free(0, 0);

            assertThat(fixture.list(0, MOVABLE)).containsExactly(8, 0);
            assertThat(fixture.alloc(MOVABLE_PAGE, 0)).isEqualTo(8);
        }
    }
}
