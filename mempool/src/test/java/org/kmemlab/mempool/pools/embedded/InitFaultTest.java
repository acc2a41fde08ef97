package org.kmemlab.mempool.pools.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.function.Function;

import org.junit.jupiter.api.Test;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.Machine;
import org.kmemlab.mempool.pools.PoolMachine;
import org.kmemlab.mempool.pools.PoolOptions;
import org.kmemlab.mempool.pools.RegionSource;
import org.kmemlab.mempool.pools.embedded.MultiPool.Tier;

/// Initialisation with its first, second, ... region missing, until none is missed. If it failed, a
/// pool that could not be had in full would keep a part of its memory.
class InitFaultTest {

    /// Has no memory at the `n`-th time.
    private static final class FailingSource implements RegionSource {

        private final RegionSource source;
        private final int failNth;
        private int calls;

        FailingSource(RegionSource source, int failNth) {
            this.source = source;
            this.failNth = failNth;
        }

        @Override
        public Machine machine() {
            return source.machine();
        }

        @Override
        public long take(Cpu cpu, long bytes) {
            calls++;
            return calls == failNth ? 0 : source.take(cpu, bytes);
        }

        @Override
        public void giveBack(Cpu cpu, long address, long bytes) {
            source.giveBack(cpu, address, bytes);
        }

        @Override
        public long heldBytes(long bytes) {
            return source.heldBytes(bytes);
        }

        @Override
        public String description() {
            return "failing " + source.description();
        }
    }

    /// A pool that was asked for its memory.
    private record Attempt(InitCode code, Runnable close) {}

    private static void sweep(int regions, InitCode[] codes,
            Function<FailingSource, Attempt> init) {
        for (int failNth = 1; failNth <= regions + 1; failNth++) {
            try (PoolMachine machine = new PoolMachine()) {
                FailingSource source = new FailingSource(machine.source, failNth);

                Attempt attempt = init.apply(source);

                assertThat(attempt.code).as("region %d fails", failNth)
                        .isEqualTo(failNth > regions ? InitCode.GOOD : codes[failNth - 1]);
                assertThat(machine.pagesHeld() == 0).isEqualTo(failNth <= regions);
                attempt.close.run();
            }
        }
    }

    @Test
    void multiPool_anyTierWithoutMemory_keepsNone() {
        InitCode[] codes = {InitCode.NO_MEMORY, InitCode.NO_MEMORY, InitCode.NO_MEMORY};

        sweep(3, codes, source -> {
            MultiPool pools = new MultiPool(source.machine().cpu(0), source,
                    PoolOptions.defaults("multi"), false);
            InitCode code = pools
                    .init(List.of(new Tier(32, 64), new Tier(128, 64), new Tier(1024, 8)));
            return new Attempt(code, pools::close);
        });
    }

    @Test
    void alignedPool_blocksOrListWithoutMemory_keepsNone() {
        InitCode[] codes = {InitCode.NO_MEMORY, InitCode.NO_LIST_MEMORY};

        sweep(2, codes, source -> {
            EmbeddedPool pool = new EmbeddedPool(source.machine().cpu(0), source,
                    PoolOptions.defaults("aligned"));
            InitCode code = EmbeddedPool.initAligned(pool, 64, 100, 64, source);
            return new Attempt(code, pool::close);
        });
    }

    @Test
    void priorityPools_anyWithoutMemory_keepNone() {
        InitCode[] codes = {InitCode.NO_MEMORY, InitCode.NO_MEMORY, InitCode.NO_MEMORY,
            InitCode.NO_MEMORY};

        sweep(4, codes, source -> {
            PriorityPools pools = new PriorityPools(source.machine().cpu(0), source,
                    PoolOptions.defaults("priority"));
            return new Attempt(pools.init(), pools::close);
        });
    }
}
