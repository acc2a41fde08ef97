package org.kmemlab.buddy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;

import org.junit.jupiter.api.Test;
import org.kmemlab.buddy.proc.PageOwnerText;
import org.kmemlab.machine.KernelProfile;
import org.kmemlab.machine.MachineConfig;
import org.kmemlab.machine.MemoryKind;
import org.kmemlab.machine.Task;

class PageOwnerTest {

    private static BuddyFixture fixture(String parameters) {
        BuddyFixture fixture = new BuddyFixture(MachineConfig.ofMebibytes(32)
                .withMemory(MemoryKind.METADATA_ONLY)
                .withProfile(KernelProfile.LINUX_6_1.booted(parameters)));
        fixture.cpu.run(new Task("java", 7));
        return fixture;
    }

    /// Fails if the dump does not say who has which pages in the kernel's words.
    @Test
    void text_ofBlocksInUse_namesTheirUsers() {
        try (BuddyFixture fixture = fixture("page_owner=on")) {
            fixture.machine.clock().advance(3);
            int pfn = fixture.alloc(GfpFlags.GFP_KERNEL.with(GfpFlags.ZERO), 4);
            int gone = fixture.alloc(GfpFlags.GFP_KERNEL, 0);
            fixture.free(gone, 0);

            String text = PageOwnerText.text(fixture.machine.profile(),
                    fixture.pages.ownedBlocks());

            List<String> lines = text.lines().toList();
            assertThat(lines.getFirst()).isEqualTo("Page allocated via order 4, mask"
                    + " 0xdc0(GFP_KERNEL|__GFP_ZERO), pid 7, tgid 7 (java), ts 12000000 ns,"
                    + " free_ts 0 ns");
            assertThat(lines.get(1)).isEqualTo("PFN " + pfn + " type Unmovable Block "
                    + (pfn >> 9) + " type Unmovable Flags 0x2000000000(section=0|node=0|zone=1)");
            assertThat(lines).anyMatch(line -> line.startsWith(" ")
                    && line.contains("PageOwnerTest.text_ofBlocksInUse_namesTheirUsers+0x"));
            assertThat(lines.getLast()).isEmpty();
            assertThat(lines).filteredOn(line -> line.startsWith("PFN")).hasSize(1);
            fixture.free(pfn, 4);
        }
    }

    /// Fails if a page that is taken again forgets when it was free, or keeps its former user.
    @Test
    void ownedBlocks_pageTakenAgain_hasTheNewUserAndTheTimeOfItsLastFree() {
        try (BuddyFixture fixture = fixture("page_owner=on")) {
            int pfn = fixture.alloc(GfpFlags.GFP_KERNEL, 0);
            fixture.machine.clock().advance(250);
            fixture.free(pfn, 0);
            fixture.cpu.run(new Task("init", 1));
            fixture.machine.clock().advance(250);
            assertThat(fixture.alloc(GfpFlags.GFP_KERNEL, 0)).isEqualTo(pfn);

            OwnedBlock block = fixture.pages.ownedBlocks().getFirst();

            assertThat(block.comm()).isEqualTo("init");
            assertThat(block.freeNanos()).isEqualTo(1_000_000_000L);
            assertThat(block.allocNanos()).isEqualTo(2_000_000_000L);
            fixture.free(pfn, 0);
        }
    }

    /// Fails if the pages of a block that was split are not each their user's.
    @Test
    void ownedBlocks_afterSplit_listsEveryPage() {
        try (BuddyFixture fixture = fixture("page_owner=on")) {
            int pfn = fixture.alloc(GfpFlags.GFP_KERNEL, 2);
            fixture.pages.splitPage(pfn, 2);

            assertThat(fixture.pages.ownedBlocks()).extracting(OwnedBlock::pfn)
                    .containsExactly(pfn, pfn + 1, pfn + 2, pfn + 3);
            assertThat(fixture.pages.ownedBlocks()).extracting(OwnedBlock::order)
                    .containsOnly(0);
            for (int i = 0; i < 4; i++) {
                fixture.free(pfn + i, 0);
            }
        }
    }

    /// Fails if records are kept although nobody asked for them.
    @Test
    void ownedBlocks_withoutTheParameter_isEmpty() {
        try (BuddyFixture fixture = fixture("")) {
            int pfn = fixture.alloc(GfpFlags.GFP_KERNEL, 0);

            assertThat(fixture.pages.ownedBlocks()).isEmpty();
            fixture.free(pfn, 0);
        }
    }

    /// Fails if bulk requests take many pages at once although each needs a record of its own.
    @Test
    void allocPagesBulk_withOwners_takesOneAtATime() {
        try (BuddyFixture fixture = fixture("page_owner=on")) {
            int[] pfns = {PageAllocator.NONE, PageAllocator.NONE, PageAllocator.NONE};

            assertThat(fixture.pages.allocPagesBulk(fixture.cpu, -1, GfpFlags.GFP_KERNEL, pfns))
                    .isEqualTo(1);
            fixture.free(pfns[0], 0);
        }
    }
}
