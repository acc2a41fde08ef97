package org.kmemlab.mempool.pools.embedded;

import java.util.Arrays;

import com.google.errorprone.annotations.CheckReturnValue;
import org.kmemlab.machine.Cpu;
import org.kmemlab.mempool.pools.PoolOptions;
import org.kmemlab.mempool.pools.RegionSource;
import org.kmemlab.mempool.pools.embedded.MultiPool.Tier;

/// A pool for each kind of work, so that no kind can use up what another one needs.
@CheckReturnValue
public final class PriorityPools implements AutoCloseable {

    /// The kinds of work, and their pools.
    public enum Priority {
        /// What must never wait: 64 blocks of 32 bytes.
        CRITICAL(32, 64),
        /// Ordinary work: 32 blocks of 128 bytes.
        NORMAL(128, 32),
        /// Few large blocks: 8 of 1,024 bytes.
        LARGE(1024, 8),
        /// What lives shortly: 16 blocks of 256 bytes.
        TEMPORARY(256, 16);

        private final int blockBytes;
        private final int blocks;

        Priority(int blockBytes, int blocks) {
            this.blockBytes = blockBytes;
            this.blocks = blocks;
        }

        /// The block size and count of its pool.
        public Tier tier() {
            return new Tier(blockBytes, blocks);
        }
    }

    private final MultiPool pools;

    /// Pools without memory; [#init] gives them some.
    ///
    /// @param cpu where they take and give back memory
    /// @param source where their memory comes from
    /// @param options of all pools
    public PriorityPools(Cpu cpu, RegionSource source, PoolOptions options) {
        pools = new MultiPool(cpu, source, options, false);
    }

    /// Gives all pools their blocks, or none.
    ///
    /// @return as [MultiPool#init]
    public InitCode init() {
        return pools.init(Arrays.stream(Priority.values()).map(Priority::tier).toList());
    }

    /// Takes a block of the pool of a priority. O(1).
    ///
    /// @param bytes that are needed
    /// @return its first byte; 0 if the pool is empty, its blocks are smaller, or the size is not
    ///         positive
    public long alloc(Priority priority, int bytes) {
        if (pools.pools().isEmpty() || bytes <= 0 || bytes > priority.blockBytes) {
            return 0;
        }
        return of(priority).alloc();
    }

    /// Gives a block back to its pool.
    ///
    /// @return whether it was taken back; the machine's log says why not
    public boolean free(long block) {
        return pools.free(block);
    }

    /// The pool of a priority.
    ///
    /// @throws IllegalStateException if the pools are not initialised
    public EmbeddedPool of(Priority priority) {
        if (pools.pools().isEmpty()) {
            throw new IllegalStateException("the priority pools are not initialised");
        }
        return pools.pools().get(priority.ordinal());
    }

    /// Gives all memory back. Does nothing if there is none.
    @Override
    public void close() {
        pools.close();
    }

    /// Checks all pools.
    ///
    /// @throws IllegalStateException naming what does not hold
    public void validate() {
        pools.validate();
    }
}
