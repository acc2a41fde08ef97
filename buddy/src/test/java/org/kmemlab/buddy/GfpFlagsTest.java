package org.kmemlab.buddy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.SplittableRandom;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kmemlab.machine.ZoneType;

class GfpFlagsTest {

    /// Fails if reports and traces spell flags in another way than the kernel.
    @ParameterizedTest
    @CsvSource({"0xcc0,GFP_KERNEL", "0xa20,GFP_ATOMIC", "0x800,GFP_NOWAIT", "0xc00,GFP_NOIO",
        "0xc40,GFP_NOFS", "0x100cca,GFP_HIGHUSER_MOVABLE", "0x40cc0,GFP_KERNEL|__GFP_COMP",
        "0xdc0,GFP_KERNEL|__GFP_ZERO", "0x400cc0,GFP_KERNEL_ACCOUNT", "0x100cc0,GFP_USER",
        "0x92880,GFP_NOWAIT|__GFP_FS|__GFP_NOWARN|__GFP_NORETRY|__GFP_NOMEMALLOC",
        "0x92cc0,GFP_KERNEL|__GFP_NOWARN|__GFP_NORETRY|__GFP_NOMEMALLOC", "0x0,none",
        "0x80000000,0x80000000", "0x1000,__GFP_WRITE", "0x1,GFP_DMA"})
    void toString_isTheKernelsSpelling(String bits, String text) {
        GfpFlags flags = GfpFlags.parse(bits);

        assertThat(flags).hasToString(text);
        assertThat(GfpFlags.parse(text)).isEqualTo(flags);
    }

    /// Fails if a printed flag word cannot be read back.
    @Test
    void parse_ofToString_isTheIdentity() {
        SplittableRandom random = new SplittableRandom(7);
        for (int i = 0; i < 10_000; i++) {
            GfpFlags flags = new GfpFlags(random.nextInt());
            assertThat(GfpFlags.parse(flags.toString())).isEqualTo(flags);
        }
    }

    /// Fails if nonsense is taken for flags.
    @ParameterizedTest
    @CsvSource({"GFP_KERNAL", "0x", "0x123456789", "''", "GFP_KERNEL|", "|", "12", "0xzz"})
    void parse_nonsense_namesTheWord(String text) {
        assertThatThrownBy(() -> GfpFlags.parse(text)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("gfp flag");
    }

    /// Fails if a request would be served from the wrong zone or list.
    @Test
    void derivedValues_followTheFlags() {
        assertThat(GfpFlags.GFP_KERNEL.highestZone()).isEqualTo(ZoneType.NORMAL);
        assertThat(GfpFlags.GFP_DMA.highestZone()).isEqualTo(ZoneType.DMA);
        assertThat(GfpFlags.GFP_DMA32.highestZone()).isEqualTo(ZoneType.DMA32);
        assertThat(GfpFlags.GFP_HIGHUSER_MOVABLE.highestZone()).isEqualTo(ZoneType.MOVABLE);
        assertThat(GfpFlags.GFP_HIGHUSER_MOVABLE.migrateType()).isEqualTo(MigrateType.MOVABLE);
        assertThat(GfpFlags.GFP_ATOMIC.mayBlock()).isFalse();
        assertThat(GfpFlags.GFP_NOIO.mayBlock()).isTrue();
        assertThatThrownBy(() -> GfpFlags.MOVABLE.with(GfpFlags.RECLAIMABLE).migrateType())
                .isInstanceOf(IllegalArgumentException.class);
    }
}
