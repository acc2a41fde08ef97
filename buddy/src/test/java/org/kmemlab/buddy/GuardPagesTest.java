package org.kmemlab.buddy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.kmemlab.machine.KernelProfile;
import org.kmemlab.machine.MachineConfig;

class GuardPagesTest {

    private static MachineConfig config(String parameters) {
        return BuddyFixture.oneZone(1024)
                .withProfile(KernelProfile.LINUX_6_1.booted(parameters));
    }

    /// Fails if the neighbour of a small block can be handed out, or counts as free.
    @Test
    void expand_belowTheOrder_keepsTheOtherHalfFromEverybody() {
        try (BuddyFixture fixture = new BuddyFixture(config("debug_guardpage_minorder=2"))) {
            int pfn = fixture.alloc(GfpFlags.GFP_NOWAIT, 0);

            assertThat(pfn).isZero();
            assertThat(fixture.nrFree()).containsExactly(0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 0);
            assertThat(fixture.zone().freePages.exact()).isEqualTo(1024 - 4);
            assertThat(fixture.pages.memMap().headOf(1)).isEqualTo(-1);
            assertThatThrownBy(() -> fixture.free(1, 0)).isInstanceOf(BadPageException.class)
                    .hasMessageContaining("guard page");
            assertThat(fixture.alloc(GfpFlags.GFP_NOWAIT, 0)).isEqualTo(4);
            fixture.free(4, 0);
            fixture.free(0, 0);
            assertThat(fixture.nrFree()).containsExactly(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1);
            assertThat(fixture.zone().freePages.exact()).isEqualTo(1024);
        }
    }

    /// Fails if guards are lost or merged twice when many small blocks come and go.
    @Test
    void free_manyBlocksInAnotherSequence_mergesAllGuards() {
        try (BuddyFixture fixture = new BuddyFixture(config("debug_guardpage_minorder=3"))) {
            List<Integer> held = new ArrayList<>();
            int pfn = fixture.alloc(GfpFlags.GFP_NOWAIT.with(GfpFlags.NOWARN), 1);
            while (pfn != PageAllocator.NONE) {
                held.add(pfn);
                fixture.pages.validate();
                pfn = fixture.alloc(GfpFlags.GFP_NOWAIT.with(GfpFlags.NOWARN), 1);
            }

            assertThat(held).hasSizeGreaterThan(100);
            for (int i = 0; i < held.size(); i += 2) {
                fixture.free(held.get(i), 1);
            }
            for (int i = 1; i < held.size(); i += 2) {
                fixture.free(held.get(i), 1);
            }
            assertThat(fixture.nrFree()[10]).isEqualTo(1);
        }
    }

    /// Fails if a value that the kernel refuses is taken.
    @Test
    void boot_withTooLargeAnOrder_isRefused() {
        assertThatThrownBy(() -> new BuddyFixture(config("debug_guardpage_minorder=6")))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("6")
                .hasMessageContaining("0 to 5");
    }
}
