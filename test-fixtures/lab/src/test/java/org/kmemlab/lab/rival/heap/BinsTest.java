package org.kmemlab.lab.rival.heap;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/// If this failed, a bin would hold chunks of sizes that its search does not expect.
class BinsTest {

    /// A small bin with two sizes would give out chunks that are too small; a bin number that falls
    /// as sizes grow would break the search upward.
    @Test
    void dlBinOf_sizes_areExactWhenSmallAndFourADoublingAbove() {
        assertThat(DlBins.binOf(32)).isEqualTo(2);
        assertThat(DlBins.binOf(48)).isEqualTo(3);
        assertThat(DlBins.binOf(496)).isEqualTo(31);
        assertThat(DlBins.binOf(512)).isEqualTo(32);
        assertThat(DlBins.binOf(624)).isEqualTo(32);
        assertThat(DlBins.binOf(640)).isEqualTo(33);
        assertThat(DlBins.binOf(1_024)).isEqualTo(36);
        assertThat(DlBins.binOf(4 << 20)).isLessThan(96);
        for (long size = 32; size < 1 << 16; size += 16) {
            assertThat(DlBins.binOf(size + 16)).isBetween(DlBins.binOf(size),
                    DlBins.binOf(size) + 1);
        }
    }

    /// The paper's example of the mapping: with 32 ranges, 460 bytes lie in the range of 448 to 463.
    /// A search from the wrong list would find a chunk that is too small.
    @Test
    void tlsfLists_everySize_searchStartsWhereAllChunksFit() {
        assertThat(TlsfBins.listOf(460) * 16L).isEqualTo(448);
        assertThat(TlsfBins.listOf(512)).isEqualTo(32);
        assertThat(TlsfBins.listOf(1_023)).isEqualTo(63);
        assertThat(TlsfBins.listOf(1_024)).isEqualTo(64);
        for (long size = 32; size < 1 << 16; size += 16) {
            int from = TlsfBins.listFrom(size);
            assertThat(TlsfBins.listOf(size)).isBetween(from - 1, from);
            // The smallest size of the list it starts from is not below what is asked for.
            assertThat(from == TlsfBins.listOf(size - 16)).as("size %d", size).isFalse();
        }
    }
}
