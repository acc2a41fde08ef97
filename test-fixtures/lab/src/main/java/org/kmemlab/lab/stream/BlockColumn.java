package org.kmemlab.lab.stream;

import java.util.Arrays;

/// A number for each block of a stream; grows with the largest block number. O(1).
public final class BlockColumn {

    private long[] values = new long[1 << 8];

    /// Without any block so far.
    public BlockColumn() {
    }

    /// What was set last for a block; 0 unless set.
    public long get(int block) {
        return block < values.length ? values[block] : 0;
    }

    /// Sets the number of a block.
    public void set(int block, long value) {
        if (block >= values.length) {
            values = Arrays.copyOf(values, Math.max(2 * values.length, block + 1));
        }
        values[block] = value;
    }
}
