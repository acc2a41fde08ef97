package org.kmemlab.mempool.pools.embedded;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.Nullable;
import org.kmemlab.machine.Cpu;
import org.kmemlab.mempool.pools.BlockLayout;
import org.kmemlab.mempool.pools.BlockPool;
import org.kmemlab.mempool.pools.PoolFootprint;
import org.kmemlab.mempool.pools.PoolMisuseException;
import org.kmemlab.mempool.pools.PoolOptions;
import org.kmemlab.mempool.pools.PoolStatistics;
import org.kmemlab.mempool.pools.RegionSource;

/// The plain pool of embedded systems: so many blocks of one size, linked into a free list at
/// initialisation, taken and given back at its head.
///
/// With [PoolOptions#withLocks] it is safe for several threads, except for `init` and `destroy`;
/// with [PoolOptions#withRedZones] it sees writes beyond a block when the block is freed.
///
/// A block is wholly its user's: what the pool keeps in front of it or behind it is not counted in
/// its size, and the next block begins after that.
@CheckReturnValue
public final class EmbeddedPool implements SizedPool, AutoCloseable {

    /// How a second free of a block is found.
    public enum DoubleFreeCheck {
        /// A bit for each block: O(1).
        BITMAP,
        /// A walk through the free list, as pools without such bits do it: O(free blocks). The
        /// steps of the statistics show what that costs.
        LIST_WALK
    }

    /// Largest block, in bytes.
    public static final int BLOCK_BYTES_MAX = 1 << 30;
    /// Largest alignment of [#initAligned], in bytes.
    public static final int ALIGNMENT_MAX = 1 << 20;

    private final Cpu cpu;
    private final RegionSource source;
    private final PoolOptions options;
    private final DoubleFreeCheck check;
    private @Nullable BlockPool blocks;
    private int blockBytes;
    private long listBytes;

    /// A pool without memory; [#init] gives it some.
    ///
    /// @param cpu where it takes and gives back memory
    /// @param source where its memory comes from
    public EmbeddedPool(Cpu cpu, RegionSource source, PoolOptions options) {
        this(cpu, source, options, DoubleFreeCheck.BITMAP);
    }

    /// A pool without memory; [#init] gives it some.
    public EmbeddedPool(Cpu cpu, RegionSource source, PoolOptions options,
            DoubleFreeCheck check) {
        this.cpu = cpu;
        this.source = source;
        this.options = options;
        this.check = check;
    }

    /// Gives a pool its blocks, all of them free. O(`blocks`).
    ///
    /// @param pool null is an invalid parameter
    /// @param blockBytes of each; one below 8 is rounded up inside, a free block holds a link
    /// @param blocks how many
    /// @return [InitCode#GOOD], [InitCode#INVALID], also if the source's memory is not aligned as
    ///         blocks are, or [InitCode#NO_MEMORY]
    public static InitCode init(@Nullable EmbeddedPool pool, int blockBytes, int blocks) {
        if (pool == null || pool.blocks != null || blockBytes <= 0 || blocks <= 0
                || blockBytes > BLOCK_BYTES_MAX) {
            return InitCode.INVALID;
        }
        return pool.allocate(blockBytes, blocks);
    }

    private InitCode allocate(int bytes, int count) {
        BlockLayout layout = BlockLayout.of(Math.max(Long.BYTES, bytes), options);
        BlockPool pool = newPool(layout);
        try {
            if (pool.grow(cpu, source, layout.bytesFor(count), count) < count) {
                boolean _ = pool.close(cpu);
                return InitCode.NO_MEMORY;
            }
        } catch (IllegalArgumentException misaligned) {
            boolean _ = pool.close(cpu);
            return InitCode.INVALID;
        }
        open(pool, bytes, 0);
        return InitCode.GOOD;
    }

    /// [#init] for a pool whose blocks begin at multiples of an alignment, for devices and vector
    /// instructions.
    ///
    /// ```text
    ///   memory of the blocks   ├─ block 0 ─┼─ block 1 ─┼─ ...   each a multiple of the alignment
    ///   list of pointers       | 8 bytes | 8 bytes | ...        link of block 0, of block 1, ...
    /// ```
    ///
    /// The list of free blocks lies outside the blocks, in memory of its own that may be missing
    /// when there is enough for the blocks. So the pool never writes to a block.
    ///
    /// @param pool null is an invalid parameter
    /// @param blockBytes of each; rounded up to the alignment
    /// @param blocks how many
    /// @param alignment in bytes, a power of two from 8 to [#ALIGNMENT_MAX]
    /// @param listSource where the memory of the list comes from
    /// @return any [InitCode]; if it is not good, nothing stays allocated
    public static InitCode initAligned(@Nullable EmbeddedPool pool, int blockBytes, int blocks,
            int alignment, RegionSource listSource) {
        if (pool == null || pool.blocks != null || blockBytes <= 0 || blocks <= 0
                || blockBytes > BLOCK_BYTES_MAX || Integer.bitCount(alignment) != 1
                || alignment < Long.BYTES || alignment > ALIGNMENT_MAX) {
            return InitCode.INVALID;
        }
        return pool.allocateAligned((blockBytes + alignment - 1) & -alignment, blocks, alignment,
                listSource);
    }

    private InitCode allocateAligned(int bytes, int count, int alignment,
            RegionSource listSource) {
        BlockLayout layout = BlockLayout.of(bytes, options.withAlignment(alignment));
        BlockPool pool = newPool(layout);
        // Sources align to 8 bytes: the first block may have to begin later.
        long size = layout.bytesFor(count) + alignment - Long.BYTES;
        long region = pool.hold(cpu, source, size);
        long tableBytes = (long) count * Long.BYTES;
        long list = region == 0 ? 0 : pool.hold(cpu, listSource, tableBytes);
        if (list == 0) {
            boolean _ = pool.close(cpu);
            return region == 0 ? InitCode.NO_MEMORY : InitCode.NO_LIST_MEMORY;
        }
        pool.store().linkOutside(list);
        int got = pool.store().addRegion(region, size, count);
        assert got == count : got + " of " + count + " blocks fit";
        open(pool, bytes, tableBytes);
        return InitCode.GOOD;
    }

    private BlockPool newPool(BlockLayout layout) {
        return new BlockPool(source.machine(), layout, options, EmbeddedPool.class);
    }

    private void open(BlockPool pool, int bytes, long tableBytes) {
        pool.store().linkFresh();
        blocks = pool;
        blockBytes = bytes;
        listBytes = tableBytes;
    }

    /// Gives the memory back, whatever is in use; the log tells what was. Does nothing to a pool
    /// that has none; [#init] may follow.
    public void destroy() {
        if (blocks != null) {
            boolean _ = blocks.close(cpu);
            blocks = null;
        }
    }

    /// As [#destroy].
    @Override
    public void close() {
        destroy();
    }

    /// O(1).
    @Override
    public long alloc() {
        return blocks == null ? 0 : blocks.take(cpu);
    }

    /// O(1); with [DoubleFreeCheck#LIST_WALK] O(free blocks).
    @Override
    public boolean free(long block) {
        if (block == 0) {
            return false;
        }
        BlockPool pool = blocks;
        if (pool == null) {
            return refuse("%s is not initialised: 0x%x was not freed".formatted(this, block));
        }
        pool.lock().lock();
        try {
            if (check == DoubleFreeCheck.LIST_WALK && pool.store().isListed(block)) {
                return refuse("%s: 0x%x is on the free list already".formatted(this, block));
            }
            pool.put(block);
            return true;
        } catch (PoolMisuseException misuse) {
            return refuse(String.valueOf(misuse.getMessage()));
        } finally {
            pool.lock().unlock();
        }
    }

    private boolean refuse(String why) {
        source.machine().log().print(why);
        return false;
    }

    @Override
    public boolean owns(long address) {
        return blocks != null && blocks.owns(address);
    }

    @Override
    public PoolStatistics statistics() {
        return blocks == null ? new PoolStatistics(0, 0, 0, 0, 0, 0, 0, 0) : blocks.statistics();
    }

    /// What it takes, the list of pointers included; nothing if it has no memory.
    public PoolFootprint footprint() {
        if (blocks == null) {
            return new PoolFootprint(0, 0, 0, 0);
        }
        PoolFootprint core = blocks.footprint();
        return new PoolFootprint(core.heldBytes(), core.usableBytes(),
                core.metadataBytes() + listBytes, core.overheadPerBlock());
    }

    @Override
    public String name() {
        return options.name();
    }

    /// Bytes of a block, as asked for, or rounded up by [#initAligned]; 0 before that.
    @Override
    public int blockBytes() {
        return isInitialised() ? blockBytes : 0;
    }

    /// Whether it has blocks.
    public boolean isInitialised() {
        return blocks != null;
    }

    /// The head of the free list: the block that is taken next; 0 if none is free.
    public long freeList() {
        return blocks == null ? 0 : blocks.store().freeHead();
    }

    /// Whether the free list is as long as the counter says, and all else is in order:
    /// `validate_pool`. O(blocks).
    public boolean isValid() {
        try {
            validate();
            return true;
        } catch (IllegalStateException broken) {
            return refuse(String.valueOf(broken.getMessage()));
        }
    }

    @Override
    public void validate() {
        if (blocks != null) {
            blocks.validate();
        }
    }

    @Override
    public String toString() {
        return "pool '" + options.name() + "'";
    }
}
