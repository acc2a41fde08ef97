package org.kmemlab.mempool.pools.rtos;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

import org.apache.commons.lang3.Validate;
import org.jspecify.annotations.Nullable;
import org.kmemlab.machine.Machine;
import org.kmemlab.machine.PhysicalMemory;
import org.kmemlab.mempool.pools.BlockLayout;
import org.kmemlab.mempool.pools.BlockPool;
import org.kmemlab.mempool.pools.BlockState;
import org.kmemlab.mempool.pools.PoolLock;
import org.kmemlab.mempool.pools.PoolLocks;
import org.kmemlab.mempool.pools.PoolOptions;
import org.kmemlab.mempool.pools.RegionSource;

/// The memory pools of Apache Mynewt, a real-time operating system: blocks of one size on a buffer
/// that the caller supplies, each operation in constant time. Names and argument orders are
/// Mynewt's, so that C code is ported line by line.
///
/// ```text
///   membuf, a multiple of OS_ALIGNMENT
///   ├─ block 0 ─┼─ block 1 ─┼─ ... ─┤     apart by the block size, rounded up to OS_ALIGNMENT
///   └ next free block: 4 bytes, only while the block is free; all of it is its user's otherwise
/// ```
///
/// The list of pools belongs to this object, where Mynewt has a global one. Functions answer with
/// codes and change nothing if they refuse.
///
/// Differs from Mynewt: a block that is put back twice is refused at once, where Mynewt walks the
/// free list, if it checks at all, and stops the system. A count above 65,535 is refused, where C
/// cuts it to 16 bits. A pool that is registered cannot be initialised again.
///
/// @see <a href="https://mynewt.apache.org/latest/os/core_os/memory_pool/memory_pool.html">Mynewt,
///      Memory Pools</a>
@SuppressWarnings("MemberName") // Mynewt's names are the point of this class.
public final class Mynewt {

    /// The alignment of buffers and blocks that most ports use, in bytes.
    public static final int OS_ALIGNMENT = 4;

    private final Machine machine;
    private final int alignment;
    private final PoolLock critical;
    private final List<OsMempool> pools = new ArrayList<>();

    /// A system with [#OS_ALIGNMENT], used by one thread at a time.
    public Mynewt(Machine machine) {
        this(machine, OS_ALIGNMENT, PoolLocks.none());
    }

    /// A system without pools.
    ///
    /// @param machine whose memory it uses
    /// @param alignment its `OS_ALIGNMENT` in bytes: 4, 8 or 16
    /// @param locks makes the lock that stands for switching interrupts off
    /// @throws IllegalArgumentException if the alignment is none of these
    public Mynewt(Machine machine, int alignment, PoolLocks locks) {
        Validate.isTrue(alignment == 4 || alignment == 8 || alignment == 16,
                "OS_ALIGNMENT %d: expected 4, 8 or 16", alignment);
        this.machine = machine;
        this.alignment = alignment;
        this.critical = locks.next();
    }

    /// Words (`os_membuf_t`, each of `OS_ALIGNMENT` bytes) of a buffer for `n` blocks.
    public long OS_MEMPOOL_SIZE(int n, int blockSize) {
        return Math.ceilDiv((long) blockSize, alignment) * n;
    }

    /// Bytes of a buffer for `n` blocks: `n` times the size rounded up to the alignment.
    public long OS_MEMPOOL_BYTES(int n, int blockSize) {
        return OS_MEMPOOL_SIZE(n, blockSize) * alignment;
    }

    /// Fills a pool structure, chains the blocks of the buffer in ascending order, and registers
    /// the pool. O(`blocks`).
    ///
    /// @param mp the structure
    /// @param blocks how many, 0 to 65,535
    /// @param blockSize bytes that a user of a block gets; small ones are rounded up to hold a link
    /// @param membuf where the blocks begin, [#OS_MEMPOOL_BYTES] long; may be 0 if there are none
    /// @param name what reports call the pool
    /// @return `OS_MEM_NOT_ALIGNED` for the buffer's address, `OS_INVALID_PARM` for any other bad
    ///         argument and for a pool that is registered
    public OsError os_mempool_init(@Nullable OsMempool mp, int blocks, int blockSize, long membuf,
            String name) {
        if (mp == null || mp.owner != null) {
            return OsError.OS_INVALID_PARM;
        }
        return init(mp, blocks, blockSize, membuf, name, 0);
    }

    /// [#os_mempool_init] for an extended pool. Its callback is assigned afterwards.
    public OsError os_mempool_ext_init(@Nullable OsMempoolExt mpe, int blocks, int blockSize,
            long membuf, String name) {
        if (mpe == null) {
            return OsError.OS_INVALID_PARM;
        }
        OsError answer = init(mpe.mempool(), blocks, blockSize, membuf, name,
                OsMempool.OS_MEMPOOL_F_EXT);
        if (answer == OsError.OS_OK) {
            mpe.onPut(null, null);
        }
        return answer;
    }

    private OsError init(OsMempool mp, int blocks, int blockSize, long membuf, String name,
            int flags) {
        if (blockSize <= 0 || blocks < 0 || blocks > OsMempool.BLOCKS_MAX
                || (membuf == 0 && blocks != 0)) {
            return OsError.OS_INVALID_PARM;
        }
        if ((membuf & (alignment - 1)) != 0) {
            return OsError.OS_MEM_NOT_ALIGNED;
        }
        if (blocks != 0 && !hasBytes(membuf, OS_MEMPOOL_BYTES(blocks, blockSize))) {
            return OsError.OS_INVALID_PARM;
        }
        return inCritical(() -> {
            if (pools.contains(mp)) {
                return OsError.OS_INVALID_PARM;
            }
            mp.name = name;
            mp.blockSize = blockSize;
            mp.numBlocks = blocks;
            mp.membuf = membuf;
            mp.flags = flags;
            mp.blocks = chained(mp);
            pools.add(mp);
            return OsError.OS_OK;
        });
    }

    private boolean hasBytes(long address, long bytes) {
        PhysicalMemory memory = machine.memory();
        int last = memory.pfnOf(address + bytes - 1);
        return bytes > 0 && memory.pfnOf(address) >= 0 && last >= memory.pfnOf(address);
    }

    /// The blocks of the buffer, chained in ascending order; null if there are none.
    private @Nullable BlockPool chained(OsMempool mp) {
        if (mp.numBlocks == 0) {
            return null;
        }
        BlockLayout layout = new BlockLayout(Math.max(mp.blockSize, Integer.BYTES), alignment, 0, 0,
                Integer.BYTES);
        BlockPool blocks = new BlockPool(machine, layout, PoolOptions.defaults(mp.name),
                Mynewt.class);
        long bytes = layout.bytesFor(mp.numBlocks);
        int fitting = blocks.grow(machine.cpu(0),
                RegionSource.ofBuffer(machine, mp.membuf, bytes), bytes, mp.numBlocks);
        assert fitting == mp.numBlocks : fitting + " of " + mp.numBlocks + " blocks fit";
        blocks.store().linkFresh();
        return blocks;
    }

    /// Takes a block. O(1).
    ///
    /// @return its address; 0 if none is free, or there is no pool
    /// @throws IllegalStateException if somebody overwrote the link in the first free block;
    ///         nothing is changed then
    public long os_memblock_get(@Nullable OsMempool mp) {
        BlockPool blocks = mp == null ? null : mp.blocks;
        if (blocks == null) {
            return 0;
        }
        critical.lock();
        try {
            return blocks.take(null);
        } finally {
            critical.unlock();
        }
    }

    /// Puts a block back; of an extended pool with a callback, calls that instead. O(1).
    ///
    /// @return `OS_INVALID_PARM` if it is not a block of the pool in use; else what the callback
    ///         answers
    public OsError os_memblock_put(@Nullable OsMempool mp, long block) {
        OsMempoolExt.PutCallback callback = mp == null || mp.owner == null ? null
                : mp.owner.putCallback;
        if (mp == null || mp.owner == null || callback == null) {
            return os_memblock_put_from_cb(mp, block);
        }
        if (inCritical(() -> stateOf(mp, block)) != BlockState.IN_USE) {
            return OsError.OS_INVALID_PARM;
        }
        return callback.put(mp.owner, block, mp.owner.putArgument);
    }

    /// Puts a block back whatever the callback: what a callback itself calls. O(1).
    ///
    /// @return `OS_INVALID_PARM` if it is not a block of the pool in use
    public OsError os_memblock_put_from_cb(@Nullable OsMempool mp, long block) {
        BlockPool blocks = mp == null ? null : mp.blocks;
        if (blocks == null) {
            return OsError.OS_INVALID_PARM;
        }
        critical.lock();
        try {
            if (blocks.stateOf(block) != BlockState.IN_USE) {
                return OsError.OS_INVALID_PARM;
            }
            blocks.put(block);
            return OsError.OS_OK;
        } finally {
            critical.unlock();
        }
    }

    private static BlockState stateOf(OsMempool mp, long block) {
        return mp.blocks == null ? BlockState.FOREIGN : mp.blocks.stateOf(block);
    }

    /// Whether a block of the pool begins at an address, free or not: 1 or 0.
    public int os_memblock_from(@Nullable OsMempool mp, long block) {
        if (mp == null) {
            return 0;
        }
        BlockState state = inCritical(() -> stateOf(mp, block));
        return state == BlockState.IN_USE || state == BlockState.FREE ? 1 : 0;
    }

    /// Whether the free blocks are chained as they should be; a link that was overwritten leads
    /// elsewhere. O(blocks).
    public boolean os_mempool_is_sane(OsMempool mp) {
        return inCritical(() -> {
            try {
                mp.validate();
                return true;
            } catch (IllegalStateException corrupt) {
                machine.log().print(String.valueOf(corrupt.getMessage()));
                return false;
            }
        });
    }

    /// Makes all blocks free, whoever has them, and resets the counts. O(blocks).
    ///
    /// @return `OS_INVALID_PARM` without a pool
    public OsError os_mempool_clear(@Nullable OsMempool mp) {
        if (mp == null) {
            return OsError.OS_INVALID_PARM;
        }
        return inCritical(() -> {
            if (mp.blocks != null) {
                mp.blocks.clear();
                mp.blocks.store().linkFresh();
            }
            return OsError.OS_OK;
        });
    }

    /// Takes a pool off the list of pools. Its blocks go on to be usable.
    ///
    /// @return `OS_INVALID_PARM` if it is not registered
    public OsError os_mempool_unregister(@Nullable OsMempool mp) {
        return inCritical(
                () -> pools.remove(mp) ? OsError.OS_OK : OsError.OS_INVALID_PARM);
    }

    /// Walks the registered pools in the order of their initialisation.
    ///
    /// @param mp the pool returned last; null to begin
    /// @param info is told about the pool returned
    /// @return the next one; null at the end, and if `mp` is not registered any more
    public @Nullable OsMempool os_mempool_info_get_next(@Nullable OsMempool mp,
            OsMempoolInfo info) {
        return inCritical(() -> {
            int next = mp == null ? 0 : pools.indexOf(mp) + 1;
            if ((mp != null && next == 0) || next == pools.size()) {
                return null;
            }
            info.fill(pools.get(next));
            return pools.get(next);
        });
    }

    /// The first registered pool of a name; null if there is none.
    ///
    /// @param info is told about it; null if nobody cares
    public @Nullable OsMempool os_mempool_get(String name, @Nullable OsMempoolInfo info) {
        return inCritical(() -> {
            for (OsMempool mp : pools) {
                if (mp.name.equals(name)) {
                    if (info != null) {
                        info.fill(mp);
                    }
                    return mp;
                }
            }
            return null;
        });
    }

    private <T extends @Nullable Object> T inCritical(Supplier<T> work) {
        critical.lock();
        try {
            return work.get();
        } finally {
            critical.unlock();
        }
    }
}
