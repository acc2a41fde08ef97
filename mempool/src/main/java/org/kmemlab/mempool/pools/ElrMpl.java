package org.kmemlab.mempool.pools;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import com.google.errorprone.annotations.CheckReturnValue;
import org.apache.commons.lang3.Validate;
import org.jspecify.annotations.Nullable;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.PhysicalMemory;

/// A tree of pools whose handles know when they are out of date, with the names of `elr_mpl`.
///
/// **Concepts.** A pool has nodes, a node is cut into equal slices. What describes a pool is a
/// slice itself, of the global pool, which is also the parent of every pool that names none. A
/// slice carries an identity code that grows by one whenever it is taken or given back. A handle is
/// the address of a pool's descriptor with the code that it had then: as long as they agree, the
/// pool lives. If the pool was destroyed, they never agree again, even if the memory describes
/// another pool now.
///
/// **Cost.** A slice is taken in three steps: the one given back last, else a new one of the newest
/// node, else a new node. It is given back by its address alone: in front of it stands whose it is.
/// Each slice costs 16 bytes for that. Memory goes back to the source only with a whole pool.
///
/// **Threads.** Each pool has a lock as [PoolOptions#locks] makes them, and the tree has one; a
/// shared one serves all. Whoever destroys a pool must know that nobody uses it or one below it.
///
/// The functions run on one CPU, as those of C run where they are called.
@CheckReturnValue
@SuppressWarnings("MemberName") // The names of the interface are the point of this class.
public final class ElrMpl {

    /// A pool, as its users know it (`elr_mpl_t`).
    ///
    /// @param pool address of its descriptor; 0 for none
    /// @param tag identity code that the descriptor had when the pool was made
    public record Handle(long pool, long tag) {}

    /// No pool (`ELR_MPL_INITIALIZER`).
    public static final Handle ELR_MPL_INITIALIZER = new Handle(0, 0);

    // In a descriptor; while it is free, the first word is the link to the next free one.
    private static final int SIZE = 8;
    private static final int PARENT = 16;
    private static final int DESCRIPTOR_BYTES = 24;

    private final RegionSource source;
    private final Cpu cpu;
    private final PoolOptions options;
    private final PhysicalMemory memory;
    private final PoolLock lock;
    private final Map<Long, ElrPool> pools = new ConcurrentHashMap<>();
    /// Read without the lock: a handle is looked at before its pool is.
    private volatile @Nullable ElrPool global;
    private int inits;
    private int made;
    private long firstCode;

    /// A module that is not initialised.
    ///
    /// @param source what nodes are taken from: a page, or a power of two of them that holds 8
    ///        slices
    /// @param cpu the CPU that the functions run on
    /// @param options for all pools of the tree
    public ElrMpl(RegionSource source, Cpu cpu, PoolOptions options) {
        this.source = source;
        this.cpu = cpu;
        this.options = options;
        memory = source.machine().memory();
        lock = options.locks().next();
    }

    /// Makes the global pool, unless an earlier call did. To be undone by as many calls of
    /// [#elr_mpl_finalize].
    ///
    /// @return 1; 0 if there is no memory, and then nothing needs to be undone
    @CanIgnoreReturnValue
    public int elr_mpl_init() {
        lock.lock();
        try {
            if (global == null) {
                ElrPool pool = newPool(null, DESCRIPTOR_BYTES);
                if (!describe(pool, pool)) {
                    pool.close(cpu, false);
                    return 0;
                }
                global = pool;
            }
            inits++;
            return 1;
        } finally {
            lock.unlock();
        }
    }

    private ElrPool newPool(@Nullable ElrPool parent, int objectBytes) {
        made++;
        String name = options.name() + "/" + made;
        return new ElrPool(cpu, source, parent, objectBytes, firstCode, options.withName(name));
    }

    /// Writes a pool's descriptor into a slice of the global pool.
    private boolean describe(ElrPool globalPool, ElrPool pool) {
        long descriptor = globalPool.take(cpu);
        if (descriptor == 0) {
            return false;
        }
        pool.describedAt(descriptor);
        ElrPool parent = pool.parent;
        memory.putLong(descriptor + SIZE, pool.objectBytes);
        memory.putLong(descriptor + PARENT, parent == null ? 0 : parent.descriptor());
        pools.put(descriptor, pool);
        return true;
    }

    /// Undoes one [#elr_mpl_init]; the last one destroys all pools.
    ///
    /// @throws IllegalStateException if there is none to undo
    public void elr_mpl_finalize() {
        lock.lock();
        try {
            ElrPool pool = global;
            if (pool == null) {
                throw new IllegalStateException("elr_mpl_finalize without elr_mpl_init");
            }
            inits--;
            if (inits == 0) {
                List.copyOf(pool.children).reversed().forEach(this::destroy);
                // Handles of now are not to fit slices of the next global pool.
                firstCode = pool.highestCode() + 1;
                pools.clear();
                pool.close(cpu, false);
                global = null;
            }
        } finally {
            lock.unlock();
        }
    }

    /// Makes a pool.
    ///
    /// @param parent with which it is destroyed at the latest; null for the global pool
    /// @param objectBytes size of its slices, 1 or more
    /// @return its handle; [#ELR_MPL_INITIALIZER] if the module is not initialised, the parent is
    ///         not available, the size is 0 or less, or there is no memory
    public Handle elr_mpl_create(@Nullable Handle parent, int objectBytes) {
        lock.lock();
        try {
            ElrPool above = parent == null ? global : poolOf(parent);
            ElrPool root = global;
            if (root == null || above == null || objectBytes < 1) {
                return ELR_MPL_INITIALIZER;
            }
            ElrPool pool = newPool(above, objectBytes);
            if (!describe(root, pool)) {
                return ELR_MPL_INITIALIZER;
            }
            above.children.add(pool);
            return new Handle(pool.descriptor(), root.codeOf(pool.descriptor()));
        } finally {
            lock.unlock();
        }
    }

    /// The pool of a handle; null if it is out of date.
    private @Nullable ElrPool poolOf(Handle handle) {
        ElrPool root = global;
        boolean isCurrent = root != null && root.isCurrent(handle.pool, handle.tag);
        return isCurrent ? pools.get(handle.pool) : null;
    }

    /// Whether a pool can be used: 1, or 0 if it was destroyed or never was.
    public int elr_mpl_avail(Handle handle) {
        return poolOf(handle) == null ? 0 : 1;
    }

    /// Takes a slice.
    ///
    /// @return 0 if there is no memory, or the pool is not available
    public long elr_mpl_alloc(Handle handle) {
        ElrPool pool = poolOf(handle);
        return pool == null ? 0 : pool.take(cpu);
    }

    /// Size of a slice in bytes, as its pool was made with.
    ///
    /// @param mem a slice of any pool
    /// @throws PoolMisuseException if it is no slice in use
    public long elr_mpl_size(long mem) {
        ElrPool owner = requireOwner(mem);
        return memory.getLong(owner.descriptor() + SIZE);
    }

    /// Gives a slice back to its pool.
    ///
    /// @param mem a slice of any pool; 0 is ignored
    /// @throws PoolMisuseException if it is no slice in use; nothing is changed then
    public void elr_mpl_free(long mem) {
        if (mem != 0) {
            requireOwner(mem).give(mem);
        }
    }

    /// The pool that a slice in use belongs to, by what stands in front of it.
    private ElrPool requireOwner(long mem) {
        ElrPool owner = pools.get(ownerOf(mem));
        if (owner != null && owner != global
                && owner.blocks().stateOf(mem) == BlockState.IN_USE) {
            return owner;
        }
        for (ElrPool pool : pools.values()) {
            // Descriptors are no slices that anybody may give back.
            BlockState state =
                    pool == global ? BlockState.FOREIGN : pool.blocks().stateOf(mem);
            if (state == BlockState.IN_USE) {
                throw PoolMisuseException.overrun(pool.blocks().toString(), mem,
                        mem - ElrPool.HEADER_BYTES, pool.objectBytes);
            }
            if (state != BlockState.FOREIGN) {
                throw PoolMisuseException.of(pool.blocks().toString(), state, mem,
                        pool.blocks().store().blockAround(mem));
            }
        }
        throw PoolMisuseException.of("elr_mpl", BlockState.FOREIGN, mem, 0);
    }

    /// What stands where a slice would name its pool; 0 if nothing can stand there.
    private long ownerOf(long mem) {
        long address = mem - options.redZoneBytes() - ElrPool.HEADER_BYTES;
        boolean isMemory = memory.pfnOf(address) >= 0
                && memory.pfnOf(address + ElrPool.HEADER_BYTES - 1) >= 0;
        return isMemory ? memory.getLong(address) : 0;
    }

    /// Destroys a pool and all below it, and gives their nodes back; nothing if it is not
    /// available.
    public void elr_mpl_destroy(Handle handle) {
        lock.lock();
        try {
            ElrPool pool = poolOf(handle);
            if (pool != null && pool != global) {
                destroy(pool);
            }
        } finally {
            lock.unlock();
        }
    }

    private void destroy(ElrPool pool) {
        List.copyOf(pool.children).reversed().forEach(this::destroy);
        ElrPool above = pool.parent;
        if (above != null) {
            above.children.remove(pool);
        }
        pools.remove(pool.descriptor());
        pool.close(cpu, options.tracksSites());
        ElrPool root = global;
        if (root != null) {
            root.give(pool.descriptor());
        }
    }

    /// How many descriptors are in use: pools that live, the global one included.
    public long livePools() {
        ElrPool root = global;
        return root == null ? 0 : root.blocks().statistics().used();
    }

    /// What a pool has done; its slices are the blocks.
    ///
    /// @throws IllegalArgumentException if it is not available
    public PoolStatistics statistics(Handle handle) {
        return require(handle).blocks().statistics();
    }

    /// What a pool takes, without those below it.
    ///
    /// @throws IllegalArgumentException if it is not available
    public PoolFootprint footprint(Handle handle) {
        return require(handle).blocks().footprint();
    }

    private ElrPool require(Handle handle) {
        ElrPool pool = poolOf(handle);
        if (pool == null) {
            throw new IllegalArgumentException(handle + " is not available");
        }
        return pool;
    }

    /// The tree from the global pool down; null if the module is not initialised.
    public @Nullable PoolNode inspect() {
        lock.lock();
        try {
            ElrPool root = global;
            return root == null ? null : root.inspect();
        } finally {
            lock.unlock();
        }
    }

    /// Checks all pools. O(slices).
    ///
    /// @throws IllegalStateException naming what does not hold
    public void validate() {
        lock.lock();
        try {
            pools.values().forEach(pool -> pool.blocks().validate());
            Validate.validState(livePools() == pools.size(),
                    "elr_mpl: %d descriptors are in use for %d pools", livePools(), pools.size());
        } finally {
            lock.unlock();
        }
    }
}
