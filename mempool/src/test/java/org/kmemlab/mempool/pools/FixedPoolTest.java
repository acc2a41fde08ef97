package org.kmemlab.mempool.pools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.kmemlab.mempool.pools.PoolMisuseException.Misuse.DOUBLE_FREE;
import static org.kmemlab.mempool.pools.PoolMisuseException.Misuse.FOREIGN_ADDRESS;
import static org.kmemlab.mempool.pools.PoolMisuseException.Misuse.INTERIOR_POINTER;
import static org.kmemlab.mempool.pools.PoolMisuseException.Misuse.OVERRUN;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kmemlab.buddy.GfpFlags;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.MachineConfig;
import org.kmemlab.machine.MemoryKind;
import org.kmemlab.machine.Task;
import org.kmemlab.mempool.pools.PoolMisuseException.Misuse;
import org.kmemlab.slab.KmemCache;
import org.kmemlab.slab.KmemCacheArgs;
import org.kmemlab.slab.SlabAllocator;

/// The fixed-size pool would not hold its count, not take constant steps, or believe a wrong
/// pointer.
class FixedPoolTest {

    private static final int COUNT = 10;
    private static final int BYTES = 24;
    private static final PoolOptions PLAIN = PoolOptions.defaults("fixed");

    private final PoolMachine fixture = new PoolMachine();

    private FixedPool pool(int count, int bytes, PoolOptions options) {
        return Objects.requireNonNull(
                FixedPool.create(fixture.cpu, fixture.source, count, bytes, options));
    }

    private List<Long> fill(FixedPool pool) {
        List<Long> blocks = new ArrayList<>();
        for (long block = pool.alloc(fixture.cpu); block != 0; block = pool.alloc(fixture.cpu)) {
            blocks.add(block);
        }
        return blocks;
    }

    private void refused(FixedPool pool, long address, Misuse misuse) {
        PoolStatistics before = pool.statistics();

        assertThatThrownBy(() -> pool.free(address))
                .isInstanceOfSatisfying(PoolMisuseException.class, refusal -> {
                    assertThat(refusal.misuse()).isEqualTo(misuse);
                    assertThat(refusal.address()).isEqualTo(address);
                    assertThat(refusal).hasMessageContaining("pool 'fixed'")
                            .hasMessageContaining("0x" + Long.toHexString(address));
                });

        assertThat(pool.statistics().used()).isEqualTo(before.used());
        assertThat(pool.statistics().frees()).isEqualTo(before.frees());
    }

    @AfterEach
    void nothingIsLeft() {
        fixture.close();
    }

    @Test
    void alloc_asOftenAsCount_thenNothing() {
        try (FixedPool pool = pool(COUNT, BYTES, PLAIN)) {
            List<Long> blocks = fill(pool);

            assertThat(blocks).hasSize(COUNT).doesNotHaveDuplicates();
            assertThat(pool.statistics())
                    .isEqualTo(new PoolStatistics(COUNT, COUNT, COUNT, COUNT, 0, 1, COUNT + 2, 2));
            pool.validate();
            blocks.forEach(pool::free);
            assertThat(pool.statistics().free()).isEqualTo(COUNT);
            assertThat(pool.statistics().peak()).isEqualTo(COUNT);
            pool.validate();
        }
    }

    /// The last block freed is the warmest one.
    @Test
    void alloc_afterFree_givesTheLastFreed() {
        try (FixedPool pool = pool(COUNT, BYTES, PLAIN)) {
            long first = pool.alloc(fixture.cpu);
            long second = pool.alloc(fixture.cpu);
            assertThat(second).isEqualTo(first + BYTES);
            pool.free(second);
            pool.free(first);

            assertThat(pool.alloc(fixture.cpu)).isEqualTo(first);
            assertThat(pool.alloc(fixture.cpu)).isEqualTo(second);
            pool.free(first);
            pool.free(second);
        }
    }

    /// An operation would get dearer as the pool fills, or as it gets larger.
    @ParameterizedTest
    @ValueSource(ints = {2, 10, 1_000, 20_000})
    void steps_anyCountAndFill_areTheSame(int count) {
        try (FixedPool pool = pool(count, BYTES, PLAIN)) {
            List<Long> blocks = fill(pool);
            blocks.forEach(pool::free);
            List<Long> again = fill(pool);
            again.forEach(pool::free);

            assertThat(pool.statistics().stepsMax()).isEqualTo(3);
            pool.validate();
        }
    }

    /// A block costs its padding and its red zones, and one bit.
    @ParameterizedTest
    @CsvSource({"24, 8, false, 0", "20, 8, false, 4", "1, 8, false, 7", "24, 64, false, 40",
        "24, 8, true, 16", "20, 16, true, 28"})
    void footprint_matchesTheFormula(int bytes, int alignment, boolean red, int overhead) {
        PoolOptions aligned = PLAIN.withAlignment(alignment);
        try (FixedPool pool = pool(COUNT, bytes, red ? aligned.withRedZones() : aligned)) {
            long block = pool.alloc(fixture.cpu);
            PoolFootprint footprint = pool.footprint();

            assertThat(block % alignment).isZero();
            assertThat(footprint.overheadPerBlock()).isEqualTo(overhead);
            assertThat(footprint.heldBytes()).isEqualTo(4096);
            assertThat(footprint.usableBytes()).isEqualTo(bytes);
            assertThat(footprint.metadataBytes()).isEqualTo(Long.BYTES + (red ? COUNT * 16 : 0));
            pool.free(block);
        }
    }

    @Test
    void free_badPointers_areRefusedByName() {
        try (FixedPool pool = pool(COUNT, BYTES, PLAIN); FixedPool other = pool(1, BYTES, PLAIN)) {
            long block = pool.alloc(fixture.cpu);
            long foreign = other.alloc(fixture.cpu);
            assertThat(pool.stateOf(block)).isEqualTo(BlockState.IN_USE);

            pool.free(0);
            refused(pool, block + 1, INTERIOR_POINTER);
            refused(pool, block + BYTES - 1, INTERIOR_POINTER);
            refused(pool, block + BYTES, DOUBLE_FREE);
            refused(pool, block - 1, FOREIGN_ADDRESS);
            refused(pool, block + COUNT * BYTES, FOREIGN_ADDRESS);
            refused(pool, foreign, FOREIGN_ADDRESS);
            refused(pool, 8, FOREIGN_ADDRESS);
            refused(pool, -1, FOREIGN_ADDRESS);
            pool.validate();
            pool.free(block);
            refused(pool, block, DOUBLE_FREE);
            pool.validate();
            assertThat(pool.stateOf(block)).isEqualTo(BlockState.FREE);
            assertThat(pool.stateOf(block + 1)).isEqualTo(BlockState.INTERIOR);
            assertThat(pool.stateOf(foreign)).isEqualTo(BlockState.FOREIGN);
            other.free(foreign);
        }
    }

    /// Only the owner's bytes may be written; the byte before and the byte behind are not.
    @ParameterizedTest
    @ValueSource(ints = {-1, -8, BYTES, BYTES + 7})
    void free_overrunBlock_isRefusedUntilRepaired(int offset) {
        try (FixedPool pool = pool(COUNT, BYTES, PLAIN.withRedZones())) {
            long block = pool.alloc(fixture.cpu);
            fixture.memory().fill(block, BYTES, (byte) 1);
            pool.validate();
            fixture.memory().putByte(block + offset, (byte) 1);

            refused(pool, block, OVERRUN);
            assertThatThrownBy(pool::validate).isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("I4");

            fixture.memory().putByte(block + offset, RedZones.ACTIVE);
            pool.validate();
            pool.free(block);
            pool.validate();
        }
    }

    /// A write to a freed block would lead the next allocations out of the pool.
    @Test
    void alloc_linkOverwritten_isRefused() {
        try (FixedPool pool = pool(COUNT, BYTES, PLAIN)) {
            long block = pool.alloc(fixture.cpu);
            pool.free(block);
            fixture.memory().putLong(block, 0x1234);

            assertThatThrownBy(() -> pool.alloc(fixture.cpu))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("links to 0x1234");
            assertThatThrownBy(pool::validate).isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("I1");
            assertThat(pool.statistics().used()).isZero();

            fixture.memory().putLong(block, 0);
            pool.validate();
        }
    }

    @Test
    void create_badNumbers_areRefused() {
        for (int bad : new int[] {0, -1, Integer.MIN_VALUE}) {
            assertThatThrownBy(() -> pool(bad, BYTES, PLAIN))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(bad + " blocks");
            assertThatThrownBy(() -> pool(COUNT, bad, PLAIN))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("blocks of " + bad);
        }
        assertThatThrownBy(() -> PLAIN.withAlignment(12))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("12");
    }

    @Test
    void create_noMemory_givesNothing() {
        assertThat(FixedPool.create(fixture.cpu, fixture.source, 1 << 20, 4096, PLAIN)).isNull();
        assertThat(FixedPool.create(fixture.cpu, fixture.source, 2, Integer.MAX_VALUE / 2, PLAIN))
                .isNull();
    }

    @Test
    void create_withoutBytes_isRefused() {
        try (PoolMachine bare = new PoolMachine(
                MachineConfig.ofMebibytes(16).withMemory(MemoryKind.METADATA_ONLY))) {
            assertThatThrownBy(
                    () -> FixedPool.create(bare.cpu, bare.source, COUNT, BYTES, PLAIN))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("METADATA_ONLY");
        }
    }

    /// A pool on a caller's buffer takes exactly its range, and a misaligned one is refused.
    @Test
    void create_onABuffer_usesExactlyIt() {
        long page = fixture.source.take(fixture.cpu, 4096);
        RegionSource exact = RegionSource.ofBuffer(fixture.machine, page + 64, COUNT * BYTES);
        RegionSource odd = RegionSource.ofBuffer(fixture.machine, page + 4, COUNT * BYTES);
        RegionSource small = RegionSource.ofBuffer(fixture.machine, page, COUNT * BYTES - 1);

        assertThatThrownBy(() -> FixedPool.create(fixture.cpu, odd, COUNT, BYTES, PLAIN))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("aligned");
        assertThat(FixedPool.create(fixture.cpu, small, COUNT, BYTES, PLAIN)).isNull();
        for (int round = 0; round < 2; round++) {
            try (FixedPool pool = Objects.requireNonNull(
                    FixedPool.create(fixture.cpu, exact, COUNT, BYTES, PLAIN))) {
                assertThat(FixedPool.create(fixture.cpu, exact, 1, BYTES, PLAIN))
                        .as("two pools on one buffer").isNull();
                List<Long> blocks = fill(pool);
                assertThat(blocks.getFirst()).isEqualTo(page + 64);
                assertThat(blocks.getLast()).isEqualTo(page + 64 + (COUNT - 1) * BYTES);
                blocks.forEach(pool::free);
            }
        }
        fixture.source.giveBack(fixture.cpu, page, 4096);
    }

    @Test
    void buffer_thatIsNoMemory_isRefused() {
        long end = fixture.memory().addressOf(fixture.memory().endPfn());
        for (long[] bad : new long[][] {{0, 100}, {end - 50, 100}, {end - 100, 0}, {-1, 1}}) {
            assertThatThrownBy(() -> RegionSource.ofBuffer(fixture.machine, bad[0], bad[1]))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("a buffer of " + bad[1]);
        }
    }

    @Test
    void create_onAnObjectOfACache_takesOneObject() {
        SlabAllocator slab = new SlabAllocator(fixture.pages);
        KmemCache cache = slab.createCache(KmemCacheArgs.of("pool_region", 512));
        RegionSource objects = RegionSource.ofCache(slab, cache, GfpFlags.GFP_KERNEL);
        long cachePages = fixture.pagesHeld();

        assertThat(FixedPool.create(fixture.cpu, objects, 22, BYTES, PLAIN)).isNull();
        try (FixedPool pool = Objects.requireNonNull(
                FixedPool.create(fixture.cpu, objects, 21, BYTES, PLAIN))) {
            assertThat(fill(pool)).hasSize(21);
            assertThat(cache.snapshot().allocatedObjects()).isEqualTo(1);
        }
        assertThat(cache.snapshot().allocatedObjects()).isZero();
        assertThat(fixture.pagesHeld()).isGreaterThan(cachePages);
        assertThat(cache.destroy()).isTrue();
        fixture.rebase();
    }

    /// The report would not say who leaked.
    @Test
    void close_blocksInUse_areNamedOnceWithTheirSite() {
        FixedPool pool = pool(COUNT, BYTES, PLAIN.withSites());
        fixture.cpu.run(new Task("leaker", 7));
        long leak = pool.alloc(fixture.cpu);
        pool.free(pool.alloc(fixture.cpu));

        assertThat(pool.live()).singleElement().satisfies(block -> {
            assertThat(block.address()).isEqualTo(leak);
            assertThat(block.owner()).isEqualTo("PID: 7 Comm: leaker");
            assertThat(block.site().getFirst()).startsWith(FixedPoolTest.class.getName()
                    + ".close_blocksInUse_areNamedOnceWithTheirSite");
        });
        pool.close();

        assertThat(fixture.log()).filteredOn(line -> line.contains("allocated by")).singleElement()
                .asString().contains("24 bytes at 0x" + Long.toHexString(leak))
                .contains("leaker").contains("close_blocksInUse_areNamedOnceWithTheirSite");
    }

    @Test
    void close_twice_isHarmlessAndEndsAllUse() {
        FixedPool pool = pool(COUNT, BYTES, PLAIN);
        long block = pool.alloc(fixture.cpu);
        pool.close();
        assertThat(fixture.log())
                .containsOnlyOnce("pool 'fixed': closed with 1 blocks in use");

        pool.close();

        assertThatThrownBy(() -> pool.alloc(fixture.cpu)).isInstanceOf(IllegalStateException.class)
                .hasMessage("pool 'fixed' is closed");
        assertThatThrownBy(() -> pool.free(block)).isInstanceOf(IllegalStateException.class);
        assertThat(pool.stateOf(block)).isEqualTo(BlockState.FOREIGN);
        pool.validate();
    }

    /// The principle of every pool: get memory, divide it, keep lists, give out, take back.
    @Test
    void events_ofALife_comeInOrder() {
        List<String> happened = new ArrayList<>();
        PoolOptions watched = PLAIN
                .withEvents((event, address, number) -> happened.add(event + " " + number));
        try (FixedPool pool = pool(2, BYTES, watched)) {
            long block = pool.alloc(fixture.cpu);
            pool.free(block);
            assertThat(pool.alloc(fixture.cpu)).isEqualTo(block);
            pool.free(block);
        }

        assertThat(happened).containsExactly("REGION 48", "DIVIDE 2", "ALLOC_FRESH 1", "FREE 1",
                "ALLOC_LISTED 0", "FREE 1", "RELEASE 48");
    }

    /// Pools of one program would need a lock each.
    @Test
    void locks_ownOrShared_areCounted() {
        PoolLocks own = PoolLocks.own();
        PoolLocks shared = PoolLocks.own().shared();
        for (PoolLocks locks : List.of(own, shared, PoolLocks.none())) {
            for (int i = 0; i < 3; i++) {
                try (FixedPool pool = pool(COUNT, BYTES, PLAIN.withLocks(locks))) {
                    pool.free(pool.alloc(fixture.cpu));
                    pool.validate();
                }
            }
        }

        assertThat(own.made()).isEqualTo(3);
        assertThat(shared.made()).isEqualTo(1);
        assertThat(own.acquisitions()).isEqualTo(shared.acquisitions()).isGreaterThan(6);
    }

    /// A lock of simulated tasks, as a scheduler would make it: whoever meets another holder would
    /// wait.
    private static final class TaskLock implements PoolLock {

        private final Cpu cpu;
        private Task holder;
        private int depth;

        TaskLock(Cpu cpu) {
            this.cpu = cpu;
        }

        @Override
        public void lock() {
            if (depth > 0 && holder != cpu.task()) {
                throw new IllegalStateException(
                        cpu.task().comm() + " would wait for " + holder.comm());
            }
            holder = cpu.task();
            depth++;
        }

        @Override
        public void unlock() {
            depth--;
        }
    }

    /// A task would come in between while another one is at work, and find half-done lists.
    @Test
    void locks_ofAScheduler_keepOtherTasksOut() {
        Task first = new Task("first", 1);
        Task second = new Task("second", 2);
        List<FixedPool> reached = new ArrayList<>();
        List<String> refusals = new ArrayList<>();
        PoolEvents switchTasks = (event, address, number) -> {
            fixture.cpu.run(second);
            for (FixedPool pool : reached) {
                try {
                    refusals.add("served: " + pool.alloc(fixture.cpu));
                } catch (IllegalStateException waits) {
                    refusals.add(waits.getMessage());
                }
            }
            fixture.cpu.run(first);
        };
        PoolLocks locks = PoolLocks.of(() -> new TaskLock(fixture.cpu));
        fixture.cpu.run(first);
        try (FixedPool pool = pool(COUNT, BYTES, PLAIN.withLocks(locks).withEvents(switchTasks))) {
            reached.add(pool);
            long block = pool.alloc(fixture.cpu);
            reached.clear();

            assertThat(refusals).containsExactly("second would wait for first");
            assertThat(pool.statistics().used()).isEqualTo(1);
            pool.free(block);
            pool.validate();
        }
    }
}
