package org.kmemlab.lab.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.kmemlab.lab.replay.ReplayBucket.FAILED;
import static org.kmemlab.lab.replay.ReplayBucket.FAILED_IN_TRACE;
import static org.kmemlab.lab.replay.ReplayBucket.FOREIGN;
import static org.kmemlab.lab.replay.ReplayBucket.INFORMATIONAL;
import static org.kmemlab.lab.replay.ReplayBucket.REPLAYED;

import java.io.IOException;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.kmemlab.lab.trace.TraceEventKind;
import org.kmemlab.machine.MachineConfig;
import org.kmemlab.slab.CacheSnapshot;

/// Guards what becomes of object events. If it failed, a replay would leak, free twice, or book
/// objects under the wrong cache.
class ObjectReplayTest {

    /// Broken: what the trace allocates and frees would not be allocated and freed.
    @Test
    void run_allocationsAndFrees_leaveNothingBehind() throws IOException {
        try (Replayed machine = new Replayed()) {
            ReplayResult result = machine.kmalloc(0x1000, 64).alloc("f", 0x2000).kfree(0x1000)
                    .free("dentry", 0x2000).kmalloc(0x3000, 32).run();

            assertThat(result.events().count(REPLAYED)).isEqualTo(5).isEqualTo(
                    result.events().total());
            assertThat(machine.ownObjects()).isEqualTo(1);
            assertThat(result.objects().allocations()).isEqualTo(3);
            assertThat(result.objects().frees()).isEqualTo(2);
            assertThat(result.objects().requestedBytes()).isEqualTo(64 + 200 + 32);
            assertThat(result.objects().liveObjects()).isEqualTo(1);
            assertThat(result.objects().liveBytes()).isEqualTo(32);
            assertThat(result.objects().peakLiveBytes()).isEqualTo(264);
        }
    }

    /// Broken: objects older than the trace would be freed, or reported as damage.
    @Test
    void run_freeOfUnknownPointer_isForeign() throws IOException {
        try (Replayed machine = new Replayed()) {
            ReplayResult result = machine.kfree(0x1000).free("dentry", 0x2000).kmalloc(0x1000, 8)
                    .kfree(0x1000).kfree(0x1000).run();

            assertThat(result.events().count(FOREIGN)).isEqualTo(3);
            assertThat(result.events().count(REPLAYED)).isEqualTo(2);
        }
    }

    /// Broken: frees that print nothing would leave objects for ever.
    @Test
    void run_pointerHandedOutTwice_freesTheFirstObjectSilently() throws IOException {
        try (Replayed machine = new Replayed()) {
            ReplayResult result = machine.kmalloc(0x1000, 64).kmalloc(0x1000, 32).run();

            assertThat(machine.ownObjects()).isEqualTo(1);
            assertThat(result.objects().silentFrees()).isEqualTo(1);
            assertThat(result.objects().liveBytes()).isEqualTo(32);
            assertThat(result.objects().frees()).isZero();
        }
    }

    /// Broken: NULL and the pointer of zero-size requests would be objects.
    @Test
    void run_nothingPointers_areNoObjects() throws IOException {
        try (Replayed machine = new Replayed()) {
            ReplayResult result = machine
                    .event("kmalloc", "ptr=(null) bytes_req=8 bytes_alloc=0 gfp_flags=GFP_ATOMIC")
                    .event("kmem_cache_alloc",
                            "ptr=0x0 bytes_req=8 bytes_alloc=8 gfp_flags=GFP_ATOMIC")
                    .event("kmalloc",
                            "ptr=0000000000000010 bytes_req=0 bytes_alloc=0 gfp_flags=GFP_KERNEL")
                    .event("kfree", "ptr=0000000000000010").event("kfree", "ptr=(null)").run();

            assertThat(result.events().count(FAILED_IN_TRACE)).isEqualTo(2);
            assertThat(result.events().count(REPLAYED)).isEqualTo(3);
            assertThat(result.objects().allocations()).isZero();
            assertThat(machine.ownObjects()).isZero();
        }
    }

    /// Broken: a machine that is too small would make the replay throw, or count as if it was not.
    @Test
    void run_noMemoryHere_countsAllocationAndFreeAsFailed() throws IOException {
        try (Replayed machine = new Replayed(MachineConfig.ofMebibytes(4))) {
            long big = 4 << 20;
            ReplayResult result = machine.kmalloc(0x1000, big).kmalloc(0x800000, big)
                    .kfree(0x800000).kfree(0x1000)
                    .event("kmem_cache_alloc", "ptr=" + Replayed.pointer(0x2000)
                            + " bytes_req=99999999999 bytes_alloc=9 gfp_flags=GFP_KERNEL")
                    .run();

            assertThat(result.events().count(FAILED)).isEqualTo(5);
            assertThat(machine.ownPlainPages()).isZero();
        }
    }

    /// Broken: cross-CPU frees, the main cost of per-CPU caches, would be counted wrongly.
    @Test
    void run_freeOnAnotherCpu_isCounted() throws IOException {
        try (Replayed machine = new Replayed()) {
            ReplayResult result = machine.kmalloc(0x1000, 64).kmalloc(0x2000, 64).kfree(0x1000)
                    .event(3, "kfree", "ptr=" + Replayed.pointer(0x2000)).run();

            assertThat(result.objects().crossCpuFrees()).isEqualTo(1);
        }
    }

    /// Broken: an event of a CPU that the machine does not have would be played on another one.
    @Test
    void run_cpuBeyondTheMachine_isRefusedWithLineAndLimit() {
        try (Replayed machine = new Replayed()) {
            machine.kmalloc(0x1000, 64).event(5, "kfree", "ptr=0");

            assertThatIllegalArgumentException().isThrownBy(machine::run).withMessage(
                    "line 2: cpu 5 is beyond the machine's 4 CPUs: replay it on a machine with at"
                            + " least 6");
            assertThat(machine.replay().result().events().total()).isEqualTo(1);
        }
    }

    /// Broken: slabinfo of a replay would not name the caches of the trace.
    @Test
    void run_firstNamedFree_namesTheCache() throws IOException {
        try (Replayed machine = new Replayed()) {
            ReplayResult result = machine.alloc("f", 0x1000).alloc("f", 0x2000)
                    .free("dentry", 0x1000)
                    .event("kmem_cache_alloc", "call_site=h ptr=" + Replayed.pointer(0x3000)
                            + " bytes_req=100 bytes_alloc=104 gfp_flags=GFP_KERNEL")
                    .run();

            assertThat(result.caches().named()).isEqualTo(1);
            assertThat(result.caches().unresolved()).isEqualTo(1);
            assertThat(active(machine, "dentry")).isEqualTo(1);
            assertThat(active(machine, "unnamed-100-104")).isEqualTo(1);
        }
    }

    /// Broken: two caches of one size would stay one for ever.
    @Test
    void run_sameSizesFromTwoSites_areToldApartAfterTheFirstFrees() throws IOException {
        try (Replayed machine = new Replayed()) {
            ReplayResult result = machine.alloc("f", 0x1000).alloc("g", 0x2000)
                    .free("dentry", 0x1000).free("inode", 0x2000).alloc("f", 0x1000)
                    .alloc("g", 0x2000).alloc("g", 0x3000).run();

            assertThat(result.caches().named()).isEqualTo(2);
            assertThat(result.caches().misplacedObjects()).isEqualTo(1);
            assertThat(active(machine, "dentry")).isEqualTo(1);
            assertThat(active(machine, "inode")).isEqualTo(2);
        }
    }

    /// Broken: traces that name their caches (Linux 6.9 and later) would be guessed at.
    @Test
    void run_allocationWithName_usesThatCacheAtOnce() throws IOException {
        try (Replayed machine = new Replayed()) {
            String sizes = " bytes_req=200 bytes_alloc=200 gfp_flags=GFP_KERNEL node=7";
            ReplayResult result = machine
                    .event("kmem_cache_alloc",
                            "call_site=f ptr=" + Replayed.pointer(0x1000) + " name=a b" + sizes)
                    .event("kmem_cache_alloc",
                            "call_site=f ptr=" + Replayed.pointer(0x2000) + " name=c" + sizes)
                    .event("kmem_cache_alloc", "call_site=f ptr=" + Replayed.pointer(0x3000)
                            + " name=kmalloc-256 bytes_req=256 bytes_alloc=256 gfp_flags=GFP_NOFS")
                    .run();

            assertThat(result.caches().named()).isEqualTo(3);
            assertThat(active(machine, "a b")).isEqualTo(1);
            assertThat(active(machine, "c")).isEqualTo(1);
            assertThat(active(machine, "kmalloc-256")).isEqualTo(1);
        }
    }

    /// Broken: objects of caches freed with `kfree`, which the kernel allows, would leak.
    @Test
    void run_kfreeOfCacheObjectAndBack_isReplayed() throws IOException {
        try (Replayed machine = new Replayed()) {
            ReplayResult result = machine.alloc("f", 0x1000).kfree(0x1000).kmalloc(0x2000, 64)
                    .free("kmalloc-64", 0x2000).run();

            assertThat(result.events().count(REPLAYED)).isEqualTo(4);
            assertThat(machine.ownObjects()).isZero();
        }
    }

    /// Broken: hashed pointers, which most kernels print, could not be replayed.
    @Test
    void run_hashedPointers_areMatchedAndReported() throws IOException {
        try (Replayed machine = new Replayed()) {
            ReplayResult result = machine
                    .event("kmalloc",
                            "ptr=00000000abcd1234 bytes_req=8 bytes_alloc=8 gfp_flags=GFP_KERNEL")
                    .pageAlloc(0x10, 0, "GFP_KERNEL").event("kfree", "ptr=00000000abcd1234").run();

            assertThat(result.hashedPointers()).isTrue();
            assertThat(result.events().count(REPLAYED)).isEqualTo(3);
            assertThat(machine.ownObjects()).isZero();
            assertThat(machine.ownPlainPages()).isEqualTo(1);
        }
    }

    /// Broken: events that tell how the kernel moved its pages would be executed.
    @Test
    void run_informationalEvents_changeNothing() throws IOException {
        try (Replayed machine = new Replayed()) {
            ReplayResult result = machine
                    .event("mm_page_pcpu_drain", "page=1 pfn=0x10 order=0 migratetype=1")
                    .event("mm_page_alloc_zone_locked",
                            "page=1 pfn=0x10 order=0 migratetype=1 percpu_refill=1")
                    .event("mm_page_free_batched", "page=1 pfn=0x10 order=0")
                    .event("mm_page_alloc_extfrag",
                            "page=1 pfn=0x10 alloc_order=0 fallback_order=9 pageblock_order=9"
                                    + " alloc_migratetype=0 fallback_migratetype=1")
                    .run();

            assertThat(result.events().count(INFORMATIONAL)).isEqualTo(4);
            assertThat(result.events().count(TraceEventKind.MM_PAGE_PCPU_DRAIN)).isEqualTo(1);
            assertThat(machine.ownPlainPages()).isZero();
        }
    }

    /// Broken: a summary could show another fragmentation than `perf kmem`.
    @Test
    void fragmentationPercent_isTheShareNotRequested() throws IOException {
        try (Replayed machine = new Replayed()) {
            ReplayResult result = machine.event("kmalloc", "ptr=" + Replayed.pointer(0x1000)
                    + " bytes_req=48 bytes_alloc=64 gfp_flags=GFP_KERNEL").run();

            assertThat(result.objects().fragmentationPercent()).isEqualTo(25.0);
        }
    }

    private static long active(Replayed machine, String cache) {
        List<CacheSnapshot> caches = machine.replay().caches();
        return caches.stream().filter(snapshot -> snapshot.name().equals(cache)).findFirst()
                .orElseThrow(() -> new AssertionError(cache + " is none of " + caches))
                .allocatedObjects();
    }
}
