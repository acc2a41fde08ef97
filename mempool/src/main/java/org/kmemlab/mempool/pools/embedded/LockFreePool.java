package org.kmemlab.mempool.pools.embedded;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

import com.google.errorprone.annotations.CheckReturnValue;
import org.apache.commons.lang3.Validate;
import org.jspecify.annotations.Nullable;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.PhysicalMemory;
import org.kmemlab.mempool.pools.BlockLayout;
import org.kmemlab.mempool.pools.PoolFootprint;
import org.kmemlab.mempool.pools.PoolOptions;
import org.kmemlab.mempool.pools.PoolStatistics;
import org.kmemlab.mempool.pools.RegionSource;

/// A pool for any number of threads without a lock: a [TaggedStack] of free blocks, whose links lie
/// in the blocks.
///
/// The stack says who gets a block; a bit for each block, changed in one atomic step, says whether
/// it is in use, so that of two threads that free one block only one succeeds. A thread that is
/// stopped anywhere stops nobody else. The figures are exact when nobody is in the middle of a
/// call.
///
/// A step of the statistics is one attempt to change the head: more than one for each request shows
/// how often threads met.
@CheckReturnValue
public final class LockFreePool implements SizedPool, AutoCloseable {

    /// Most blocks: their numbers are 31 bits.
    public static final int BLOCKS_MAX = Integer.MAX_VALUE - 1;

    private static final VarHandle HEAD;
    private static final VarHandle BITS = MethodHandles.arrayElementVarHandle(long[].class);

    static {
        try {
            HEAD = MethodHandles.lookup().findVarHandle(Words.class, "head", long.class);
        } catch (ReflectiveOperationException impossible) {
            throw new ExceptionInInitializerError(impossible);
        }
    }

    /// Head and links in the pool's memory.
    private static final class Words implements StackWords {

        private final PhysicalMemory memory;
        private final long first;
        private final int stride;
        private volatile long head;

        Words(PhysicalMemory memory, long first, int stride) {
            this.memory = memory;
            this.first = first;
            this.stride = stride;
        }

        long addressOf(int index) {
            return first + (long) index * stride;
        }

        @Override
        public long head() {
            return head;
        }

        @Override
        public boolean compareAndSetHead(long expected, long updated) {
            return HEAD.compareAndSet(this, expected, updated);
        }

        @Override
        public int link(int index) {
            return memory.getInt(addressOf(index));
        }

        @Override
        public void setLink(int index, int link) {
            memory.putInt(addressOf(index), link);
        }
    }

    private final RegionSource source;
    private final String name;
    private final int blockBytes;
    private final int blocks;
    private final long region;
    private final long regionBytes;
    private final Words words;
    private final TaggedStack stack;
    private final long[] inUse;
    private final AtomicLong allocations = new AtomicLong();
    private final AtomicLong frees = new AtomicLong();
    private final AtomicLong failures = new AtomicLong();
    private final AtomicInteger used = new AtomicInteger();
    private final AtomicInteger peak = new AtomicInteger();
    private volatile boolean closed;

    private LockFreePool(RegionSource source, PoolOptions options, BlockLayout layout,
            int blockBytes, int blocks, long region) {
        this.source = source;
        this.name = options.name();
        this.blockBytes = blockBytes;
        this.blocks = blocks;
        this.region = region;
        this.regionBytes = layout.bytesFor(blocks);
        words = new Words(source.machine().memory(), layout.firstBlock(region), layout.stride());
        stack = new TaggedStack(words, blocks);
        inUse = new long[(blocks + Long.SIZE - 1) >>> 6];
        stack.fill();
    }

    /// Makes a pool, all of its blocks free. O(`blocks`).
    ///
    /// @param source what the region is taken from, on `cpu`
    /// @param blockBytes of each, 1 or more
    /// @param blocks how many, 1 to [#BLOCKS_MAX]
    /// @param options of which name and alignment count: it has no red zones, no sites and no lock
    /// @return the pool; null if the source has no memory
    /// @throws IllegalArgumentException if a number is out of range
    public static @Nullable LockFreePool create(Cpu cpu, RegionSource source, int blockBytes,
            int blocks, PoolOptions options) {
        Validate.isTrue(blockBytes >= 1, "blocks of %d bytes: expected 1 or more", blockBytes);
        Validate.isTrue(blocks >= 1 && blocks <= BLOCKS_MAX, "%d blocks: expected 1 to %d", blocks,
                BLOCKS_MAX);
        BlockLayout layout = new BlockLayout(Math.max(Integer.BYTES, blockBytes),
                options.alignment(), 0, 0, Integer.BYTES);
        long region = source.take(cpu, layout.bytesFor(blocks));
        return region == 0 ? null
                : new LockFreePool(source, options, layout, blockBytes, blocks, region);
    }

    /// Lock-free: some caller gets on, whatever the others do.
    ///
    /// @throws IllegalStateException if the pool is closed, or a free block was written to and links
    ///         nowhere or to a block in use; nobody gets that block a second time
    @Override
    public long alloc() {
        requireOpen();
        int index = stack.pop();
        if (index == TaggedStack.NONE) {
            failures.incrementAndGet();
            return 0;
        }
        long before = (long) BITS.getAndBitwiseOr(inUse, index >>> 6, 1L << index);
        if ((before & 1L << index) != 0) {
            throw new IllegalStateException(this + ": block " + index
                    + " is in use and yet on the list: somebody wrote to a free block");
        }
        allocations.incrementAndGet();
        int now = used.incrementAndGet();
        if (now > peak.get()) {
            peak.accumulateAndGet(now, Math::max);
        }
        return words.addressOf(index);
    }

    /// Lock-free.
    ///
    /// @throws IllegalStateException if the pool is closed
    @Override
    public boolean free(long block) {
        requireOpen();
        if (block == 0) {
            return false;
        }
        if (!owns(block)) {
            return refuse("0x%x is not of %s".formatted(block, this));
        }
        long offset = block - words.first;
        int index = (int) (offset / words.stride);
        if (offset < 0 || index >= blocks || words.addressOf(index) != block) {
            return refuse("0x%x is inside %s, but no block begins there".formatted(block, this));
        }
        long bit = 1L << index;
        if (((long) BITS.getAndBitwiseAnd(inUse, index >>> 6, ~bit) & bit) == 0) {
            return refuse("%s: block 0x%x is free already".formatted(this, block));
        }
        used.decrementAndGet();
        frees.incrementAndGet();
        stack.push(index);
        return true;
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException(this + " is closed");
        }
    }

    private boolean refuse(String why) {
        source.machine().log().print(why);
        return false;
    }

    @Override
    public boolean owns(long address) {
        return address >= region && address < region + regionBytes;
    }

    @Override
    public PoolStatistics statistics() {
        return new PoolStatistics(blocks, used.get(), peak.get(), allocations.get(), frees.get(),
                failures.get(), stack.steps(), stack.stepsMax());
    }

    /// What it takes.
    public PoolFootprint footprint() {
        return new PoolFootprint(closed ? 0 : source.heldBytes(regionBytes),
                (long) used.get() * blockBytes, (long) inUse.length * Long.BYTES,
                words.stride - blockBytes);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int blockBytes() {
        return blockBytes;
    }

    @Override
    public void validate() {
        int inUseBits = 0;
        for (long word : inUse) {
            inUseBits += Long.bitCount(word);
        }
        Validate.validState(inUseBits == used.get(), "%s: %d bits are set, %d blocks are in use",
                this, inUseBits, used.get());
        Validate.validState(allocations.get() - frees.get() == used.get(),
                "%s: %d allocations and %d frees, but %d blocks are in use", this,
                allocations.get(), frees.get(), used.get());
        int listed = closed ? blocks - inUseBits : listLength();
        Validate.validState(listed == blocks - inUseBits,
                "%s: the list has %d blocks, not %d", this, listed, blocks - inUseBits);
    }

    private int listLength() {
        int length = 0;
        for (int link = (int) words.head(); link != 0; link = words.link(link - 1)) {
            int index = link - 1;
            Validate.validState(
                    index >= 0 && index < blocks && (inUse[index >>> 6] & 1L << index) == 0,
                    "%s: the list leads to block %d, which is not free", this, index);
            length++;
            Validate.validState(length <= blocks, "%s: the list never ends", this);
        }
        return length;
    }

    /// Gives the region back, whatever is in use; the log says how much was. A second call does
    /// nothing. Nobody may use the pool meanwhile.
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        if (used.get() != 0) {
            boolean _ = refuse("%s: closed with %d of %d blocks in use".formatted(this, used.get(),
                    blocks));
        }
        source.giveBack(source.machine().cpu(0), region, regionBytes);
    }

    @Override
    public String toString() {
        return "pool '" + name + "'";
    }
}
