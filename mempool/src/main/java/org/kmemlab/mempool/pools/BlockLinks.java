package org.kmemlab.mempool.pools;

import org.kmemlab.machine.PhysicalMemory;

/// The links between free blocks, written into the first bytes of each, or into a table beside
/// them.
final class BlockLinks {

    private final PhysicalMemory memory;
    private final boolean isNarrow;
    private long origin;
    /// Address of the link of the first block; 0 if links are in the blocks.
    private long table;
    private int stride;

    /// @param linkBytes see [BlockLayout]
    BlockLinks(PhysicalMemory memory, int linkBytes) {
        this.memory = memory;
        this.isNarrow = linkBytes == Integer.BYTES;
    }

    /// Sets what short links count from.
    ///
    /// @throws IllegalStateException if links are short and were counted from elsewhere before
    void startAt(long firstBlock) {
        if ((isNarrow || table != 0) && origin != 0) {
            throw new IllegalStateException("links of 4 bytes, and those in a table, do not reach "
                    + "a second region");
        }
        origin = firstBlock;
    }

    /// Sets where links are, instead of in the blocks.
    ///
    /// @param address of the first of as many words of 8 bytes as there are blocks
    /// @param blockStride from one block to the next
    void keepIn(long address, int blockStride) {
        table = address;
        stride = blockStride;
    }

    private long placeOf(long block) {
        return table == 0 ? block : table + (block - origin) / stride * Long.BYTES;
    }

    /// The block behind a free one, as its bytes say; 0 at the end.
    long get(long block) {
        if (!isNarrow) {
            return memory.getLong(placeOf(block));
        }
        int link = memory.getInt(block);
        return link == 0 ? 0 : origin + Integer.toUnsignedLong(link) - 1;
    }

    void set(long block, long next) {
        if (isNarrow) {
            memory.putInt(block, next == 0 ? 0 : (int) (next - origin + 1));
        } else {
            memory.putLong(placeOf(block), next);
        }
    }
}
