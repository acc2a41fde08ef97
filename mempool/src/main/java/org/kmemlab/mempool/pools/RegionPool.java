package org.kmemlab.mempool.pools;

import java.util.ArrayList;
import java.util.List;

import com.google.errorprone.annotations.CheckReturnValue;
import org.apache.commons.lang3.Validate;
import org.jspecify.annotations.Nullable;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.PhysicalMemory;
import org.kmemlab.machine.StackDump;

/// A pool in the manner of APR, the Apache Portable Runtime: memory of any size that is given back
/// only all at once.
///
/// **Concepts.** The pool holds nodes of 8 KiB, or a multiple of that for large blocks, and cuts
/// blocks off the one that it works on: an addition and a comparison. [#clear] runs the
/// pre-cleanups, destroys the sub-pools, runs the cleanups, and begins anew in the first node; the
/// other nodes go to a stock that the whole tree shares. [#destroy] gives the first node away, too.
/// Cleanups of either kind run in reverse order of registration.
///
/// **Cost.** A block costs the rounding to the alignment and nothing else. There is no wrong
/// pointer to free and no second time; a write beyond a block is found with red zones, by
/// [#validate].
///
/// A tree is for one thread at a time.
///
/// @see <a href="https://apr.apache.org/docs/apr/1.7/group__apr__pools.html">APR, Memory Pool
///      Functions</a>
@CheckReturnValue
public final class RegionPool implements AutoCloseable {

    /// Keep all nodes that come back.
    public static final long KEEP_ALL = Long.MAX_VALUE;

    private final NodeStock stock;
    private final PoolOptions options;
    private final @Nullable RegionPool parent;
    private final PhysicalMemory memory;
    private final String owner;
    private final Ledger ledger;
    private final StepCount steps = new StepCount();
    private final List<RegionNode> nodes = new ArrayList<>();
    private final List<RegionPool> children = new ArrayList<>();
    private final CleanupList preCleanups = new CleanupList();
    private final CleanupList cleanups = new CleanupList();
    /// Only if the pool has red zones, or remembers who allocated.
    private final List<LiveBlock> blocks = new ArrayList<>();
    private RegionNode active;
    private long usableBytes;
    private boolean destroyed;

    private RegionPool(Cpu cpu, NodeStock stock, RegionNode first, @Nullable RegionPool parent,
            PoolOptions options) {
        this.stock = stock;
        this.options = options;
        this.parent = parent;
        this.memory = stock.source().machine().memory();
        this.owner = StackDump.who(cpu);
        this.ledger = new Ledger(options, RegionPool.class);
        this.active = first;
        nodes.add(first);
    }

    /// Makes a pool without a parent, with a stock of nodes of its own.
    ///
    /// @param source what nodes are taken from, in multiples of 8 KiB
    /// @param maxFreeBytes how much the stock keeps for later; [#KEEP_ALL] for no limit
    /// @return the pool; null if there is no memory
    /// @throws IllegalArgumentException if the limit is negative
    public static @Nullable RegionPool create(Cpu cpu, RegionSource source, long maxFreeBytes,
            PoolOptions options) {
        checkMaxFree(maxFreeBytes);
        NodeStock stock = new NodeStock(source, maxFreeBytes);
        RegionNode first = stock.take(cpu, NodeStock.NODE_BYTES, new StepCount());
        return first == null ? null : new RegionPool(cpu, stock, first, null, options);
    }

    private static void checkMaxFree(long bytes) {
        Validate.isTrue(bytes >= 0, "to keep %d bytes: expected 0 or more", bytes);
    }

    /// Makes a pool that is destroyed at the latest when this one is cleared or destroyed.
    ///
    /// @return the pool; null if there is no memory
    public @Nullable RegionPool createChild(Cpu cpu, String name) {
        requireAlive();
        RegionNode first = stock.take(cpu, NodeStock.NODE_BYTES, steps);
        if (first == null) {
            return null;
        }
        RegionPool child = new RegionPool(cpu, stock, first, this, options.withName(name));
        children.add(child);
        return child;
    }

    /// Takes memory; it holds what was there before.
    ///
    /// @param bytes 1 or more
    /// @return its first byte; 0 if there is no memory
    /// @throws IllegalArgumentException if the size is 0 or less
    /// @throws IllegalStateException if the pool is destroyed
    public long alloc(Cpu cpu, long bytes) {
        Validate.isTrue(bytes >= 1, "a block of %d bytes: expected 1 or more", bytes);
        requireAlive();
        steps.begin();
        steps.add(1);
        long block = cut(active, bytes);
        if (block == 0) {
            block = cutFromNewNode(cpu, bytes);
        }
        if (block == 0) {
            ledger.failed();
            return 0;
        }
        ledger.allocated(block, cpu);
        usableBytes += bytes;
        if (options.redZoneBytes() > 0 || options.tracksSites()) {
            blocks.add(ledger.describe(block, bytes));
            paint(block, bytes);
        }
        return block;
    }

    private long cut(RegionNode node, long bytes) {
        int red = options.redZoneBytes();
        return node.cut(bytes, options.alignment(), red, red);
    }

    private long cutFromNewNode(Cpu cpu, long bytes) {
        int alignment = options.alignment();
        long around = 2L * options.redZoneBytes();
        long rounded = around + Math.min(bytes, Integer.MAX_VALUE) + alignment - 1;
        long wanted = rounded & -(long) alignment;
        long block = cutFrom(stock.take(cpu, wanted, steps), cpu, bytes);
        // Only where the source aligns less than the pool, the node must be larger.
        return block != 0 || alignment <= Long.BYTES ? block
                : cutFrom(stock.take(cpu, wanted + alignment, steps), cpu, bytes);
    }

    private long cutFrom(@Nullable RegionNode node, Cpu cpu, long bytes) {
        if (node == null) {
            return 0;
        }
        long block = cut(node, bytes);
        if (block == 0) {
            stock.give(cpu, node);
            return 0;
        }
        nodes.add(node);
        // A large block leaves little behind: go on where there is more room.
        if (node.end() - node.top > active.end() - active.top) {
            active = node;
        }
        return block;
    }

    private void paint(long block, long bytes) {
        int red = options.redZoneBytes();
        if (red > 0) {
            memory.fill(block - red, red, RedZones.ACTIVE);
            memory.fill(block + bytes, red, RedZones.ACTIVE);
        }
    }

    /// Takes memory and clears it.
    ///
    /// @see #alloc
    public long allocZeroed(Cpu cpu, long bytes) {
        long block = alloc(cpu, bytes);
        if (block != 0) {
            memory.fill(block, bytes, (byte) 0);
        }
        return block;
    }

    /// Has something done when the pool is cleared or destroyed, after its sub-pools are gone.
    ///
    /// @param key by which [#killCleanup] and [#runCleanup] find it
    /// @param name what [#inspect] calls it
    public void registerCleanup(Object key, String name, Runnable action) {
        requireAlive();
        cleanups.add(key, name, action);
    }

    /// As [#registerCleanup], but done before the sub-pools are destroyed.
    public void registerPreCleanup(Object key, String name, Runnable action) {
        requireAlive();
        preCleanups.add(key, name, action);
    }

    /// Forgets the cleanup of a key that was registered last.
    ///
    /// @return whether there was one
    public boolean killCleanup(Object key) {
        return cleanups.remove(key) != null || preCleanups.remove(key) != null;
    }

    /// Does the cleanup of a key that was registered last now, and forgets it.
    ///
    /// @return whether there was one
    public boolean runCleanup(Object key) {
        Runnable action = cleanups.remove(key);
        if (action != null) {
            action.run();
        }
        return action != null;
    }

    /// Gives back everything that was allocated, and all sub-pools; the pool can be used again.
    ///
    /// @throws IllegalStateException if the pool is destroyed
    /// @throws RuntimeException the first that a cleanup threw, after all work is done
    public void clear(Cpu cpu) {
        requireAlive();
        Failures failures = new Failures();
        cleanUp(cpu, failures);
        reset(cpu);
        failures.throwFirst();
    }

    private void cleanUp(Cpu cpu, Failures failures) {
        preCleanups.runAll(failures);
        for (RegionPool child : List.copyOf(children).reversed()) {
            failures.run(() -> child.destroy(cpu));
        }
        cleanups.runAll(failures);
    }

    private void reset(Cpu cpu) {
        for (RegionNode node : nodes.subList(1, nodes.size()).reversed()) {
            stock.give(cpu, node);
        }
        active = nodes.getFirst();
        nodes.clear();
        nodes.add(active);
        active.top = active.address;
        ledger.freedAll();
        blocks.clear();
        usableBytes = 0;
    }

    /// Clears the pool and gives its first node away; a pool without a parent gives the stock back,
    /// too. A second call does nothing.
    ///
    /// @throws RuntimeException the first that a cleanup threw, after all work is done
    public void destroy(Cpu cpu) {
        if (destroyed) {
            return;
        }
        Failures failures = new Failures();
        cleanUp(cpu, failures);
        if (options.tracksSites()) {
            ledger.reportLeaks(stock.source().machine(), this::live);
        }
        reset(cpu);
        destroyed = true;
        nodes.clear();
        stock.give(cpu, active);
        if (parent == null) {
            stock.setMaxFree(cpu, 0);
        } else {
            parent.children.remove(this);
        }
        failures.throwFirst();
    }

    /// [#destroy] on the machine's first CPU.
    @Override
    public void close() {
        destroy(stock.source().machine().cpu(0));
    }

    /// Sets how much the stock of the whole tree keeps for later; what is more goes back at once.
    ///
    /// @throws IllegalArgumentException if the limit is negative
    public void setMaxFree(Cpu cpu, long bytes) {
        checkMaxFree(bytes);
        stock.setMaxFree(cpu, bytes);
    }

    /// Bytes that the stock of the whole tree keeps for later.
    public long stockBytes() {
        return stock.freeBytes();
    }

    /// The pool above; null if there is none.
    public @Nullable RegionPool parent() {
        return parent;
    }

    /// Whether a pool is this one or below it.
    public boolean isAncestorOf(RegionPool other) {
        for (RegionPool pool = other; pool != null; pool = pool.parent) {
            if (pool == this) {
                return true;
            }
        }
        return false;
    }

    /// Whether an address was given out by this pool since it was cleared. O(nodes).
    public boolean contains(long address) {
        return nodes.stream().anyMatch(node -> address >= node.address && address < node.top);
    }

    /// What it has done; clearing counts as freeing each block.
    public PoolStatistics statistics() {
        return ledger.statistics(ledger.used(), steps);
    }

    /// What it takes, without its sub-pools and without the stock.
    public PoolFootprint footprint() {
        long held = nodes.stream().mapToLong(node -> stock.source().heldBytes(node.bytes)).sum();
        int around = 2 * options.redZoneBytes();
        return new PoolFootprint(held, usableBytes, ledger.used() * around, around);
    }

    /// The blocks in use, oldest first, if the pool has red zones or remembers who allocated; else
    /// none.
    public List<LiveBlock> live() {
        return List.copyOf(blocks);
    }

    /// The tree from here down; parts are counted in bytes.
    public PoolNode inspect() {
        List<PoolNode.Part> parts = nodes.stream().map(node -> new PoolNode.Part(node.address,
                node.bytes, node.top - node.address, node.bytes)).toList();
        return new PoolNode(options.name(), 0, owner, LiveBlock.users(blocks), parts,
                cleanups.names(), children.stream().map(RegionPool::inspect).toList());
    }

    /// Checks this pool and its sub-pools. O(nodes and remembered blocks).
    ///
    /// @throws IllegalStateException naming what does not hold
    public void validate() {
        for (RegionNode node : nodes) {
            Validate.validState(node.top >= node.address && node.top <= node.end(),
                    "%s: the node at 0x%x is used up to 0x%x, beyond its %d bytes", this,
                    node.address, node.top, node.bytes);
        }
        Validate.validState(destroyed || nodes.contains(active), "%s: its active node is not its",
                this);
        blocks.forEach(this::checkRedZones);
        children.forEach(RegionPool::validate);
    }

    private void checkRedZones(LiveBlock block) {
        int red = options.redZoneBytes();
        long end = block.address() + block.bytes();
        long before = RedZones.damagedIn(memory, block.address() - red, block.address(),
                RedZones.ACTIVE);
        long damaged = before != 0 ? before
                : RedZones.damagedIn(memory, end, end + red, RedZones.ACTIVE);
        Validate.validState(damaged == 0, "%s: somebody wrote to 0x%x, outside the block of %s",
                this, damaged, block);
    }

    private void requireAlive() {
        if (destroyed) {
            throw new IllegalStateException(this + " is destroyed");
        }
    }

    @Override
    public String toString() {
        return "pool '" + options.name() + "'";
    }
}
