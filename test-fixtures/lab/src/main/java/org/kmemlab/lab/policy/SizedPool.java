package org.kmemlab.lab.policy;

import org.kmemlab.buddy.GfpFlags;
import org.kmemlab.buddy.PageAllocator;
import org.kmemlab.machine.Cpu;
import org.kmemlab.mempool.pools.ElrMpl;
import org.kmemlab.mempool.pools.LifetimePool;
import org.kmemlab.mempool.pools.PoolFootprint;
import org.kmemlab.mempool.pools.PoolOptions;
import org.kmemlab.mempool.pools.PoolStatistics;
import org.kmemlab.mempool.pools.RegionSource;
import org.kmemlab.mempool.pools.dma.DmaPool;

/// A pool of blocks of one size that grows, behind whichever interface it has.
interface SizedPool {

    /// What requests for more memory may do: fail early and quietly.
    GfpFlags GFP = GfpFlags.GFP_KERNEL.with(GfpFlags.NORETRY).with(GfpFlags.NOWARN);

    /// Makes a pool for blocks of a size.
    @FunctionalInterface
    interface Maker {

        /// Makes it on a machine's pages.
        SizedPool make(Cpu cpu, PageAllocator pages, int bytes);
    }

    /// Takes a block; 0 if there is no memory.
    long alloc(Cpu cpu);

    /// Gives a block back.
    void free(long block);

    /// What it has and has done.
    PoolStatistics statistics();

    /// Its bytes.
    PoolFootprint footprint();

    /// Walks it.
    void validate();

    /// Gives its memory back.
    void close(Cpu cpu);

    private static PoolOptions options(String name, int bytes) {
        return PoolOptions.defaults(name + "-" + bytes);
    }

    /// A pool that would be closed with what it serves.
    static SizedPool lifetime(Cpu cpu, PageAllocator pages, int bytes) {
        LifetimePool pool = LifetimePool.open(cpu, RegionSource.ofPages(pages, GFP), bytes, null,
                options("lifetime", bytes));
        return new SizedPool() {
            @Override
            public long alloc(Cpu where) {
                return pool.alloc(where);
            }

            @Override
            public void free(long block) {
                pool.free(block);
            }

            @Override
            public PoolStatistics statistics() {
                return pool.statistics();
            }

            @Override
            public PoolFootprint footprint() {
                return pool.footprint();
            }

            @Override
            public void validate() {
                pool.validate();
            }

            @Override
            public void close(Cpu where) {
                pool.close(where, LifetimePool.CloseMode.DROP);
            }
        };
    }

    /// A pool of a tree, in a tree of its own.
    static SizedPool elrMpl(Cpu cpu, PageAllocator pages, int bytes) {
        ElrMpl tree = new ElrMpl(RegionSource.ofPages(pages, GFP), cpu, options("elr", bytes));
        tree.elr_mpl_init();
        ElrMpl.Handle pool = tree.elr_mpl_create(null, bytes);
        return new SizedPool() {
            @Override
            public long alloc(Cpu where) {
                return tree.elr_mpl_alloc(pool);
            }

            @Override
            public void free(long block) {
                tree.elr_mpl_free(block);
            }

            @Override
            public PoolStatistics statistics() {
                return tree.statistics(pool);
            }

            @Override
            public PoolFootprint footprint() {
                return tree.footprint(pool);
            }

            @Override
            public void validate() {
                tree.validate();
            }

            @Override
            public void close(Cpu where) {
                tree.elr_mpl_finalize();
            }
        };
    }

    /// The kernel's pool of blocks for devices.
    static SizedPool dma(Cpu cpu, PageAllocator pages, int bytes) {
        DmaPool pool = DmaPool.create(pages, options("dma", bytes), bytes, Long.BYTES, 0, false);
        return new SizedPool() {
            @Override
            public long alloc(Cpu where) {
                return pool.alloc(where, GFP);
            }

            @Override
            public void free(long block) {
                pool.free(block, DmaPool.busAddressOf(block));
            }

            @Override
            public PoolStatistics statistics() {
                return pool.statistics();
            }

            @Override
            public PoolFootprint footprint() {
                return pool.footprint();
            }

            @Override
            public void validate() {
                pool.validate();
            }

            @Override
            public void close(Cpu where) {
                boolean destroyed = pool.destroy(where);
                assert destroyed : "blocks of a pool that nobody uses any more";
            }
        };
    }
}
