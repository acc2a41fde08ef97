package org.kmemlab.slab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class SlabFlagsTest {

    /// If it fails, names that people copy from kernel code are not understood.
    @Test
    void parse_namesWithAndWithoutPrefixAndNumbers_areUnderstood() {
        assertThat(SlabFlags.parse("SLAB_HWCACHE_ALIGN|PANIC|0x400").bits()).isEqualTo(0x42400);
        assertThat(SlabFlags.parse("SLAB_TEMPORARY")).isEqualTo(SlabFlags.RECLAIM_ACCOUNT);
        assertThat(SlabFlags.parse("none")).isEqualTo(SlabFlags.NONE);
    }

    /// If it fails, printed flags cannot be read back.
    @Test
    void toString_anyFlags_parsesToTheSame() {
        SlabFlags flags = new SlabFlags(0xc0082d01);

        assertThat(flags).hasToString("SLAB_CONSISTENCY_CHECKS|SLAB_RED_ZONE|SLAB_POISON"
                + "|SLAB_HWCACHE_ALIGN|SLAB_TYPESAFE_BY_RCU|__CMPXCHG_DOUBLE|__OBJECT_POISON|0x1");
        assertThat(SlabFlags.parse(flags.toString())).isEqualTo(flags);
        assertThat(SlabFlags.NONE).hasToString("none");
    }

    /// If it fails, a typing error passes as no flag.
    @Test
    void parse_unknownNamesAndMalformedNumbers_areRefused() {
        assertThatThrownBy(() -> SlabFlags.parse("SLUB_PANIC"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("unknown slab flag 'SLUB_PANIC'");
        assertThatThrownBy(() -> SlabFlags.parse("0x123456789")).hasMessageContaining("1 to 8 hex");
        assertThatThrownBy(() -> SlabFlags.parse("")).hasMessageContaining("unknown slab flag ''");
    }

    /// If it fails, slub_debug switches on something else than its letters say.
    @Test
    void ofDebugLetter_eachLetter_isItsFlag() {
        assertThat(SlabFlags.ofDebugLetter('f')).contains(SlabFlags.CONSISTENCY_CHECKS);
        assertThat(SlabFlags.ofDebugLetter('Z')).contains(SlabFlags.RED_ZONE);
        assertThat(SlabFlags.ofDebugLetter('p')).contains(SlabFlags.POISON);
        assertThat(SlabFlags.ofDebugLetter('U')).contains(SlabFlags.STORE_USER);
        assertThat(SlabFlags.ofDebugLetter('T')).contains(SlabFlags.TRACE);
        assertThat(SlabFlags.ofDebugLetter('a')).contains(SlabFlags.FAILSLAB);
        assertThat(SlabFlags.ofDebugLetter('x')).isEmpty();
    }
}
