package org.kmemlab.mempool.pools;

import java.util.List;

import com.google.errorprone.annotations.CheckReturnValue;
import org.apache.commons.lang3.Validate;
import org.jspecify.annotations.Nullable;
import org.kmemlab.machine.Cpu;

/// A pool whose number and size of blocks are known when it is made: the simplest there is.
///
/// It takes one region of exactly the bytes it needs and never another. Allocating and freeing take
/// the same small number of steps, whether the pool is full or empty
/// ([PoolStatistics#stepsMax]). A block costs [PoolFootprint#overheadPerBlock] bytes beyond its
/// size, and one bit.
@CheckReturnValue
public final class FixedPool implements AutoCloseable {

    private final BlockPool blocks;
    private final int blockBytes;

    private FixedPool(BlockPool blocks, int blockBytes) {
        this.blocks = blocks;
        this.blockBytes = blockBytes;
    }

    /// Makes a pool.
    ///
    /// @param source what the region is taken from, on `cpu`
    /// @param count blocks, 1 or more
    /// @param sizeBytes of each, 1 or more; one below 8 is rounded up, a free block holds a link
    /// @return the pool; null if the source has no memory
    /// @throws IllegalArgumentException if a number is out of range, or the region is not
    ///         aligned as blocks are to be
    public static @Nullable FixedPool create(Cpu cpu, RegionSource source, int count, int sizeBytes,
            PoolOptions options) {
        Validate.isTrue(count >= 1, "%d blocks: expected 1 or more", count);
        Validate.isTrue(sizeBytes >= 1, "blocks of %d bytes: expected 1 or more", sizeBytes);
        BlockLayout layout = BlockLayout.of(Math.max(Long.BYTES, sizeBytes), options);
        BlockPool blocks = new BlockPool(source.machine(), layout, options, FixedPool.class);
        boolean isMade = false;
        try {
            isMade = blocks.grow(cpu, source, layout.bytesFor(count), count) == count;
        } finally {
            if (!isMade) {
                boolean _ = blocks.close(cpu);
            }
        }
        return isMade ? new FixedPool(blocks, sizeBytes) : null;
    }

    /// Takes a block. O(1).
    ///
    /// @return its first byte; 0 if all are in use
    /// @throws IllegalStateException if the pool is closed, or somebody wrote to a block after
    ///         freeing it
    public long alloc(Cpu cpu) {
        return blocks.take(cpu);
    }

    /// Takes a block back. O(1).
    ///
    /// @param block 0 is ignored
    /// @throws PoolMisuseException if it is not a block of the pool in use; nothing is changed then
    /// @throws IllegalStateException if the pool is closed
    public void free(long block) {
        if (block != 0) {
            blocks.put(block);
        }
    }

    /// What an address is to this pool.
    public BlockState stateOf(long address) {
        return blocks.stateOf(address);
    }

    /// Bytes of a block, as asked for.
    public int blockBytes() {
        return blockBytes;
    }

    /// What it has done.
    public PoolStatistics statistics() {
        return blocks.statistics();
    }

    /// What it takes.
    public PoolFootprint footprint() {
        PoolFootprint rounded = blocks.footprint();
        int rounding = blocks.store().layout().blockBytes() - blockBytes;
        return new PoolFootprint(rounded.heldBytes(), blocks.statistics().used() * blockBytes,
                rounded.metadataBytes(), rounded.overheadPerBlock() + rounding);
    }

    /// The blocks in use. O(blocks).
    public List<LiveBlock> live() {
        return blocks.live();
    }

    /// Checks the whole pool. O(blocks).
    ///
    /// @throws IllegalStateException naming what does not hold
    public void validate() {
        blocks.validate();
    }

    /// Gives the region back, whatever is in use; the log tells what was. A second call does
    /// nothing.
    public void close(Cpu cpu) {
        boolean _ = blocks.close(cpu);
    }

    /// [#close] on the machine's first CPU.
    @Override
    public void close() {
        close(blocks.machine().cpu(0));
    }

    @Override
    public String toString() {
        return blocks.toString();
    }
}
