package org.kmemlab.mempool.pools;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;

import com.google.errorprone.annotations.CheckReturnValue;
import org.apache.commons.lang3.Validate;
import org.jspecify.annotations.Nullable;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.Machine;

/// The core of all pools of equal blocks: a [BlockStore] with the memory that it holds, a lock, the
/// six figures, and the leak report. What a pool is beyond that is a thin layer above.
///
/// Every method takes the lock. A layer that does several things at once takes it around them:
/// `lock().lock()`; a thread may take it again.
@CheckReturnValue
public final class BlockPool {

    /// Gets more memory for a pool that has no free block left.
    @FunctionalInterface
    public interface Growth {

        /// A pool that never grows.
        Growth NONE = cpu -> false;

        /// Returns whether there are more blocks now.
        boolean grow(@Nullable Cpu cpu);
    }

    private record Held(RegionSource source, long address, long bytes) {}

    private final String name;
    private final Machine machine;
    private final BlockStore store;
    private final PoolLock lock;
    private final PoolEvents events;
    private final Ledger ledger;
    private final List<Held> held = new ArrayList<>();
    private boolean closed;

    /// A pool without memory.
    ///
    /// @param front the class that callers use, for allocation sites
    public BlockPool(Machine machine, BlockLayout layout, PoolOptions options, Class<?> front) {
        this.name = options.name();
        this.machine = machine;
        this.events = options.events();
        this.store = new BlockStore(name, machine.memory(), layout, events);
        this.lock = options.locks().next();
        this.ledger = new Ledger(options, front);
    }

    /// Takes a region and cuts it into blocks.
    ///
    /// @param blocksMost no more of them
    /// @return how many; 0 if the source has no memory, or the region is too small for one
    /// @throws IllegalArgumentException if the region is not aligned as blocks are; the pool holds
    ///         it nevertheless
    public int grow(Cpu cpu, RegionSource source, long bytes, long blocksMost) {
        lock.lock();
        try {
            long region = hold(cpu, source, bytes);
            int alignment = store.layout().alignment();
            Validate.isTrue((region & (alignment - 1)) == 0,
                    "%s: region 0x%x is not aligned to %d bytes", this, region, alignment);
            return region == 0 ? 0 : store.addRegion(region, bytes, blocksMost);
        } finally {
            lock.unlock();
        }
    }

    /// Takes a region that the layer cuts up itself, with [BlockStore#addRegion]; it goes back with
    /// all others.
    ///
    /// @return 0 if the source has no memory
    public long hold(Cpu cpu, RegionSource source, long bytes) {
        lock.lock();
        try {
            requireOpen();
            long region = source.take(cpu, bytes);
            if (region != 0) {
                held.add(new Held(source, region, bytes));
                events.happened(PoolEvent.REGION, region, bytes);
            }
            return region;
        } finally {
            lock.unlock();
        }
    }

    /// Takes a block.
    ///
    /// @param cpu whose task asks; null if that is not known
    /// @return 0 if there is none
    public long take(@Nullable Cpu cpu) {
        return takeOrGrow(cpu, Growth.NONE);
    }

    /// Takes a block, after one attempt to get more memory if there is none.
    ///
    /// @param growth gets more
    /// @return 0 if there is none
    public long takeOrGrow(@Nullable Cpu cpu, Growth growth) {
        lock.lock();
        try {
            requireOpen();
            store.steps().begin();
            long block = store.take();
            if (block == 0 && growth.grow(cpu)) {
                block = store.take();
            }
            if (block == 0) {
                ledger.failed();
                return 0;
            }
            ledger.allocated(block, cpu);
            return block;
        } finally {
            lock.unlock();
        }
    }

    /// Takes a block back.
    ///
    /// @throws PoolMisuseException if it is no block in use, or its red zones are damaged; nothing
    ///         is changed then
    public void put(long block) {
        lock.lock();
        try {
            requireOpen();
            store.steps().begin();
            store.put(block);
            ledger.freed(block);
        } finally {
            lock.unlock();
        }
    }

    /// Makes all blocks free at once, and begins the figures anew. O(regions), and a word for each
    /// 64 blocks.
    public void clear() {
        lock.lock();
        try {
            requireOpen();
            store.clear();
            ledger.clear();
        } finally {
            lock.unlock();
        }
    }

    /// What an address is.
    public BlockState stateOf(long address) {
        lock.lock();
        try {
            return store.stateOf(address);
        } finally {
            lock.unlock();
        }
    }

    /// Whether an address lies in a block of the pool, free or not, or in what belongs to one.
    public boolean owns(long address) {
        return stateOf(address) != BlockState.FOREIGN;
    }

    /// The blocks in use, by region and address. O(blocks).
    public List<LiveBlock> live() {
        lock.lock();
        try {
            List<LiveBlock> live = new ArrayList<>();
            int bytes = store.layout().blockBytes();
            forEachInUse(block -> live.add(ledger.describe(block, bytes)));
            return live;
        } finally {
            lock.unlock();
        }
    }

    /// Tasks with blocks in use, and how many; empty if the pool does not remember. O(blocks).
    Map<String, Integer> users() {
        return LiveBlock.users(live());
    }

    /// The regions with blocks, oldest first.
    List<PoolNode.Part> parts() {
        lock.lock();
        try {
            return store.regions().stream().map(region -> new PoolNode.Part(region.start,
                    region.end - region.start, region.used, region.blocks)).toList();
        } finally {
            lock.unlock();
        }
    }

    /// Hands each block in use to somebody, by region and address. O(blocks / 64) and each of
    /// those. The caller holds the lock.
    void forEachInUse(LongConsumer reader) {
        for (BlockRegion region : store.regions()) {
            for (int block = region.nextInUse(0); block >= 0; block =
                    region.nextInUse(block + 1)) {
                reader.accept(region.addressOf(block));
            }
        }
    }

    /// What it has done.
    public PoolStatistics statistics() {
        lock.lock();
        try {
            return ledger.statistics(store.total(), store.steps());
        } finally {
            lock.unlock();
        }
    }

    /// What it takes.
    public PoolFootprint footprint() {
        lock.lock();
        try {
            BlockLayout layout = store.layout();
            long heldBytes = held.stream().mapToLong(h -> h.source.heldBytes(h.bytes)).sum();
            long bitmaps = store.regions().stream().mapToLong(BlockRegion::bitmapBytes).sum();
            long around = layout.headerBytes() + 2L * layout.redZoneBytes();
            return new PoolFootprint(heldBytes, store.used() * layout.blockBytes(),
                    store.total() * around + bitmaps, layout.overheadBytes());
        } finally {
            lock.unlock();
        }
    }

    /// Gives all memory back, whatever is in use; a second call does nothing. The log says how many
    /// blocks are in use, and names them if the pool remembers who allocated. O(regions) otherwise.
    ///
    /// @return whether it was open
    public boolean close(Cpu cpu) {
        return close(cpu, true);
    }

    /// [#close(Cpu)]
    ///
    /// @param reports whether the log is told of blocks in use
    boolean close(Cpu cpu, boolean reports) {
        lock.lock();
        try {
            if (closed) {
                return false;
            }
            if (reports) {
                ledger.reportLeaks(machine, this::live);
            }
            closed = true;
            store.forget();
            for (Held region : held.reversed()) {
                events.happened(PoolEvent.RELEASE, region.address, region.bytes);
                region.source.giveBack(cpu, region.address, region.bytes);
            }
            held.clear();
            return true;
        } finally {
            lock.unlock();
        }
    }

    boolean isClosed() {
        return closed;
    }

    /// Checks the structure. O(blocks).
    ///
    /// @throws IllegalStateException naming what does not hold
    public void validate() {
        lock.lock();
        try {
            store.validate();
            Validate.validState(ledger.used() == store.used() || closed,
                    "%s: %d blocks were given out and not taken back, but %d are in use", this,
                    ledger.used(), store.used());
        } finally {
            lock.unlock();
        }
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException(this + " is closed");
        }
    }

    Machine machine() {
        return machine;
    }

    /// Its blocks; to be touched with the lock held.
    public BlockStore store() {
        return store;
    }

    /// Its lock.
    public PoolLock lock() {
        return lock;
    }

    String name() {
        return name;
    }

    @Override
    public String toString() {
        return "pool '" + name + "'";
    }
}
