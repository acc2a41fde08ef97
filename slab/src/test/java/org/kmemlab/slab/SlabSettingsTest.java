package org.kmemlab.slab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.kmemlab.machine.KernelProfile;

class SlabSettingsTest {

    private static SlabSettings booted(String parameters) {
        return SlabSettings.of(KernelProfile.LINUX_6_1.booted(parameters), 1, 1);
    }

    private static SlabFlags debugOf(String option, String cache, SlabFlags own) {
        return SlubDebugOption.parse(option).applyTo(cache, own);
    }

    /// If it fails, a boot parameter is ignored.
    @Test
    void of_bootParameters_areRead() {
        SlabSettings settings = booted("slub_min_order=1 slub_max_order=12 slub_min_objects=9"
                + " slab_nomerge init_on_free=1");

        assertThat(settings.minOrder()).isEqualTo(1);
        assertThat(settings.maxOrder()).isEqualTo(10);
        assertThat(settings.minObjects()).isEqualTo(9);
        assertThat(settings.merging()).isFalse();
        assertThat(settings.initOnFree()).isTrue();
        assertThat(booted("").merging()).isTrue();
        assertThat(booted("").maxOrder()).isEqualTo(3);
    }

    /// If it fails, a bad value is taken for another one.
    @Test
    void of_badValues_areRefused() {
        assertThatThrownBy(() -> booted("slub_min_order=11"))
                .hasMessage("slub_min_order 11: expected 0 to 10");
        assertThatThrownBy(() -> booted("slub_min_objects=many"))
                .hasMessageContaining("slub_min_objects=many");
        assertThatThrownBy(() -> SlabSettings.of(KernelProfile.LINUX_6_1, 2, 1))
                .hasMessageContaining("1 possible CPUs: expected at least 2");
    }

    /// If it fails, `slub_debug` without letters does not debug.
    @Test
    void parse_emptyText_meansFzpuForAll() {
        assertThat(debugOf("", "dentry", SlabFlags.NONE)).isEqualTo(SlabFlags.DEBUG_DEFAULT);
        assertThat(debugOf(",dentry", "dentry", SlabFlags.NONE)).isEqualTo(SlabFlags.DEBUG_DEFAULT);
        assertThat(debugOf(",dentry", "inode_cache", SlabFlags.NONE)).isEqualTo(SlabFlags.NONE);
    }

    /// If it fails, names in slub_debug choose the wrong caches.
    @Test
    void applyTo_blocksWithNames_replaceTheDefaultForTheFirstMatch() {
        String option = "FZ;-,zs_handle,zspage;P,kmalloc-*";
        SlabFlags fz = SlabFlags.parse("CONSISTENCY_CHECKS|RED_ZONE");

        assertThat(debugOf(option, "dentry", SlabFlags.NONE)).isEqualTo(fz);
        assertThat(debugOf(option, "zspage", SlabFlags.PANIC)).isEqualTo(SlabFlags.PANIC);
        assertThat(debugOf(option, "kmalloc-cg-64", SlabFlags.NONE)).isEqualTo(SlabFlags.POISON);
        assertThat(debugOf(option, "dma-kmalloc-64", SlabFlags.NONE)).isEqualTo(fz);
    }

    /// If it fails, caches that must not be debugged are.
    @Test
    void applyTo_cachesThatAskToBeSpared_areSpared() {
        assertThat(debugOf("FZPU", "x", SlabFlags.NO_USER_FLAGS))
                .isEqualTo(SlabFlags.NO_USER_FLAGS);
        assertThat(debugOf("PU", "x", SlabFlags.NOLEAKTRACE))
                .isEqualTo(SlabFlags.NOLEAKTRACE.with(SlabFlags.POISON));
        assertThat(debugOf("U,x", "x", SlabFlags.NOLEAKTRACE))
                .isEqualTo(SlabFlags.NOLEAKTRACE.with(SlabFlags.STORE_USER));
    }

    /// If it fails, an unknown letter is taken silently, or stops the boot.
    @Test
    void parse_unknownLetter_isSkippedWithAWarning() {
        SlubDebugOption option = SlubDebugOption.parse("FXo");

        assertThat(option.byDefault()).isEqualTo(SlabFlags.CONSISTENCY_CHECKS);
        assertThat(option.sparesOrders()).isTrue();
        assertThat(option.warnings()).containsExactly("slub_debug option 'X' unknown. skipped");
    }
}
