package org.kmemlab.mempool.pools;

import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Stream;

import org.kmemlab.buddy.GfpFlags;
import org.kmemlab.mempool.pools.PoolEntries.Entry;
import org.kmemlab.mempool.pools.dma.DmaPool;
import org.kmemlab.mempool.pools.embedded.BuddyPool;
import org.kmemlab.mempool.pools.embedded.EmbeddedPool;
import org.kmemlab.mempool.pools.embedded.EmbeddedPool.DoubleFreeCheck;
import org.kmemlab.mempool.pools.embedded.InitCode;
import org.kmemlab.mempool.pools.embedded.InterruptContext;
import org.kmemlab.mempool.pools.embedded.InterruptPool;
import org.kmemlab.mempool.pools.embedded.LockFreePool;
import org.kmemlab.mempool.pools.embedded.MultiPool;
import org.kmemlab.mempool.pools.embedded.MultiPool.Tier;
import org.kmemlab.mempool.pools.embedded.PriorityPools;
import org.kmemlab.mempool.pools.embedded.PriorityPools.Priority;
import org.kmemlab.mempool.pools.embedded.SizedPool;
import org.kmemlab.mempool.pools.embedded.TimedPool;
import org.kmemlab.mempool.pools.embedded.WatchedPool;
import org.kmemlab.mempool.pools.rtos.Mynewt;
import org.kmemlab.mempool.pools.rtos.OsError;
import org.kmemlab.mempool.pools.rtos.OsMempool;

/// The pools of firmware and of devices, as the common suite [PoolSuiteTest] sees them.
final class FirmwareEntries {

    private static final int BLOCKS = 300;
    private static final int SIZE = 40;
    private static final List<Priority> PRIORITIES = List.of(Priority.values());
    private static final GfpFlags QUIET = GfpFlags.GFP_NOWAIT.with(GfpFlags.NOWARN);

    private FirmwareEntries() {
    }

    static Stream<Entry> all() {
        return Stream.of(new Entry("rtos", FirmwareEntries::rtos),
                new Entry("dma", machine -> dma(machine, false)),
                new Entry("dma, poisoned", machine -> dma(machine, true)),
                new Entry("embedded",
                        machine -> layered(machine, pool -> pool)),
                new Entry("embedded, red zones", FirmwareEntries::withRedZones),
                new Entry("embedded, list walk",
                        machine -> sized(opened(machine, plain(), DoubleFreeCheck.LIST_WALK))),
                new Entry("embedded, aligned", FirmwareEntries::aligned),
                new Entry("embedded, lock-free", FirmwareEntries::lockFree),
                new Entry("embedded, timed",
                        machine -> layered(machine,
                                pool -> new TimedPool(pool, machine.machine.clock(), 5))),
                new Entry("embedded, interrupt", FirmwareEntries::interrupt),
                new Entry("embedded, watched",
                        machine -> layered(machine, pool -> new WatchedPool(pool, now -> {}))),
                new Entry("embedded, multi", FirmwareEntries::multi),
                new Entry("embedded, priority", FirmwareEntries::priority),
                new Entry("embedded, buddy", FirmwareEntries::buddy));
    }

    /// A pool whose free says whether it took the block.
    private abstract static class Refusing implements PoolUnderTest {

        private final int alignment;
        private final List<Integer> sizes;

        Refusing(int alignment, Integer... sizes) {
            this.alignment = alignment;
            this.sizes = List.of(sizes);
        }

        abstract boolean tryFree(long block);

        @Override
        public void free(long block) {
            if (!tryFree(block)) {
                throw new IllegalStateException("0x%x was refused".formatted(block));
            }
        }

        @Override
        public boolean refuses(long address) {
            return !tryFree(address);
        }

        @Override
        public List<Integer> sizes() {
            return sizes;
        }

        @Override
        public int alignment() {
            return alignment;
        }
    }

    /// A pool of the family.
    private static final class Sized extends Refusing {

        private final SizedPool pool;
        private final Runnable close;

        Sized(SizedPool pool, int alignment, Runnable close) {
            super(alignment, pool.blockBytes());
            this.pool = pool;
            this.close = close;
        }

        @Override
        public long alloc(int bytes) {
            return pool.alloc();
        }

        @Override
        boolean tryFree(long block) {
            return pool.free(block);
        }

        @Override
        public long used() {
            return pool.statistics().used();
        }

        @Override
        public void validate() {
            pool.validate();
        }

        @Override
        public void close() {
            close.run();
        }
    }

    private static void requireGood(InitCode code) {
        if (code != InitCode.GOOD) {
            throw new IllegalStateException("init answers " + code);
        }
    }

    private static PoolOptions plain() {
        return PoolOptions.defaults("embedded");
    }

    private static EmbeddedPool opened(PoolMachine machine, PoolOptions options,
            DoubleFreeCheck check) {
        EmbeddedPool pool = new EmbeddedPool(machine.cpu, machine.source, options, check);
        requireGood(EmbeddedPool.init(pool, SIZE, BLOCKS));
        return pool;
    }

    private static PoolUnderTest sized(EmbeddedPool pool) {
        return new Sized(pool, 8, pool::close);
    }

    private static PoolUnderTest withRedZones(PoolMachine machine) {
        return sized(opened(machine, plain().withRedZones(), DoubleFreeCheck.BITMAP));
    }

    private static PoolUnderTest layered(PoolMachine machine,
            Function<SizedPool, SizedPool> layer) {
        EmbeddedPool pool = opened(machine, plain(), DoubleFreeCheck.BITMAP);
        return new Sized(layer.apply(pool), 8, pool::close);
    }

    private static PoolUnderTest interrupt(PoolMachine machine) {
        return layered(machine, pool -> new InterruptPool(pool, new InterruptContext(machine.cpu),
                machine.machine.clock(), machine.machine.log()));
    }

    private static PoolUnderTest aligned(PoolMachine machine) {
        EmbeddedPool pool = new EmbeddedPool(machine.cpu, machine.source,
                PoolOptions.defaults("aligned"));
        requireGood(EmbeddedPool.initAligned(pool, SIZE, BLOCKS, 64, machine.source));
        return new Sized(pool, 64, pool::close);
    }

    private static PoolUnderTest lockFree(PoolMachine machine) {
        LockFreePool pool = Objects.requireNonNull(LockFreePool.create(machine.cpu,
                machine.source, SIZE, BLOCKS, PoolOptions.defaults("lock-free")));
        return new Sized(pool, 8, pool::close);
    }

    private static PoolUnderTest multi(PoolMachine machine) {
        MultiPool pools = new MultiPool(machine.cpu, machine.source,
                PoolOptions.defaults("multi"), true);
        requireGood(pools.init(List.of(new Tier(32, 100), new Tier(128, 60), new Tier(1024, 20))));
        return new Refusing(8, 20, 32, 100, 1000) {

            @Override
            public long alloc(int bytes) {
                return pools.alloc(bytes);
            }

            @Override
            boolean tryFree(long block) {
                return pools.free(block);
            }

            @Override
            public long used() {
                return pools.pools().stream().mapToLong(pool -> pool.statistics().used()).sum();
            }

            @Override
            public void validate() {
                pools.validate();
            }

            @Override
            public void close() {
                pools.close();
            }
        };
    }

    private static PoolUnderTest priority(PoolMachine machine) {
        PriorityPools pools = new PriorityPools(machine.cpu, machine.source,
                PoolOptions.defaults("priority"));
        requireGood(pools.init());
        return new Refusing(8, 32, 128, 1024, 256) {

            @Override
            public long alloc(int bytes) {
                return pools.alloc(PRIORITIES.get(sizes().indexOf(bytes)), bytes);
            }

            @Override
            boolean tryFree(long block) {
                return pools.free(block);
            }

            @Override
            public long used() {
                return -1;
            }

            @Override
            public void validate() {
                pools.validate();
            }

            @Override
            public void close() {
                pools.close();
            }
        };
    }

    private static PoolUnderTest buddy(PoolMachine machine) {
        BuddyPool pool = new BuddyPool(machine.pages, machine.cpu);
        return new Refusing(4096, 100, 5000) {

            @Override
            public long alloc(int bytes) {
                return pool.alloc(bytes);
            }

            @Override
            boolean tryFree(long block) {
                return pool.free(block);
            }

            @Override
            public long used() {
                return pool.used();
            }

            @Override
            public void validate() {
                pool.validate();
            }

            @Override
            public void close() {
                pool.close();
            }
        };
    }

    /// On a buffer of pages, which go back when the pool is closed.
    private static PoolUnderTest rtos(PoolMachine machine) {
        Mynewt os = new Mynewt(machine.machine);
        OsMempool pool = new OsMempool();
        long bytes = os.OS_MEMPOOL_BYTES(BLOCKS, SIZE);
        long membuf = machine.source.take(machine.cpu, bytes);
        if (os.os_mempool_init(pool, BLOCKS, SIZE, membuf, "rtos") != OsError.OS_OK) {
            throw new IllegalStateException("not initialised: " + pool);
        }
        return new Refusing(Mynewt.OS_ALIGNMENT, SIZE) {

            @Override
            public long alloc(int size) {
                return os.os_memblock_get(pool);
            }

            @Override
            boolean tryFree(long block) {
                return os.os_memblock_put(pool, block) == OsError.OS_OK;
            }

            @Override
            public long used() {
                return (long) pool.numBlocks() - pool.numFree();
            }

            @Override
            public void validate() {
                pool.validate();
            }

            @Override
            public void close() {
                if (os.os_mempool_unregister(pool) == OsError.OS_OK) {
                    machine.source.giveBack(machine.cpu, membuf, bytes);
                }
            }
        };
    }

    private static PoolUnderTest dma(PoolMachine machine, boolean poisons) {
        DmaPool pool = DmaPool.create(machine.pages, PoolOptions.defaults("dma"), SIZE, 8, 512,
                poisons);
        return new PoolUnderTest() {

            @Override
            public long alloc(int bytes) {
                return pool.alloc(machine.cpu, QUIET);
            }

            @Override
            public void free(long block) {
                pool.free(block, DmaPool.busAddressOf(block));
            }

            @Override
            public List<Integer> sizes() {
                return List.of(SIZE);
            }

            @Override
            public int alignment() {
                return 8;
            }

            @Override
            public long used() {
                return pool.statistics().used();
            }

            @Override
            public void validate() {
                pool.validate();
            }

            // A device may still use its blocks: first they are freed.
            @Override
            public void close() {
                pool.live().forEach(block -> free(block.address()));
                pool.close();
            }
        };
    }
}
