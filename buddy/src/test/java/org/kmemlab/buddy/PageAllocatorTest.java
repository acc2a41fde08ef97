package org.kmemlab.buddy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.kmemlab.buddy.BuddyFixture.oneZone;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import org.junit.jupiter.api.Test;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.KernelProfile;
import org.kmemlab.machine.MachineConfig;
import org.kmemlab.machine.MemoryKind;

class PageAllocatorTest {

    private static final MachineConfig SMALL = MachineConfig.ofMebibytes(32)
            .withMemory(MemoryKind.METADATA_ONLY);

    /// Fails if a block can be freed twice, which would hand it out twice.
    @Test
    void freePages_twice_isRefusedAndChangesNothing() {
        try (BuddyFixture fixture = new BuddyFixture(SMALL)) {
            int pfn = fixture.alloc(GfpFlags.GFP_KERNEL, 2);
            fixture.free(pfn, 2);
            List<ZoneState> before = fixture.pages.snapshot();

            assertThatThrownBy(() -> fixture.free(pfn, 2)).isInstanceOf(BadPageException.class)
                    .hasMessageContaining("0x" + Integer.toHexString(pfn))
                    .hasMessageContaining("order 2");
            assertThat(fixture.pages.snapshot()).isEqualTo(before);
        }
    }

    /// Fails if a caller can give back less, more or another part of what it holds.
    @Test
    void freePages_wrongOrderInteriorOrForeignFrame_isRefused() {
        try (BuddyFixture fixture = new BuddyFixture(SMALL)) {
            int pfn = fixture.alloc(GfpFlags.GFP_KERNEL, 3);
            List<int[]> wrong = List.of(new int[] {pfn, 2}, new int[] {pfn, 4},
                    new int[] {pfn + 4, 2}, new int[] {pfn + 1, 0}, new int[] {0, 0},
                    new int[] {-1, 0}, new int[] {1 << 30, 0}, new int[] {pfn, 11},
                    new int[] {pfn, -1});

            for (int[] block : wrong) {
                assertThatThrownBy(() -> fixture.free(block[0], block[1]))
                        .as("pfn %d order %d", block[0], block[1])
                        .isInstanceOf(BadPageException.class);
            }
            fixture.free(pfn, 3);
        }
    }

    /// Fails if too large an order corrupts something instead of failing.
    @Test
    void allocPages_orderBeyondTheLargest_failsWithAWarning() {
        try (BuddyFixture fixture = new BuddyFixture(SMALL)) {
            assertThat(fixture.alloc(GfpFlags.GFP_KERNEL, 11)).isEqualTo(PageAllocator.NONE);
            assertThat(fixture.machine.log().lines())
                    .anyMatch(line -> line.startsWith("WARNING: CPU: 0"));
            assertThatThrownBy(() -> fixture.alloc(GfpFlags.GFP_KERNEL, -1))
                    .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("-1");
        }
    }

    /// Fails if urgent requests cannot use the reserve, or ordinary ones can.
    @Test
    void exhaustion_nowaitStopsAtMinMarkAtomicGoesDeeperMemallocTakesAll() {
        try (BuddyFixture fixture = new BuddyFixture(oneZone(8192))) {
            long min = fixture.zone().marks.watermarks().min();

            long afterNowait = drain(fixture, GfpFlags.GFP_NOWAIT);
            long afterAtomic = drain(fixture, GfpFlags.GFP_ATOMIC);
            long afterMemalloc = drain(fixture, GfpFlags.GFP_NOWAIT.with(GfpFlags.MEMALLOC));

            int threshold = fixture.zone().freePages.normalThreshold();
            assertThat(afterNowait).isBetween(min - threshold, min + threshold);
            assertThat(afterAtomic).isBetween(min * 3 / 8 - threshold, min * 3 / 8 + threshold + 1);
            assertThat(afterMemalloc).isZero();
        }
    }

    private static long drain(BuddyFixture fixture, GfpFlags gfp) {
        int pfn = fixture.alloc(gfp, 0);
        while (pfn != PageAllocator.NONE) {
            pfn = fixture.alloc(gfp, 0);
        }
        return fixture.zone().freePages.exact();
    }

    /// Fails if a request leaves the node it was bound to, or cannot leave one it was not bound to.
    @Test
    void allocPagesNode_thisNodeStaysOthersFallBack() {
        MachineConfig config = MachineConfig.ofNodes(List.of(32, 32)).withCpus(2)
                .withMemory(MemoryKind.METADATA_ONLY);
        try (BuddyFixture fixture = new BuddyFixture(config)) {
            GfpFlags bound = GfpFlags.GFP_NOWAIT.with(GfpFlags.THISNODE);
            int pfn = fixture.pages.allocPagesNode(fixture.cpu, 1, bound, 0);
            while (pfn != PageAllocator.NONE) {
                assertThat(fixture.pages.memMap().nodeOf(pfn)).isEqualTo(1);
                pfn = fixture.pages.allocPagesNode(fixture.cpu, 1, bound, 0);
            }

            int elsewhere = fixture.pages.allocPagesNode(fixture.cpu, 1, GfpFlags.GFP_NOWAIT, 0);

            assertThat(fixture.pages.memMap().nodeOf(elsewhere)).isZero();
        }
    }

    /// Fails if requests that may wait give up while something could still be freed.
    @Test
    void allocPages_kernelRequestWithShrinker_reclaimsAndSucceeds() {
        try (BuddyFixture fixture = new BuddyFixture(SMALL)) {
            PageCache cache = new PageCache(fixture);
            fixture.pages.registerShrinker(cache);
            cache.fill();

            assertThat(fixture.alloc(GfpFlags.GFP_NOWAIT, 0)).isEqualTo(PageAllocator.NONE);
            assertThat(fixture.alloc(GfpFlags.GFP_KERNEL, 0)).isNotEqualTo(PageAllocator.NONE);
            assertThat(cache.scanned).isPositive();
        }
    }

    private static final class PageCache implements Shrinker {
        private final BuddyFixture fixture;
        private final List<Integer> pfns = new ArrayList<>();
        private long scanned;

        PageCache(BuddyFixture fixture) {
            this.fixture = fixture;
        }

        void fill() {
            int pfn = fixture.alloc(GfpFlags.GFP_NOWAIT, 0);
            while (pfn != PageAllocator.NONE) {
                pfns.add(pfn);
                pfn = fixture.alloc(GfpFlags.GFP_NOWAIT, 0);
            }
        }

        @Override
        public long countObjects() {
            return pfns.size();
        }

        @Override
        public long scanObjects(Cpu cpu, long nrToScan) {
            long count = Math.min(nrToScan, pfns.size());
            for (int i = 0; i < count; i++) {
                fixture.pages.freePages(cpu, pfns.removeLast(), 0);
            }
            scanned += count;
            return count;
        }
    }

    /// Fails if the state that was taken does not bring a second machine to the same decisions.
    @Test
    void snapshot_loadedIntoANewAllocator_continuesAlike() {
        MachineConfig config = MachineConfig.ofMebibytes(64).withCpus(2)
                .withProfile(KernelProfile.DEB61).withMemory(MemoryKind.METADATA_ONLY);
        try (BuddyFixture first = new BuddyFixture(config)) {
            List<Integer> held = new ArrayList<>();
            for (int i = 0; i < 500; i++) {
                held.add(first.alloc(i % 3 == 0 ? GfpFlags.GFP_HIGHUSER_MOVABLE
                        : GfpFlags.GFP_KERNEL, 0));
            }
            for (int i = 0; i < held.size(); i += 2) {
                first.free(held.get(i), 0);
            }
            List<ZoneState> state = first.pages.snapshot();
            PageAllocator second = new PageAllocator(first.machine, state);

            assertThat(second.snapshot()).isEqualTo(state);
            for (int i = 0; i < 300; i++) {
                int order = i % 4;
                assertThat(second.allocPages(first.cpu, GfpFlags.GFP_KERNEL, order))
                        .isEqualTo(first.alloc(GfpFlags.GFP_KERNEL, order));
            }
            second.freePages(first.cpu, held.get(1), 0);
            second.validate();
        }
    }

    /// Fails if a page of a zeroing request or an initialising kernel shows old contents.
    @Test
    void allocPages_zeroRequested_clearsOldBytes() {
        try (BuddyFixture fixture = new BuddyFixture(MachineConfig.ofMebibytes(32))) {
            int pfn = fixture.alloc(GfpFlags.GFP_KERNEL, 0);
            long address = fixture.machine.memory().addressOf(pfn);
            fixture.machine.memory().putLong(address + 8, 0x1234);
            fixture.free(pfn, 0);

            int again = fixture.alloc(GfpFlags.GFP_KERNEL.with(GfpFlags.ZERO), 0);

            assertThat(again).isEqualTo(pfn);
            assertThat(fixture.machine.memory().getLong(address + 8)).isZero();
        }
    }

    /// Fails if a frame inside a block cannot be traced back to the block.
    @Test
    void memMap_headOf_findsTheBlockFromEveryFrame() {
        try (BuddyFixture fixture = new BuddyFixture(SMALL)) {
            for (int order = 0; order <= 10; order++) {
                int pfn = fixture.alloc(GfpFlags.GFP_KERNEL, order);
                MemMap map = fixture.pages.memMap();
                map.setOwner(pfn, PageUse.SLAB, 7 + order);
                for (int at = pfn; at < pfn + (1 << order); at++) {
                    assertThat(map.headOf(at)).isEqualTo(pfn);
                }
                assertThat(map.useOf(pfn)).isEqualTo(PageUse.SLAB);
                assertThat(map.ownerOf(pfn)).isEqualTo(7 + order);
                map.clearOwner(pfn);
                fixture.free(pfn, order);
                assertThat(map.headOf(pfn)).isEqualTo(-1);
            }
        }
    }

    /// Fails if a walk over what is allocated misses a block, or finds what is free.
    @Test
    void memMap_nextHead_findsEveryBlockOnce() {
        try (BuddyFixture fixture = new BuddyFixture(SMALL)) {
            Map<Integer, Integer> orderOf = new TreeMap<>();
            for (int order : new int[] {0, 3, 0, 10, 1, 9, 0}) {
                orderOf.put(fixture.alloc(GfpFlags.GFP_KERNEL, order), order);
            }
            fixture.free(fixture.alloc(GfpFlags.GFP_KERNEL, 2), 2);

            MemMap map = fixture.pages.memMap();
            List<Integer> found = new ArrayList<>();
            for (int pfn = map.nextHead(0); pfn >= 0;) {
                found.add(pfn);
                pfn = map.nextHead(pfn + (1 << map.orderOf(pfn)));
            }

            assertThat(found).containsExactlyElementsOf(orderOf.keySet());
            assertThat(map.nextHead(fixture.machine.config().endPfn())).isEqualTo(-1);
            orderOf.forEach(fixture::free);
            assertThat(map.nextHead(0)).isEqualTo(-1);
        }
    }

    /// Fails if anybody can give away the pages under a slab.
    @Test
    void freePages_blockOfASlab_isRefusedUntilTheOwnerLetsGo() {
        try (BuddyFixture fixture = new BuddyFixture(SMALL)) {
            int pfn = fixture.alloc(GfpFlags.GFP_KERNEL, 1);
            fixture.pages.memMap().setOwner(pfn, PageUse.SLAB, 5);

            assertThatThrownBy(() -> fixture.free(pfn, 1)).isInstanceOf(BadPageException.class)
                    .hasMessageContaining("SLAB");
            assertThatThrownBy(() -> fixture.pages.splitPage(pfn, 1))
                    .isInstanceOf(BadPageException.class);

            fixture.pages.memMap().clearOwner(pfn);
            fixture.free(pfn, 1);
        }
    }

    /// Fails if an exact allocation can be given back in part by mistake.
    @Test
    void freePagesExact_tooManyBytes_isRefusedAndFreesNothing() {
        try (BuddyFixture fixture = new BuddyFixture(SMALL)) {
            int pfn = fixture.pages.allocPagesExact(fixture.cpu, 3 * 4096, GfpFlags.GFP_KERNEL);
            List<ZoneState> before = fixture.pages.snapshot();

            assertThatThrownBy(() -> fixture.pages.freePagesExact(fixture.cpu, pfn, 4 * 4096))
                    .isInstanceOf(BadPageException.class);

            assertThat(fixture.pages.snapshot()).isEqualTo(before);
            fixture.pages.freePagesExact(fixture.cpu, pfn, 3 * 4096);
        }
    }

    /// Fails if a bulk request gets a page although it was made to fail.
    @Test
    void allocPagesBulk_injectedFault_fillsNothing() {
        try (BuddyFixture fixture = new BuddyFixture(SMALL)) {
            fixture.pages.failPageAlloc().setMinOrder(0);
            fixture.pages.failPageAlloc().attr().setup("1,100,0,1");
            int[] pfns = {PageAllocator.NONE, PageAllocator.NONE, PageAllocator.NONE};

            assertThat(fixture.pages.allocPagesBulk(fixture.cpu, -1, GfpFlags.GFP_NOWAIT, pfns))
                    .isZero();
            assertThat(fixture.pages.allocPagesBulk(fixture.cpu, -1, GfpFlags.GFP_NOWAIT, pfns))
                    .isEqualTo(3);
        }
    }

    /// Fails if a broken recording is loaded instead of refused.
    @Test
    void restore_contradictoryState_isRefused() {
        try (BuddyFixture fixture = new BuddyFixture(oneZone(4096))) {
            ZoneState good = fixture.pages.snapshot().getFirst();
            for (ZoneState.FreeList wrong : List.of(
                    new ZoneState.FreeList(2, MigrateType.MOVABLE, List.of(6)),
                    new ZoneState.FreeList(10, MigrateType.MOVABLE, List.of(0, 0)),
                    new ZoneState.FreeList(10, MigrateType.MOVABLE, List.of(4096)))) {
                ZoneState bad = new ZoneState(good.span(), good.pageblockTypes(), List.of(wrong),
                        good.perCpu(), good.watermarks(), good.lowmemReserve(), 0, 0, 0);
                assertThatThrownBy(() -> new PageAllocator(fixture.machine, List.of(bad)))
                        .as("%s", wrong).isInstanceOf(IllegalArgumentException.class);
            }
            assertThatThrownBy(() -> new ZoneState.FreeList(11, MigrateType.MOVABLE, List.of()))
                    .hasMessageContaining("11");
        }
    }
}
