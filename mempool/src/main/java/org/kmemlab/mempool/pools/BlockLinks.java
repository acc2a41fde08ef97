package org.kmemlab.mempool.pools;

import org.kmemlab.machine.PhysicalMemory;

/// The links between free blocks, written into the first bytes of each.
final class BlockLinks {

    private final PhysicalMemory memory;
    private final boolean isNarrow;
    private long origin;

    /// @param linkBytes see [BlockLayout]
    BlockLinks(PhysicalMemory memory, int linkBytes) {
        this.memory = memory;
        this.isNarrow = linkBytes == Integer.BYTES;
    }

    /// Sets what short links count from.
    ///
    /// @throws IllegalStateException if links are short and were counted from elsewhere before
    void startAt(long firstBlock) {
        if (isNarrow && origin != 0) {
            throw new IllegalStateException("links of 4 bytes do not reach a second region");
        }
        origin = firstBlock;
    }

    /// The block behind a free one, as its bytes say; 0 at the end.
    long get(long block) {
        if (!isNarrow) {
            return memory.getLong(block);
        }
        int link = memory.getInt(block);
        return link == 0 ? 0 : origin + Integer.toUnsignedLong(link) - 1;
    }

    void set(long block, long next) {
        if (isNarrow) {
            memory.putInt(block, next == 0 ? 0 : (int) (next - origin + 1));
        } else {
            memory.putLong(block, next);
        }
    }
}
