package org.kmemlab.lab.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.kmemlab.lab.replay.ReplayBucket.FAILED;
import static org.kmemlab.lab.replay.ReplayBucket.FAILED_IN_TRACE;
import static org.kmemlab.lab.replay.ReplayBucket.FOREIGN;
import static org.kmemlab.lab.replay.ReplayBucket.IMPLIED;
import static org.kmemlab.lab.replay.ReplayBucket.REPLAYED;
import static org.kmemlab.lab.trace.TraceEventKind.MM_PAGE_ALLOC;
import static org.kmemlab.lab.trace.TraceEventKind.MM_PAGE_FREE;

import java.io.IOException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kmemlab.lab.replay.ReplayResult.PageRequests;
import org.kmemlab.machine.MachineConfig;

/// Guards what becomes of page events. If it failed, pages of slabs would be taken twice, or plain
/// pages not at all.
class PageReplayTest {

    private static final long PFN = 0x100;
    private static final long ADDRESS = PFN << 12;

    private static void expectPages(ReplayResult result, long plain, long implied) {
        assertThat(Replayed.count(result, MM_PAGE_ALLOC, REPLAYED)).isEqualTo(plain);
        assertThat(Replayed.count(result, MM_PAGE_ALLOC, IMPLIED)).isEqualTo(implied);
        assertThat(result.pages().slabBlocks()).isEqualTo(implied);
    }

    /// Broken: plain pages would not be taken or not be given back.
    @Test
    void run_plainPages_areTakenAndGivenBack() throws IOException {
        try (Replayed machine = new Replayed()) {
            ReplayResult result = machine.pageAlloc(0x10, 0, "GFP_HIGHUSER_MOVABLE")
                    .pageAlloc(0x20, 3, "GFP_KERNEL|__GFP_ZERO").pageFree(0x10, 0)
                    .pageAlloc(0x40, 1, "GFP_ATOMIC").run();

            expectPages(result, 3, 0);
            assertThat(machine.ownPlainPages()).isEqualTo(10);
            assertThat(result.pages().allocatedPages()).isEqualTo(11);
            assertThat(result.pages().freedPages()).isEqualTo(1);
            assertThat(result.pages().matchedFrees()).isEqualTo(1);
            assertThat(result.pages().requests()).containsExactly(new PageRequests(0, 0, 1),
                    new PageRequests(1, 0, 1), new PageRequests(3, 0, 1));
        }
    }

    /// Broken: the pages of slabs would be taken twice: by the replay and by our own slab layer.
    @Test
    void run_objectInTheRequestedPage_makesItImplied() throws IOException {
        try (Replayed machine = new Replayed()) {
            ReplayResult result = machine.pageAlloc(PFN, 0, "GFP_KERNEL").kmalloc(ADDRESS + 64, 64)
                    .kfree(ADDRESS + 64).pageFree(PFN, 0).run();

            expectPages(result, 0, 1);
            assertThat(Replayed.count(result, MM_PAGE_FREE, IMPLIED)).isEqualTo(1);
            assertThat(machine.ownPlainPages()).isZero();
        }
    }

    /// Broken: a slab's page would be missed when an interrupt or a nested allocation comes
    /// between.
    @Test
    void run_nestedSlabPages_areFoundForBothObjects() throws IOException {
        try (Replayed machine = new Replayed()) {
            ReplayResult result = machine.pageAlloc(PFN, 1, "GFP_KERNEL|__GFP_COMP")
                    .pageAlloc(0x200, 0, "GFP_KERNEL").kmalloc(0x900000, 8).kmalloc(0x200000, 8)
                    .alloc("f", ADDRESS + 4096 + 200).run();

            expectPages(result, 0, 2);
        }
    }

    /// Broken: pages of large requests would be taken twice.
    @Test
    void run_largeKmalloc_takesItsPagesItself() throws IOException {
        try (Replayed machine = new Replayed()) {
            ReplayResult result = machine
                    .pageAlloc(PFN, 2, "GFP_KERNEL_ACCOUNT|__GFP_ZERO|__GFP_COMP")
                    .kmalloc(ADDRESS, 16384).run();

            expectPages(result, 0, 1);
            assertThat(machine.ownPlainPages()).isEqualTo(4);
        }
    }

    /// Broken: requests that never become slabs would wait for ever.
    @Test
    void run_noObjectFollows_thePageBecomesPlain() throws IOException {
        try (Replayed machine = new Replayed()) {
            machine.pageAlloc(PFN, 0, "GFP_KERNEL");
            for (int i = 0; i < HeldPages.PATIENCE; i++) {
                machine.kmalloc(0x900000 + 8 * i, 8);
            }
            machine.pageAlloc(0x300, 0, "GFP_KERNEL");
            ReplayResult result = machine.run();

            expectPages(result, 2, 0);
            assertThat(machine.ownPlainPages()).isEqualTo(2);
        }
    }

    /// Broken: a page whose first object comes very late would be taken twice.
    @Test
    void run_objectTurnsUpLate_thePlainPageIsGivenBack() throws IOException {
        try (Replayed machine = new Replayed()) {
            machine.pageAlloc(0x200, 0, "GFP_KERNEL").kmalloc(0x200000, 8)
                    .pageAlloc(PFN, 0, "GFP_KERNEL");
            for (int i = 0; i < HeldPages.PATIENCE; i++) {
                machine.kmalloc(0x900000 + 8 * i, 8);
            }
            ReplayResult result = machine.kmalloc(ADDRESS + 128, 64).pageFree(PFN, 0).run();

            expectPages(result, 0, 2);
            assertThat(Replayed.count(result, MM_PAGE_FREE, IMPLIED)).isEqualTo(1);
            assertThat(machine.ownPlainPages()).isZero();
        }
    }

    /// Broken: more waiting requests than fit would be lost.
    @Test
    void run_manyRequests_areAllExecuted() throws IOException {
        try (Replayed machine = new Replayed()) {
            for (int i = 0; i < 100; i++) {
                machine.pageAlloc(PFN + i, 0, "GFP_KERNEL");
            }
            for (int i = 0; i < 100; i++) {
                machine.pageFree(PFN + i, 0);
            }
            ReplayResult result = machine.run();

            expectPages(result, 100, 0);
            assertThat(Replayed.count(result, MM_PAGE_FREE, REPLAYED)).isEqualTo(100);
            assertThat(machine.ownPlainPages()).isZero();
        }
    }

    /// Broken: objects freed in bulk, which prints nothing, would outlive their page.
    @Test
    void run_slabPageGivenBack_endsItsObjects() throws IOException {
        try (Replayed machine = new Replayed()) {
            ReplayResult result = machine.pageAlloc(PFN, 0, "GFP_KERNEL").alloc("f", ADDRESS + 400)
                    .alloc("f", ADDRESS + 600).alloc("f", ADDRESS + 3800).pageFree(PFN, 0).run();

            assertThat(result.objects().silentFrees()).isEqualTo(3);
            assertThat(machine.ownObjects()).isZero();
        }
    }

    /// Broken: traces of kernels with a random direct map would have all slab pages twice.
    @ParameterizedTest
    @ValueSource(strings = {"ffff8880", "ffff9a31c0", "ffff000000"})
    void run_anyStartOfTheDirectMap_isFound(String base) throws IOException {
        try (Replayed machine = new Replayed()) {
            String zeros = "0".repeat(16 - base.length());
            long start = Long.parseUnsignedLong(base + zeros, 16);
            ReplayResult result = machine.pageAlloc(PFN, 0, "GFP_KERNEL")
                    .event("kmalloc", object(start + ADDRESS + 64))
                    .pageAlloc(0x200, 0, "GFP_KERNEL")
                    .event("kmalloc", object(start + 0x200000 + 64))
                    .pageAlloc(0x300, 0, "GFP_KERNEL")
                    .event("kmalloc", object(start + 0x300000 + (1L << 30))).run();

            expectPages(result, 1, 2);
        }
    }

    private static String object(long address) {
        return "ptr=" + Long.toHexString(address)
                + " bytes_req=64 bytes_alloc=64 gfp_flags=GFP_KERNEL";
    }

    /// Broken: blocks that are split and given back in parts would be refused or given back early.
    @Test
    void run_blockGivenBackInParts_isFreedWithTheLastPart() throws IOException {
        try (Replayed machine = new Replayed()) {
            machine.pageAlloc(PFN, 2, "GFP_KERNEL").pageFree(PFN + 1, 0).pageFree(PFN + 2, 1);
            ReplayResult result = machine.pageFree(PFN, 0).run();

            assertThat(Replayed.count(result, MM_PAGE_FREE, REPLAYED)).isEqualTo(3);
            assertThat(result.pages().partialFrees()).isEqualTo(3);
            assertThat(machine.ownPlainPages()).isZero();
        }
        try (Replayed machine = new Replayed()) {
            machine.pageAlloc(PFN, 2, "GFP_KERNEL").pageFree(PFN + 1, 0).pageFree(PFN + 2, 1).run();

            assertThat(machine.ownPlainPages()).isEqualTo(4);
        }
    }

    /// Broken: frames handed out again without a free in between would leak or be freed twice.
    @Test
    void run_framesHandedOutAgain_endTheFormerBlocks() throws IOException {
        try (Replayed machine = new Replayed()) {
            ReplayResult result = machine.pageAlloc(PFN, 0, "GFP_USER|__GFP_ZERO")
                    .pageAlloc(PFN + 2, 1, "GFP_USER|__GFP_ZERO").pageAlloc(PFN, 2, "GFP_HIGHUSER")
                    .pageAlloc(PFN + 3, 0, "GFP_HIGHUSER").run();

            assertThat(result.pages().silentFrees()).isEqualTo(3);
            assertThat(machine.ownPlainPages()).isEqualTo(1);
        }
    }

    /// Broken: pages older than the trace would be freed, or reported as damage.
    @Test
    void run_freeOfUnknownPage_isForeign() throws IOException {
        try (Replayed machine = new Replayed()) {
            ReplayResult result = machine.pageFree(PFN, 0).pageAlloc(PFN, 0, "GFP_HIGHUSER")
                    .pageFree(PFN, 3).run();

            assertThat(Replayed.count(result, MM_PAGE_FREE, FOREIGN)).isEqualTo(2);
            assertThat(machine.ownPlainPages()).isZero();
        }
    }

    /// Broken: failed requests of the trace would get pages here, or failures here would be hidden.
    @Test
    void run_failures_areKeptApart() throws IOException {
        try (Replayed machine = new Replayed(MachineConfig.ofMebibytes(4))) {
            ReplayResult result = machine
                    .event("mm_page_alloc",
                            "page=(null) pfn=0x0 order=3 migratetype=0 gfp_flags=GFP_ATOMIC")
                    .pageAlloc(0x4000, 10, "GFP_HIGHUSER").pageAlloc(0x8000, 13, "GFP_HIGHUSER")
                    .pageFree(0x4000, 10).run();

            assertThat(Replayed.count(result, MM_PAGE_ALLOC, FAILED_IN_TRACE)).isEqualTo(1);
            assertThat(Replayed.count(result, MM_PAGE_ALLOC, FAILED)).isEqualTo(2);
            assertThat(Replayed.count(result, MM_PAGE_FREE, FAILED)).isEqualTo(1);
            assertThat(result.pages().failures()).isEqualTo(1);
        }
    }
}
