package org.kmemlab.mempool.pools;

import java.util.Arrays;

/// Neighbouring blocks: where they lie, and a bit for each that is in use.
///
/// Blocks from number [#fresh] on were never given out, and nothing was written to them.
final class BlockRegion {

    final long firstBlock;
    final int blocks;
    /// Number of the first block that was never used.
    int fresh;
    /// How many blocks are in use.
    int used;

    /// Where the first block, with what belongs to it, begins.
    final long start;
    /// The address after the last block, and after its red zone.
    final long end;
    private final int stride;
    private final long[] inUse;

    BlockRegion(BlockLayout layout, long firstBlock, int blocks) {
        this.firstBlock = firstBlock;
        this.blocks = blocks;
        stride = layout.stride();
        start = firstBlock - layout.leadBytes();
        end = addressOf(blocks - 1) + layout.blockBytes() + layout.redZoneBytes();
        inUse = new long[(blocks + Long.SIZE - 1) >>> 6];
    }

    long addressOf(int block) {
        return firstBlock + (long) block * stride;
    }

    /// Number of the block that starts at an address of the region; -1 if none does.
    int blockAt(long address) {
        long offset = address - firstBlock;
        int block = (int) (offset / stride);
        return offset == (long) block * stride ? block : -1;
    }

    boolean isInUse(int block) {
        return (inUse[block >>> 6] & 1L << block) != 0;
    }

    void setInUse(int block, boolean on) {
        if (on) {
            inUse[block >>> 6] |= 1L << block;
            used++;
        } else {
            inUse[block >>> 6] &= ~(1L << block);
            used--;
        }
    }

    /// The block in use from number `from` on; -1 if there is none.
    int nextInUse(int from) {
        for (int word = from >>> 6; word < inUse.length; word++) {
            long bits = word == from >>> 6 ? inUse[word] & -1L << from : inUse[word];
            if (bits != 0) {
                return (word << 6) + Long.numberOfTrailingZeros(bits);
            }
        }
        return -1;
    }

    /// Makes all blocks free and never used.
    void clear() {
        Arrays.fill(inUse, 0);
        fresh = 0;
        used = 0;
    }

    int bitmapBytes() {
        return inUse.length * Long.BYTES;
    }

    /// Whether the bits and the counter agree.
    boolean isConsistent() {
        int bits = 0;
        for (long word : inUse) {
            bits += Long.bitCount(word);
        }
        return bits == used && fresh >= 0 && fresh <= blocks;
    }
}
