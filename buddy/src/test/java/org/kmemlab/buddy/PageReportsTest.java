package org.kmemlab.buddy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;

import org.junit.jupiter.api.Test;
import org.kmemlab.machine.MachineConfig;
import org.kmemlab.machine.MemoryKind;
import org.kmemlab.machine.Task;

class PageReportsTest {

    private static final MachineConfig SMALL = MachineConfig.ofMebibytes(32)
            .withMemory(MemoryKind.METADATA_ONLY);

    private static List<String> lines(BuddyFixture fixture, String part) {
        return fixture.machine.log().lines().stream().filter(line -> line.contains(part)).toList();
    }

    private static void fail(BuddyFixture fixture, GfpFlags gfp) {
        assertThat(fixture.alloc(gfp, 10)).isEqualTo(PageAllocator.NONE);
    }

    /// A machine in which no block of the largest order is left.
    private static BuddyFixture exhausted() {
        BuddyFixture fixture = new BuddyFixture(SMALL);
        fixture.cpu.run(new Task("java", 7));
        while (fixture.alloc(GfpFlags.GFP_NOWAIT.with(GfpFlags.NOWARN), 10) != PageAllocator.NONE) {
            fixture.machine.log().clear();
        }
        return fixture;
    }

    /// Fails if a failed request says nothing, or something else than the kernel would.
    @Test
    void allocPages_withoutMemory_printsWhoAskedAndWhereTheMemoryIs() {
        try (BuddyFixture fixture = exhausted()) {
            fail(fixture, GfpFlags.GFP_NOWAIT);

            List<String> log = fixture.machine.log().lines();
            assertThat(log.subList(0, 4)).containsExactly(
                    "java: page allocation failure: order:10, mode:0x800(GFP_NOWAIT),"
                            + " nodemask=(null)",
                    "CPU: 0 PID: 7 Comm: java Not tainted 6.1", "Call Trace:", " <TASK>");
            assertThat(log).containsSubsequence(" </TASK>", "Mem-Info:")
                    .anyMatch(line -> line.contains("PageReportsTest.fail+0x"));
            long free = fixture.pages.vmStat().freePages();
            assertThat(lines(fixture, " free_pcp:").getFirst()).startsWith(" free:" + free + " ");
        }
    }

    /// Fails if many failures flood the log, or those held back are not counted as the kernel does.
    @Test
    void allocPages_failingOften_isReportedOnceInTenSeconds() {
        try (BuddyFixture fixture = exhausted()) {
            fail(fixture, GfpFlags.GFP_NOWAIT);
            fail(fixture, GfpFlags.GFP_NOWAIT);
            fixture.machine.clock().advance(10 * 250);
            fail(fixture, GfpFlags.GFP_NOWAIT);
            assertThat(lines(fixture, "page allocation failure")).hasSize(1);

            fixture.machine.clock().advance(1);
            fail(fixture, GfpFlags.GFP_NOWAIT);

            assertThat(lines(fixture, "page allocation failure")).hasSize(2);
            assertThat(lines(fixture, "suppressed"))
                    .containsExactly("warn_alloc: 2 callbacks suppressed");
        }
    }

    /// Fails if `__GFP_NOWARN` does not keep a failure silent, or uses up the limit of others.
    @Test
    void allocPages_failingSilently_printsNothing() {
        try (BuddyFixture fixture = exhausted()) {
            fail(fixture, GfpFlags.GFP_NOWAIT.with(GfpFlags.NOWARN));
            assertThat(fixture.machine.log().lines()).isEmpty();

            fail(fixture, GfpFlags.GFP_NOWAIT);
            assertThat(lines(fixture, "page allocation failure")).hasSize(1);
        }
    }

    /// Fails if too large an order is not warned about, or more than once.
    @Test
    void allocPages_orderBeyondTheLargest_warnsOnceInAMachinesLife() {
        try (BuddyFixture fixture = new BuddyFixture(SMALL)) {
            for (int i = 0; i < 2; i++) {
                assertThat(fixture.alloc(GfpFlags.GFP_KERNEL, 11)).isEqualTo(PageAllocator.NONE);
            }

            assertThat(lines(fixture, "WARNING: CPU: 0 PID: 0 at ")).hasSize(1);
            assertThat(fixture.machine.log().lines())
                    .startsWith("------------[ cut here ]------------")
                    .endsWith("---[ end trace 0000000000000000 ]---");
        }
    }

    /// Fails if a page freed twice is given to two users although the policy only reports it.
    @Test
    void freePages_notHeldUnderReport_isReportedAndChangesNothing() {
        try (BuddyFixture fixture = new BuddyFixture(SMALL)) {
            fixture.pages.onBadPage(BadPagePolicy.REPORT);
            fixture.cpu.run(new Task("java", 7));
            int pfn = fixture.alloc(GfpFlags.GFP_KERNEL, 2);
            fixture.free(pfn, 2);
            List<ZoneState> before = fixture.pages.snapshot();

            fixture.free(pfn, 2);

            assertThat(fixture.pages.snapshot()).isEqualTo(before);
            assertThat(fixture.machine.log().lines())
                    .startsWith("BUG: Bad page state in process java  pfn:%05x".formatted(pfn))
                    .containsSubsequence("page dumped because: nonzero _refcount",
                            "Modules linked in:", "CPU: 0 PID: 7 Comm: java Not tainted 6.1");
            assertThatThrownBy(() -> fixture.free(1 << 30, 0))
                    .isInstanceOf(BadPageException.class);
        }
    }

    /// Fails if a loop that frees wrongly floods the log.
    @Test
    void freePages_oftenNotHeldUnderReport_isReportedSixtyTimesAMinute() {
        try (BuddyFixture fixture = new BuddyFixture(SMALL)) {
            fixture.pages.onBadPage(BadPagePolicy.REPORT);
            for (int i = 0; i < 70; i++) {
                fixture.free(0x1000, 0);
            }
            assertThat(lines(fixture, "BUG: Bad page state in")).hasSize(60);

            fixture.machine.clock().advance(60 * 250 + 1);
            fixture.free(0x1000, 0);

            assertThat(lines(fixture, "BUG: Bad page state in")).hasSize(61);
            assertThat(fixture.machine.log().lines())
                    .contains("BUG: Bad page state: 10 messages suppressed");
        }
    }
}
