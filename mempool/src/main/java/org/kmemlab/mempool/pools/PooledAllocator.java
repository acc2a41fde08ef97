package org.kmemlab.mempool.pools;

import java.util.ArrayList;
import java.util.List;

import com.google.errorprone.annotations.CheckReturnValue;
import org.apache.commons.lang3.Validate;
import org.jspecify.annotations.Nullable;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.PhysicalMemory;

/// The functions of C's `malloc`, served by pools: what a program links that is to use pools
/// without being changed.
///
/// Small requests come from growing pools of 20 sizes, 16 to 1024 bytes; larger ones are regions of
/// their own. Whose a block is follows from its address, by a search in the map of slabs. Slabs
/// stay until the allocator is closed.
@CheckReturnValue
public final class PooledAllocator implements AutoCloseable {

    /// A request that is a region.
    private record Large(long address, long bytes) {}

    private final RegionSource source;
    private final PoolOptions options;
    private final PhysicalMemory memory;
    private final PoolLock lock;
    private final Ledger ledger;
    private final StepCount steps = new StepCount();
    private final @Nullable SizePool[] small = new SizePool[SizeClasses.count()];
    private final AddressMap<SizePool> slabs = new AddressMap<>();
    private final AddressMap<Large> large = new AddressMap<>();
    private long largeBytes;
    private boolean closed;

    /// The blocks of one size.
    private final class SizePool {

        private final BlockPool blocks;
        private final BlockPool.Growth growth = this::grow;

        SizePool(int bytes) {
            PoolOptions plain = new PoolOptions(options.name() + "-" + bytes, options.alignment(),
                    options.redZoneBytes(), false, PoolLocks.none(), options.events());
            blocks = new BlockPool(source.machine(), BlockLayout.of(bytes, plain), plain,
                    PooledAllocator.class);
        }

        private boolean grow(@Nullable Cpu cpu) {
            long bytes = blocks.store().layout().slabBytes();
            if (cpu == null || blocks.grow(cpu, source, bytes, Long.MAX_VALUE) == 0) {
                return false;
            }
            BlockRegion slab = blocks.store().regions().getLast();
            slabs.add(slab.start, slab.end, this);
            return true;
        }
    }

    /// An allocator that has no memory yet.
    ///
    /// @param source what slabs and large blocks are taken from
    /// @param options for all pools
    public PooledAllocator(RegionSource source, PoolOptions options) {
        this.source = source;
        this.options = options;
        memory = source.machine().memory();
        lock = options.locks().next();
        ledger = new Ledger(options, PooledAllocator.class);
    }

    /// Takes a block.
    ///
    /// @param bytes 0 gives a block that may not be written to, but must be freed
    /// @return its first byte; 0 if there is no memory
    /// @throws IllegalArgumentException if the size is negative
    /// @throws IllegalStateException if the allocator is closed
    public long malloc(Cpu cpu, long bytes) {
        Validate.isTrue(bytes >= 0, "malloc of %d bytes: expected 0 or more", bytes);
        lock.lock();
        try {
            requireOpen();
            steps.begin();
            steps.add(1);
            long block = bytes <= SizeClasses.LARGEST ? takeSmall(cpu, (int) Math.max(1, bytes))
                    : takeLarge(cpu, bytes);
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

    private long takeSmall(Cpu cpu, int bytes) {
        int sizeClass = SizeClasses.classOf(bytes);
        SizePool pool = small[sizeClass];
        if (pool == null) {
            pool = new SizePool(SizeClasses.bytesOf(sizeClass));
            small[sizeClass] = pool;
        }
        long block = pool.blocks.takeOrGrow(cpu, pool.growth);
        steps.add(pool.blocks.store().steps().current());
        return block;
    }

    private long takeLarge(Cpu cpu, long bytes) {
        long region = source.take(cpu, bytes);
        if (region != 0) {
            large.add(region, region + bytes, new Large(region, bytes));
            largeBytes += source.heldBytes(bytes);
        }
        return region;
    }

    /// Takes a block for an array and clears it.
    ///
    /// @return 0 also if the bytes of the array exceed any number
    /// @throws IllegalArgumentException if a number is negative
    public long calloc(Cpu cpu, long count, long bytes) {
        Validate.isTrue(count >= 0 && bytes >= 0, "calloc of %d times %d bytes: expected 0 or more",
                count, bytes);
        if (Math.multiplyHigh(count, bytes) != 0 || count * bytes < 0) {
            return 0;
        }
        long block = malloc(cpu, count * bytes);
        if (block != 0) {
            memory.fill(block, count * bytes, (byte) 0);
        }
        return block;
    }

    /// Makes a block larger or smaller; its contents stay, as far as they fit.
    ///
    /// @param block 0 is as [#malloc]
    /// @param bytes 0 frees the block
    /// @return the block, maybe elsewhere; 0 if it was freed, or if there is no memory, and then it
    ///         is as before
    /// @throws PoolMisuseException if it is not a block in use
    public long realloc(Cpu cpu, long block, long bytes) {
        if (block == 0) {
            return malloc(cpu, bytes);
        }
        if (bytes == 0) {
            free(cpu, block);
            return 0;
        }
        lock.lock();
        try {
            long usable = usableSize(block);
            // One that shrinks below half moves, so that its memory does not stay bound.
            if (bytes <= usable && bytes > usable / 2) {
                return block;
            }
            long moved = malloc(cpu, bytes);
            if (moved != 0) {
                memory.copy(block, moved, Math.min(usable, bytes));
                free(cpu, block);
            }
            return moved;
        } finally {
            lock.unlock();
        }
    }

    /// Takes a block back.
    ///
    /// @param block 0 is ignored
    /// @throws PoolMisuseException if it is not a block in use; nothing is changed then
    /// @throws IllegalStateException if the allocator is closed
    public void free(Cpu cpu, long block) {
        if (block == 0) {
            return;
        }
        lock.lock();
        try {
            requireOpen();
            steps.begin();
            SizePool pool = slabs.find(block, steps);
            if (pool != null) {
                pool.blocks.put(block);
                steps.add(pool.blocks.store().steps().current());
            } else {
                Large region = requireLarge(block);
                large.remove(block);
                largeBytes -= source.heldBytes(region.bytes);
                source.giveBack(cpu, block, region.bytes);
            }
            ledger.freed(block);
        } finally {
            lock.unlock();
        }
    }

    private Large requireLarge(long block) {
        Large region = large.find(block, steps);
        if (region == null) {
            throw PoolMisuseException.of(toString(), BlockState.FOREIGN, block, 0);
        }
        if (region.address != block) {
            throw PoolMisuseException.of(toString(), BlockState.INTERIOR, block, region.address);
        }
        return region;
    }

    /// Bytes that the owner of a block may write to (`malloc_usable_size`): what was asked for,
    /// rounded up to the size of the pool or to whole pages.
    ///
    /// @throws PoolMisuseException if it is not a block in use
    public long usableSize(long block) {
        lock.lock();
        try {
            SizePool pool = slabs.find(block, steps);
            if (pool == null) {
                return source.heldBytes(requireLarge(block).bytes);
            }
            BlockRegion _ = pool.blocks.store().requireInUse(block);
            return pool.blocks.store().layout().blockBytes();
        } finally {
            lock.unlock();
        }
    }

    /// What it has done; the total is without what large requests could still get.
    public PoolStatistics statistics() {
        lock.lock();
        try {
            long total = large.values().size();
            for (SizePool pool : pools()) {
                total += pool.blocks.store().total();
            }
            return ledger.statistics(total, steps);
        } finally {
            lock.unlock();
        }
    }

    /// What it takes; overhead per block is that of small ones.
    public PoolFootprint footprint() {
        lock.lock();
        try {
            long held = largeBytes;
            long usable = largeBytes;
            long metadata = 2L * Long.BYTES * (large.values().size() + slabs.values().size());
            for (SizePool pool : pools()) {
                PoolFootprint footprint = pool.blocks.footprint();
                held += footprint.heldBytes();
                usable += footprint.usableBytes();
                metadata += footprint.metadataBytes();
            }
            return new PoolFootprint(held, usable, metadata, 2 * options.redZoneBytes());
        } finally {
            lock.unlock();
        }
    }

    private List<SizePool> pools() {
        List<SizePool> pools = new ArrayList<>();
        for (SizePool pool : small) {
            if (pool != null) {
                pools.add(pool);
            }
        }
        return pools;
    }

    /// The blocks in use, small ones by size, then large ones; sizes are rounded up. O(blocks).
    public List<LiveBlock> live() {
        lock.lock();
        try {
            List<LiveBlock> live = new ArrayList<>();
            for (SizePool pool : pools()) {
                int bytes = pool.blocks.store().layout().blockBytes();
                pool.blocks.forEachInUse(block -> live.add(ledger.describe(block, bytes)));
            }
            large.values().forEach(region -> live.add(ledger.describe(region.address,
                    region.bytes)));
            return live;
        } finally {
            lock.unlock();
        }
    }

    /// Checks all pools. O(blocks).
    ///
    /// @throws IllegalStateException naming what does not hold
    public void validate() {
        lock.lock();
        try {
            long used = large.values().size();
            for (SizePool pool : pools()) {
                pool.blocks.validate();
                used += pool.blocks.store().used();
            }
            Validate.validState(closed || used == ledger.used(),
                    "%s: %d blocks were given out and not taken back, but %d are in use", this,
                    ledger.used(), used);
        } finally {
            lock.unlock();
        }
    }

    /// Gives all memory back, whatever is in use; the log tells what was. A second call does
    /// nothing.
    public void close(Cpu cpu) {
        lock.lock();
        try {
            if (closed) {
                return;
            }
            ledger.reportLeaks(source.machine(), this::live);
            closed = true;
            for (SizePool pool : pools()) {
                boolean _ = pool.blocks.close(cpu, false);
            }
            for (Large region : large.values()) {
                source.giveBack(cpu, region.address, region.bytes);
            }
            slabs.clear();
            large.clear();
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
        return "pool '" + options.name() + "'";
    }
}
