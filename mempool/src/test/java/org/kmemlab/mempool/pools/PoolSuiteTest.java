package org.kmemlab.mempool.pools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.kmemlab.machine.MachineConfig;
import org.kmemlab.mempool.pools.PoolEntries.Entry;

/// What every pool must do, whoever thought of it: give out blocks that do not overlap, keep their
/// contents, say when there are none, and give everything back. A pool that fails here is none.
class PoolSuiteTest {

    private static final String ALL = "org.kmemlab.mempool.pools.PoolEntries#all";
    private static final int BLOCKS = 200;
    private static final int STEPS = 3_000;
    private static final long SEED = Long.getLong("kmemlab.seed", 20_261_121L);

    /// A pool on a machine of its own; the end of a test finds what it did not give back.
    private interface Body {
        void run(PoolUnderTest pool, BlockModel model);
    }

    private static void with(Entry entry, Body body) {
        try (PoolMachine machine = new PoolMachine(MachineConfig.ofMebibytes(4))) {
            try (PoolUnderTest pool = entry.open().apply(machine)) {
                BlockModel model = new BlockModel(pool, machine.memory());
                body.run(pool, model);
                model.check();
            }
        }
    }

    private static void take(PoolUnderTest pool, BlockModel model) {
        for (int i = 0; i < BLOCKS; i++) {
            if (!model.alloc(pool.sizes().get(i % pool.sizes().size()))) {
                return;
            }
        }
    }

    /// Two owners would share bytes, or a block would change while it is held.
    @ParameterizedTest
    @MethodSource(ALL)
    void blocks_areAlignedApartAndKeepTheirContents(Entry entry) {
        with(entry, (pool, model) -> {
            take(pool, model);
            model.check();
            assertThat(model.blocks()).hasSizeGreaterThan(1);
            model.freeAll();
        });
    }

    /// A full pool would throw, spin, or never serve again.
    @ParameterizedTest
    @MethodSource(ALL)
    void exhausted_givesNothingUntilBlocksComeBack(Entry entry) {
        with(entry, (pool, model) -> {
            List<Integer> smallestLast = new ArrayList<>(pool.sizes());
            Collections.sort(smallestLast, Collections.reverseOrder());
            smallestLast.forEach(size -> model.fill(List.of(size)));
            model.check();
            int full = model.blocks().size();
            assertThat(model.alloc(smallestLast.getLast())).isFalse();
            model.check();

            model.freeAll();
            model.check();
            smallestLast.forEach(size -> model.fill(List.of(size)));
            // Pools of several sizes keep some memory for the size that used it.
            assertThat(model.blocks().size()).as("blocks of a pool that was emptied")
                    .isCloseTo(full, within(pool.sizes().size() == 1 ? 0 : full / 10));
            model.freeAll();
        });
    }

    /// Closing would forget what is in use, and leak its pages.
    @ParameterizedTest
    @MethodSource(ALL)
    void close_blocksInUse_givesAllMemoryBack(Entry entry) {
        with(entry, PoolSuiteTest::take);
    }

    @ParameterizedTest
    @MethodSource(ALL)
    void close_twice_isHarmless(Entry entry) {
        with(entry, (pool, model) -> {
            take(pool, model);
            model.freeAll();
            pool.close();
        });
    }

    /// The pools that take blocks back one by one.
    static Stream<Entry> freeing() {
        return PoolEntries.all().filter(entry -> {
            try (PoolMachine machine = new PoolMachine(MachineConfig.ofMebibytes(4));
                    PoolUnderTest pool = entry.open().apply(machine)) {
                return pool.freesSingly();
            }
        });
    }

    /// A wrong pointer would corrupt the pool.
    @ParameterizedTest
    @MethodSource("freeing")
    void free_badPointers_areRefusedAndChangeNothing(Entry entry) {
        with(entry, (pool, model) -> {
            take(pool, model);
            long block = model.blocks().getFirst();
            for (long bad : new long[] {block + 1, block + 2, 16, -1}) {
                assertThat(pool.refuses(bad)).as("0x%x", bad).isTrue();
                model.check();
            }

            model.free(block);
            assertThat(pool.refuses(block)).as("freed before: 0x%x", block).isTrue();
            model.check();
            model.freeAll();
        });
    }

    /// Some order of requests would break what each of them alone does not.
    @ParameterizedTest
    @MethodSource(ALL)
    void randomRequests_agreeWithTheModel(Entry entry) {
        for (long seed = SEED; seed < SEED + 3; seed++) {
            long current = seed;
            try {
                with(entry, (pool, model) -> play(pool, model, new SplittableRandom(current)));
            } catch (AssertionError | RuntimeException failure) {
                throw new AssertionError("pool %s with seed %d; replay with -Dkmemlab.seed=%d"
                        .formatted(entry, current, current), failure);
            }
        }
    }

    private static void play(PoolUnderTest pool, BlockModel model, SplittableRandom random) {
        for (int step = 0; step < STEPS; step++) {
            // The share of frees swings, so that the pool fills and empties several times.
            boolean shrinks = step / 500 % 2 == 1;
            boolean frees = random.nextInt(100) < (shrinks ? 65 : 35);
            List<Long> blocks = model.blocks();
            if (!frees || blocks.isEmpty()) {
                boolean _ = model.alloc(pool.sizes().get(random.nextInt(pool.sizes().size())));
            } else if (pool.freesSingly()) {
                model.free(blocks.get(random.nextInt(blocks.size())));
            } else if (random.nextInt(50) == 0) {
                model.freeAll();
            }
            if (step % 100 == 0) {
                model.check();
            }
        }
        model.freeAll();
    }
}
