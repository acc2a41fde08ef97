package org.kmemlab.mempool.pools.rtos;

import org.jspecify.annotations.Nullable;
import org.kmemlab.mempool.pools.BlockPool;

/// A pool of Mynewt (`struct os_mempool`), with the fields that its users may read.
///
/// Means nothing until [Mynewt#os_mempool_init] or [Mynewt#os_mempool_ext_init] has filled it; who
/// uses it goes through [Mynewt].
public final class OsMempool {

    /// The flag of an extended pool.
    public static final int OS_MEMPOOL_F_EXT = 0x01;
    /// Most blocks of a pool: they are counted in 16 bits.
    public static final int BLOCKS_MAX = 0xffff;

    final @Nullable OsMempoolExt owner;
    int blockSize;
    int numBlocks;
    int flags;
    long membuf;
    String name = "";
    /// Null if it has no blocks.
    @Nullable
    BlockPool blocks;

    /// An empty structure.
    public OsMempool() {
        this(null);
    }

    OsMempool(@Nullable OsMempoolExt owner) {
        this.owner = owner;
    }

    /// Bytes in a block, as asked for (`mp_block_size`); blocks lie further apart if that is no
    /// multiple of the alignment.
    public int blockSize() {
        return blockSize;
    }

    /// How many blocks there are (`mp_num_blocks`).
    public int numBlocks() {
        return numBlocks;
    }

    /// How many are free (`mp_num_free`).
    public int numFree() {
        return blocks == null ? 0 : (int) blocks.statistics().free();
    }

    /// The fewest that ever were free since it was initialised or cleared (`mp_min_free`): the
    /// low-water mark.
    public int minFree() {
        return blocks == null ? 0 : (int) (numBlocks - blocks.statistics().peak());
    }

    /// `OS_MEMPOOL_F_...` (`mp_flags`).
    public int flags() {
        return flags;
    }

    /// The first byte of the buffer (`mp_membuf_addr`); 0 if it has none.
    public long membufAddress() {
        return membuf;
    }

    /// What it is called.
    public String name() {
        return name;
    }

    /// The extended pool that it is part of: in C, a cast.
    ///
    /// @throws IllegalStateException if [#OS_MEMPOOL_F_EXT] is not set
    public OsMempoolExt extended() {
        if (owner == null || (flags & OS_MEMPOOL_F_EXT) == 0) {
            throw new IllegalStateException(
                    "pool '" + name + "' is not extended: flags " + flags);
        }
        return owner;
    }

    /// Checks the whole pool. O(blocks).
    ///
    /// @throws IllegalStateException naming what does not hold
    public void validate() {
        if (blocks != null) {
            blocks.validate();
        }
    }

    @Override
    public String toString() {
        return "os_mempool '%s' (%d of %d blocks of %d bytes free)".formatted(name, numFree(),
                numBlocks, blockSize);
    }
}
