package org.kmemlab.buddy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.MachineConfig;
import org.kmemlab.machine.MemoryKind;
import org.kmemlab.machine.ZoneSpan;
import org.kmemlab.machine.ZoneType;

/// What requests that may wait do before they fail.
class SlowPathTest {

    private static final GfpFlags KERNEL = GfpFlags.GFP_KERNEL;
    private static final GfpFlags QUIET = KERNEL.with(GfpFlags.NOWARN);

    /// 16 MiB with bytes, pageblocks of 512 pages.
    private static MachineConfig small() {
        return MachineConfig.ofZones(List.of(ZoneSpan.solid(0, ZoneType.DMA32, 0, 4096)));
    }

    /// Large blocks would stay out of reach although only movable pages are in the way.
    @Test
    void largeRequest_movablePagesInTheWay_areMovedTogether() {
        try (BuddyFixture fixture = new BuddyFixture(small())) {
            MovableStore store = new MovableStore(fixture);
            store.fill(GfpFlags.MEMALLOC);
            store.thin(2);
            assertThat(fixture.zone().fragmentation().suitableBlocks(5)).isZero();

            int pfn = fixture.alloc(KERNEL, 5);

            assertThat(pfn).isNotEqualTo(PageAllocator.NONE);
            assertThat(store.moved()).isPositive();
            assertThat(store.isIntact()).isTrue();
            assertThat(fixture.pages.vmStat().compactSuccesses()).isEqualTo(1);
            fixture.pages.validate();
        }
    }

    /// A zone where compaction cannot work would be searched at every request.
    @Test
    void compaction_afterFailures_leavesTheZoneAloneForLonger() {
        try (BuddyFixture fixture = new BuddyFixture(small())) {
            List<Integer> pinned = new ArrayList<>();
            int pfn = fixture.alloc(GfpFlags.MEMALLOC, 0);
            while (pfn != PageAllocator.NONE) {
                pinned.add(pfn);
                pfn = fixture.alloc(GfpFlags.MEMALLOC, 0);
            }
            for (int i = 0; i < pinned.size(); i += 2) {
                fixture.free(pinned.get(i), 0);
            }
            fixture.pages.drainAllPages(fixture.cpu);

            for (int i = 0; i < 64; i++) {
                assertThat(fixture.alloc(QUIET, 5)).isEqualTo(PageAllocator.NONE);
            }

            assertThat(fixture.pages.vmStat().compactStalls()).isBetween(4L, 16L);
            assertThat(fixture.pages.vmStat().compactFails())
                    .isEqualTo(fixture.pages.vmStat().compactStalls());
        }
    }

    /// `__GFP_NORETRY` would try for ever, or plain requests give up too early.
    @Test
    void noretry_givesUpAfterOneRound_plainRequestsGoOn() {
        try (BuddyFixture fixture = new BuddyFixture(small())) {
            exhaust(fixture);
            CountingShrinker shrinker = new CountingShrinker();
            fixture.pages.registerShrinker(shrinker);

            assertThat(fixture.alloc(QUIET.with(GfpFlags.NORETRY), 0))
                    .isEqualTo(PageAllocator.NONE);
            int once = shrinker.passes;
            assertThat(fixture.alloc(QUIET, 0)).isEqualTo(PageAllocator.NONE);

            assertThat(once).isPositive();
            assertThat(shrinker.passes - once).isGreaterThan(10 * once);
        }
    }

    /// Reports memory that it never frees.
    private static final class CountingShrinker implements Shrinker {
        private int passes;

        @Override
        public long countObjects() {
            return 1 << 20;
        }

        @Override
        public long scanObjects(Cpu cpu, long nrToScan) {
            passes++;
            return 0;
        }
    }

    private static void exhaust(BuddyFixture fixture) {
        int pfn = fixture.alloc(GfpFlags.GFP_NOWAIT, 0);
        while (pfn != PageAllocator.NONE) {
            pfn = fixture.alloc(GfpFlags.GFP_NOWAIT, 0);
        }
    }

    /// The last resort would not be asked, be asked for requests that may not kill, or be ignored.
    @Test
    void outOfMemory_handlerThatFrees_savesSmallRequestsOnly() {
        try (BuddyFixture fixture = new BuddyFixture(small())) {
            int victim = fixture.alloc(KERNEL, 6);
            exhaust(fixture);
            List<Integer> asked = new ArrayList<>();
            fixture.pages.onOutOfMemory((cpu, gfp, order) -> {
                asked.add(order);
                if (asked.size() == 1) {
                    fixture.pages.freePages(cpu, victim, 6);
                    return true;
                }
                return false;
            });

            assertThat(fixture.alloc(QUIET, 4)).isEqualTo(PageAllocator.NONE);
            assertThat(fixture.alloc(QUIET.with(GfpFlags.RETRY_MAYFAIL), 0))
                    .isEqualTo(PageAllocator.NONE);
            assertThat(asked).isEmpty();

            assertThat(fixture.alloc(QUIET, 2)).isNotEqualTo(PageAllocator.NONE);
            assertThat(asked).containsExactly(2);
        }
    }

    /// `__GFP_NOFAIL` would fail while there is a single page left.
    @Test
    void nofail_takesTheReserves() {
        try (BuddyFixture fixture = new BuddyFixture(small())) {
            exhaust(fixture);

            assertThat(fixture.alloc(QUIET, 0)).isEqualTo(PageAllocator.NONE);
            assertThat(fixture.alloc(QUIET.with(GfpFlags.NOFAIL), 0))
                    .isNotEqualTo(PageAllocator.NONE);
            assertThat(fixture.alloc(QUIET.with(GfpFlags.MEMALLOC), 0))
                    .isNotEqualTo(PageAllocator.NONE);
            assertThat(fixture.alloc(QUIET.with(GfpFlags.MEMALLOC).with(GfpFlags.NOMEMALLOC), 0))
                    .isEqualTo(PageAllocator.NONE);
        }
    }

    /// The background reclaimer would not run, not stop, or leave the marks raised.
    @Test
    void kswapd_wokenBelowTheLowMark_reclaimsWhenTimeMovesOn() {
        try (BuddyFixture fixture = new BuddyFixture(small())) {
            MovableStore store = new MovableStore(fixture);
            store.shrinkable();
            store.fill(GfpFlags.GFP_NOWAIT);
            fixture.zone().setBoostPages(7);
            int before = store.size();
            assertThat(fixture.alloc(GfpFlags.GFP_ATOMIC, 0)).isNotEqualTo(PageAllocator.NONE);
            assertThat(store.size()).isEqualTo(before);

            fixture.machine.clock().advance(1);

            assertThat(store.size()).isLessThan(before);
            assertThat(store.isIntact()).isTrue();
            Watermarks marks = fixture.zone().marks.watermarks();
            assertThat(fixture.zone().freePages.counted()).isGreaterThan(marks.high());
            assertThat(fixture.zone().marks.boostPages()).isZero();
            assertThat(fixture.machine.clock().hasTimers()).isFalse();
        }
    }

    /// Urgent requests of several pages would find their reserve used up by others.
    @Test
    void atomicRequestOfSeveralPages_setsAPageblockApart_reclaimGivesItBack() {
        try (BuddyFixture fixture = new BuddyFixture(small())) {
            int block = fixture.alloc(GfpFlags.GFP_NOWAIT, 4);
            while (block != PageAllocator.NONE) {
                block = fixture.alloc(GfpFlags.GFP_NOWAIT, 4);
            }
            int urgent = fixture.alloc(GfpFlags.GFP_ATOMIC, 1);
            assertThat(urgent).isNotEqualTo(PageAllocator.NONE);
            assertThat(fixture.zone().highatomic.reservedPages()).isEqualTo(512);
            assertThat(fixture.pages.memMap().pageblockType(urgent))
                    .isEqualTo(MigrateType.HIGHATOMIC);

            assertThat(fixture.alloc(QUIET, 0)).isEqualTo(PageAllocator.NONE);

            assertThat(fixture.zone().highatomic.reservedPages()).isZero();
            assertThat(fixture.pages.memMap().pageblockType(urgent))
                    .isEqualTo(MigrateType.UNMOVABLE);
            fixture.free(urgent, 1);
            fixture.pages.validate();
        }
    }

    /// The trail would leave a decision unexplained, or change it.
    @Test
    void decisionTrail_namesZonesMarksListsAndSteals() {
        try (BuddyFixture fixture = new BuddyFixture(MachineConfig.ofMebibytes(64));
                BuddyFixture twin = new BuddyFixture(MachineConfig.ofMebibytes(64))) {
            DecisionTrail trail = new DecisionTrail();
            fixture.pages.follow(trail);

            int pfn = fixture.alloc(KERNEL, 0);

            fixture.pages.follow(null);
            assertThat(pfn).isEqualTo(twin.alloc(KERNEL, 0));
            assertThat(String.join("\n", trail.lines())).contains("zone DMA32: free ",
                    "against low mark", "may be used", "cpu0's list of order 0 Unmovable: empty",
                    "taken from Movable; its pageblock is Unmovable now");
            assertThat(fixture.alloc(KERNEL, 0)).isEqualTo(twin.alloc(KERNEL, 0));
            int lines = trail.lines().size();
            assertThat(fixture.alloc(KERNEL, 3)).isEqualTo(twin.alloc(KERNEL, 3));
            assertThat(trail.lines()).hasSize(lines);
        }
    }

    /// A shrinker that needs memory itself would call itself without end.
    @Test
    void shrinkerThatAllocates_usesTheReservesAndDoesNotRecurse() {
        try (BuddyFixture fixture = new BuddyFixture(small())) {
            exhaust(fixture);
            List<Integer> got = new ArrayList<>();
            fixture.pages.registerShrinker(new Shrinker() {
                @Override
                public long countObjects() {
                    return 64;
                }

                @Override
                public long scanObjects(Cpu cpu, long nrToScan) {
                    got.add(fixture.pages.allocPages(cpu, QUIET, 0));
                    return 0;
                }
            });

            assertThat(fixture.alloc(QUIET.with(GfpFlags.NORETRY), 0))
                    .isEqualTo(PageAllocator.NONE);

            assertThat(got).isNotEmpty().doesNotContain(PageAllocator.NONE);
        }
    }

    /// A request for low memory would look at zones that it may not use.
    @Test
    void requestForLowMemory_otherNodeHasOnlyHigherMemory_asksTheShrinkers() {
        MachineConfig config = MachineConfig
                .ofZones(List.of(ZoneSpan.solid(0, ZoneType.DMA32, 4096, 4096),
                        ZoneSpan.solid(1, ZoneType.NORMAL, 1 << 20, 4096)))
                .withMemory(MemoryKind.METADATA_ONLY);
        try (BuddyFixture fixture = new BuddyFixture(config)) {
            GfpFlags low = QUIET.with(GfpFlags.DMA32);
            List<Integer> held = new ArrayList<>();
            int pfn = fixture.alloc(GfpFlags.DMA32, 0);
            while (pfn != PageAllocator.NONE) {
                held.add(pfn);
                pfn = fixture.alloc(GfpFlags.DMA32, 0);
            }
            CountingShrinker shrinker = new CountingShrinker();
            fixture.pages.registerShrinker(shrinker);

            assertThat(fixture.alloc(low, 4)).isEqualTo(PageAllocator.NONE);

            assertThat(held).isNotEmpty();
            assertThat(shrinker.passes).isPositive();
        }
    }
}
