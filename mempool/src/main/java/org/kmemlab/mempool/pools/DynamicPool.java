package org.kmemlab.mempool.pools;

import java.util.ArrayList;
import java.util.List;

import com.google.errorprone.annotations.CheckReturnValue;
import org.apache.commons.lang3.Validate;
import org.jspecify.annotations.Nullable;
import org.kmemlab.machine.Cpu;

/// A pool of which only the total is known when it is made: blocks of any size from one region.
///
/// It is a heap with boundary tags: a block costs a header of 8 bytes and the rounding to the
/// alignment, free neighbours merge at once, and free chunks wait in lists by the power of two of
/// their size. Freeing takes a constant number of steps; allocating searches one list, at worst all
/// of it. Nothing protects it from external fragmentation: see [#largestFreeBytes].
@CheckReturnValue
public final class DynamicPool implements AutoCloseable {

    private final RegionSource source;
    private final long region;
    private final long regionBytes;
    private final ChunkHeap heap;
    private final PoolLock lock;
    private final Ledger ledger;
    private boolean closed;

    private DynamicPool(RegionSource source, long region, long regionBytes, PoolOptions options) {
        this.source = source;
        this.region = region;
        this.regionBytes = regionBytes;
        heap = new ChunkHeap(source.machine().memory(), region, regionBytes, options);
        lock = options.locks().next();
        ledger = new Ledger(options, DynamicPool.class);
    }

    /// Makes a pool.
    ///
    /// @param source what the region is taken from, on `cpu`
    /// @param bytes size of the region, what the pool needs for itself included; 64 to 2^31 - 1
    /// @return the pool; null if the source has no memory
    /// @throws IllegalArgumentException if the size is out of range
    public static @Nullable DynamicPool create(Cpu cpu, RegionSource source, long bytes,
            PoolOptions options) {
        long least = 32 + ChunkHeap.overheadBytes(options) + options.redZoneBytes();
        Validate.isTrue(bytes >= least && bytes <= Integer.MAX_VALUE,
                "a pool of %d bytes: expected %d to %d", bytes, least, Integer.MAX_VALUE);
        long region = source.take(cpu, bytes);
        if (region == 0) {
            return null;
        }
        boolean isMade = false;
        try {
            DynamicPool pool = new DynamicPool(source, region, bytes, options);
            isMade = true;
            return pool;
        } finally {
            if (!isMade) {
                source.giveBack(cpu, region, bytes);
            }
        }
    }

    /// Takes a block.
    ///
    /// @param bytes 1 or more
    /// @return its first byte; 0 if no free piece is large enough
    /// @throws IllegalArgumentException if the size is 0 or less
    /// @throws IllegalStateException if the pool is closed, or somebody wrote to a block after
    ///         freeing it
    public long alloc(Cpu cpu, long bytes) {
        Validate.isTrue(bytes >= 1, "a block of %d bytes: expected 1 or more", bytes);
        lock.lock();
        try {
            requireOpen();
            heap.steps().begin();
            long block = heap.take(bytes);
            if (block == 0) {
                ledger.failed();
            } else {
                ledger.allocated(block, cpu);
            }
            return block;
        } finally {
            lock.unlock();
        }
    }

    /// Takes a block back and merges it with its free neighbours. O(1).
    ///
    /// @param block 0 is ignored
    /// @throws PoolMisuseException if it is not a block of the pool in use; nothing is changed
    ///         then. A block that was freed and merged counts as [BlockState#INTERIOR]
    /// @throws IllegalStateException if the pool is closed, or somebody wrote to a free neighbour
    public void free(long block) {
        if (block == 0) {
            return;
        }
        lock.lock();
        try {
            requireOpen();
            heap.steps().begin();
            heap.put(block);
            ledger.freed(block);
        } finally {
            lock.unlock();
        }
    }

    /// Bytes that the owner of a block may write to: what was asked for and what rounding added;
    /// just the former if the pool has red zones.
    ///
    /// @throws PoolMisuseException if it is not a block of the pool in use
    public long usableSize(long block) {
        lock.lock();
        try {
            return heap.usableSize(block);
        } finally {
            lock.unlock();
        }
    }

    /// What an address is to this pool.
    public BlockState stateOf(long address) {
        lock.lock();
        try {
            return closed ? BlockState.FOREIGN : heap.stateOf(address);
        } finally {
            lock.unlock();
        }
    }

    /// Bytes in free pieces.
    public long freeBytes() {
        lock.lock();
        try {
            return closed ? 0 : heap.freeBytes();
        } finally {
            lock.unlock();
        }
    }

    /// Bytes of the largest free piece: beside [#freeBytes] it shows how fragmented the pool is.
    public long largestFreeBytes() {
        lock.lock();
        try {
            return closed ? 0 : heap.largestFreeBytes();
        } finally {
            lock.unlock();
        }
    }

    /// What it has done; the total counts blocks in use and free pieces.
    public PoolStatistics statistics() {
        lock.lock();
        try {
            return ledger.statistics(heap.chunkCount(), heap.steps());
        } finally {
            lock.unlock();
        }
    }

    /// What it takes; the overhead of a block is without rounding.
    public PoolFootprint footprint() {
        lock.lock();
        try {
            int around = heap.chunks().leadBytes() + heap.chunks().redZoneBytes();
            return new PoolFootprint(closed ? 0 : source.heldBytes(regionBytes),
                    heap.usableBytes(), ledger.used() * around + heap.sideBytes(), around);
        } finally {
            lock.unlock();
        }
    }

    /// The blocks in use, by address. O(blocks).
    public List<LiveBlock> live() {
        lock.lock();
        try {
            List<LiveBlock> live = new ArrayList<>();
            if (!closed) {
                heap.forEachUsed(block -> live.add(ledger.describe(block,
                        heap.chunks().asked(block - heap.chunks().leadBytes()))));
            }
            return live;
        } finally {
            lock.unlock();
        }
    }

    /// Checks the whole pool. O(blocks).
    ///
    /// @throws IllegalStateException naming what does not hold
    public void validate() {
        lock.lock();
        try {
            if (!closed) {
                heap.validate();
            }
        } finally {
            lock.unlock();
        }
    }

    /// Gives the region back, whatever is in use; the log tells what was. A second call does
    /// nothing.
    public void close(Cpu cpu) {
        lock.lock();
        try {
            if (!closed) {
                ledger.reportLeaks(source.machine(), this::live);
                closed = true;
                source.giveBack(cpu, region, regionBytes);
            }
        } finally {
            lock.unlock();
        }
    }

    /// [#close] on the machine's first CPU.
    @Override
    public void close() {
        close(source.machine().cpu(0));
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException(this + " is closed");
        }
    }

    @Override
    public String toString() {
        return heap.toString();
    }
}
