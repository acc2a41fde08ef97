package org.kmemlab.buddy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kmemlab.machine.KernelProfile;
import org.kmemlab.machine.MachineConfig;
import org.kmemlab.machine.MemoryKind;
import org.kmemlab.machine.PhysicalMemory;
import org.kmemlab.machine.Task;

class PageHandoverTest {

    private static final byte DIRT = 0x5c;

    private static MachineConfig booted(String parameters) {
        return MachineConfig.ofMebibytes(32)
                .withProfile(KernelProfile.C61.booted(parameters));
    }

    /// Fails if a page has other bytes than the kernel leaves in it: after it was dirtied and given
    /// back, and after it was taken again without and with `__GFP_ZERO`.
    @ParameterizedTest
    @CsvSource({"'', 92, 92, 0", "init_on_alloc=1, 92, 0, 0", "init_on_free=1, 0, 0, 0",
        "page_poison=1, -86, -86, 0", "page_poison=1 init_on_alloc=1 init_on_free=1, -86, -86, 0"})
    void contents_afterFreeAndRequests_areThoseTheParametersAskFor(String parameters,
            byte freed, byte taken, byte zeroed) {
        try (BuddyFixture fixture = new BuddyFixture(booted(parameters))) {
            PhysicalMemory memory = fixture.machine.memory();
            for (GfpFlags extra : List.of(GfpFlags.NONE, GfpFlags.ZERO)) {
                int pfn = fixture.alloc(GfpFlags.GFP_KERNEL, 1);
                long last = memory.addressOf(pfn + 2) - 1;
                memory.fill(memory.addressOf(pfn), 2 * PhysicalMemory.PAGE_SIZE, DIRT);
                fixture.free(pfn, 1);
                assertThat(memory.getByte(last)).isEqualTo(freed);

                assertThat(fixture.alloc(GfpFlags.GFP_KERNEL.with(extra), 1)).isEqualTo(pfn);
                assertThat(memory.getByte(last))
                        .isEqualTo(extra.has(GfpFlags.ZERO) ? zeroed : taken);
                fixture.free(pfn, 1);
            }
            assertThat(fixture.machine.log().lines()).isEmpty();
        }
    }

    /// Fails if a write to a page that was given back goes unnoticed, or is reported otherwise than
    /// by the kernel.
    @Test
    void handedOut_pageWrittenAfterFree_isReportedWithItsOwners() {
        try (BuddyFixture fixture = new BuddyFixture(booted("page_poison=1 page_owner=on"))) {
            fixture.cpu.run(new Task("init", 1));
            int pfn = fixture.alloc(GfpFlags.GFP_KERNEL, 2);
            fixture.free(pfn, 2);
            long address = fixture.machine.memory().addressOf(pfn + 1) + 0x20;
            fixture.machine.memory().putByte(address, (byte) 'A');

            assertThat(fixture.alloc(GfpFlags.GFP_KERNEL, 2)).isEqualTo(pfn);

            List<String> log = fixture.machine.log().lines();
            assertThat(log.subList(0, 3)).containsExactly("pagealloc: memory corruption",
                    "%016x: 41 %45s A".formatted(address, ""),
                    "CPU: 0 PID: 1 Comm: init Not tainted 6.1");
            assertThat(log).contains("flags: 0x2000000000(section=0|node=0|zone=1)",
                    "page dumped because: pagealloc: corrupted page details",
                    "page_owner tracks the page as freed",
                    "page last allocated via order 2, migratetype Unmovable, gfp_mask"
                            + " 0xcc0(GFP_KERNEL), pid 1, tgid 1 (init), ts 0, free_ts 0",
                    "page last free stack trace:");
            assertThat(log).anyMatch(line -> line.matches("page:ffffea[0-9a-f]{10} refcount:0"
                    + " mapcount:0 mapping:0{16} index:0x0 pfn:0x" + Integer.toHexString(pfn + 1)));
            fixture.free(pfn, 2);
        }
    }

    /// Fails if free memory is not poisoned from the start, so that early stray writes go
    /// unnoticed.
    @Test
    void boot_withPoisoning_poisonsAllFreeMemory() {
        try (BuddyFixture fixture = new BuddyFixture(booted("page_poison=1"))) {
            fixture.machine.memory().putByte(fixture.machine.memory().addressOf(0x1800), DIRT);

            int taken = 0;
            while (fixture.alloc(GfpFlags.GFP_ATOMIC.with(GfpFlags.NOWARN),
                    0) != PageAllocator.NONE) {
                taken++;
            }

            assertThat(taken).isGreaterThan(7000);
            assertThat(fixture.machine.log().lines())
                    .filteredOn(line -> line.startsWith("pagealloc:")).hasSize(1);
        }
    }

    /// Fails if a machine without bytes is asked to poison them.
    @Test
    void boot_withPoisoningButWithoutBytes_poisonsNothing() {
        MachineConfig config = booted("page_poison=1").withMemory(MemoryKind.METADATA_ONLY);
        try (BuddyFixture fixture = new BuddyFixture(config)) {
            int pfn = fixture.alloc(GfpFlags.GFP_KERNEL.with(GfpFlags.ZERO), 0);

            assertThat(pfn).isNotEqualTo(PageAllocator.NONE);
            fixture.free(pfn, 0);
        }
    }
}
