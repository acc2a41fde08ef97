package org.kmemlab.slab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kmemlab.machine.ConfigOption;
import org.kmemlab.machine.KernelProfile;

/// The numbers are those that a running 6.18 kernel with control groups tells about itself (the
/// enumeration `_slab_flag_bits` in its type information).
class SlabFlagWordsTest {

    private static final SlabFlagWords NEW =
            SlabFlagWords.of(KernelProfile.LINUX_6_18.with(ConfigOption.MEMCG_KMEM));

    /// If it fails, flags of a newer kernel are printed and read under other numbers than its own.
    @ParameterizedTest
    @CsvSource({"SLAB_CONSISTENCY_CHECKS, 0", "SLAB_RED_ZONE, 1", "SLAB_POISON, 2",
        "SLAB_KMALLOC, 3", "SLAB_HWCACHE_ALIGN, 4", "SLAB_CACHE_DMA, 5", "SLAB_CACHE_DMA32, 6",
        "SLAB_STORE_USER, 7", "SLAB_PANIC, 8", "SLAB_TYPESAFE_BY_RCU, 9", "SLAB_TRACE, 10",
        "SLAB_NOLEAKTRACE, 11", "SLAB_NO_MERGE, 12", "SLAB_ACCOUNT, 13", "SLAB_NO_USER_FLAGS, 14",
        "SLAB_RECLAIM_ACCOUNT, 15", "__OBJECT_POISON, 16", "__CMPXCHG_DOUBLE, 17",
        "SLAB_NO_OBJ_EXT, 18"})
    void word_eachFlagOf618_hasTheBitOfTheRunningKernel(String name, int bit) {
        SlabFlags flag = SlabFlags.parse(name);

        assertThat(NEW.word(flag)).isEqualTo(1 << bit);
        assertThat(NEW.flags(1 << bit)).isEqualTo(flag);
        assertThat(NEW.parse("0x" + Integer.toHexString(1 << bit))).isEqualTo(flag);
    }

    /// If it fails, an option that brings a flag does not move those behind it.
    @Test
    void word_buildOption_movesTheFlagsBehindIt() {
        KernelProfile plain = KernelProfile.LINUX_6_18;
        SlabFlags flags = SlabFlags.NO_MERGE.with(SlabFlags.RECLAIM_ACCOUNT);

        assertThat(SlabFlagWords.of(plain).hex(flags)).isEqualTo("0x5000");
        assertThat(SlabFlagWords.of(plain.with(ConfigOption.FAILSLAB)).hex(flags))
                .isEqualTo("0x9000");
        assertThat(SlabFlagWords.of(plain.with(ConfigOption.DEBUG_OBJECTS)
                .with(ConfigOption.KASAN_GENERIC).with(ConfigOption.KFENCE)).hex(flags))
                .isEqualTo("0x22000");
    }

    /// If it fails, a flag that a kernel was built without gets the bit of another.
    @Test
    void word_flagThatIsNotBuiltIn_isLeftOut() {
        assertThat(NEW.word(SlabFlags.FAILSLAB.with(SlabFlags.RED_ZONE))).isEqualTo(2);
    }

    /// If it fails, a damaged or foreign word passes as flags.
    @Test
    void flags_bitWithoutAFlag_isRefused() {
        assertThatThrownBy(() -> NEW.flags(0x8_0000)).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("slab flags 0x80000: the flags of linux-6.18 end at 0x40000");
    }

    /// If it fails, words of the recorded kernels change.
    @Test
    void word_linux61_isTheFlagsThemselves() {
        SlabFlagWords old = SlabFlagWords.of(KernelProfile.DEB61);

        assertThat(old.hex(new SlabFlags(0xc0002d00))).isEqualTo("0xc0002d00");
        assertThat(old.flags(0xc0002d00).bits()).isEqualTo(0xc0002d00);
    }
}
