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
import org.junit.jupiter.params.provider.ValueSource;
import org.kmemlab.machine.MachineConfig;
import org.kmemlab.machine.MemoryKind;
import org.kmemlab.mempool.pools.PoolMisuseException.Misuse;

/// The dynamic-size pool would not serve several sizes, not merge what comes back, or believe a
/// wrong pointer.
class DynamicPoolTest {

    private static final int BYTES = 16_384;
    private static final PoolOptions PLAIN = PoolOptions.defaults("dynamic");

    private final PoolMachine fixture = new PoolMachine();

    private DynamicPool pool(long bytes, PoolOptions options) {
        return Objects.requireNonNull(
                DynamicPool.create(fixture.cpu, fixture.source, bytes, options));
    }

    private static void refused(DynamicPool pool, long address, Misuse misuse) {
        long used = pool.statistics().used();

        assertThatThrownBy(() -> pool.free(address))
                .isInstanceOfSatisfying(PoolMisuseException.class, refusal -> {
                    assertThat(refusal.misuse()).isEqualTo(misuse);
                    assertThat(refusal.address()).isEqualTo(address);
                });

        assertThat(pool.statistics().used()).isEqualTo(used);
    }

    @AfterEach
    void nothingIsLeft() {
        fixture.close();
    }

    /// Two sizes would need two pools.
    @Test
    void alloc_56And72Bytes_comeFromOnePool() {
        try (DynamicPool pool = pool(BYTES, PLAIN)) {
            List<Long> blocks = new ArrayList<>();
            long asked = 0;
            int size = 56;
            for (long block = pool.alloc(fixture.cpu, size); block != 0; block =
                    pool.alloc(fixture.cpu, size)) {
                blocks.add(block);
                asked += size;
                size = 56 + 72 - size;
            }

            // A pair takes 56 + 8 and 72 + 8 bytes, and there is room for half of one more.
            assertThat(blocks).hasSize(2 * (BYTES / 144) + 1);
            assertThat(asked).isLessThanOrEqualTo(BYTES);
            assertThat(pool.footprint().heldBytes()).isEqualTo(BYTES);
            assertThat(pool.footprint().usableBytes()).isEqualTo(asked);
            assertThat(pool.footprint().overheadPerBlock()).isEqualTo(8);
            pool.validate();
            blocks.forEach(pool::free);
            pool.validate();
        }
    }

    /// The pool would crumble: each order of giving back must end in one piece.
    @Test
    void free_inAnyOrder_mergesToOnePiece() {
        int[][] orders = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
        try (DynamicPool pool = pool(BYTES, PLAIN)) {
            long whole = pool.largestFreeBytes();
            for (int[] order : orders) {
                long[] blocks = {pool.alloc(fixture.cpu, 56), pool.alloc(fixture.cpu, 72),
                    pool.alloc(fixture.cpu, 500)};
                assertThat(pool.largestFreeBytes()).isEqualTo(whole - 64 - 80 - 512);
                for (int index : order) {
                    pool.free(blocks[index]);
                    pool.validate();
                }

                assertThat(pool.largestFreeBytes()).isEqualTo(whole);
                assertThat(pool.freeBytes()).isEqualTo(whole);
                assertThat(pool.statistics().total()).as("pieces").isEqualTo(1);
            }
        }
    }

    /// Free bytes that lie apart serve no large request: that is what fragmentation means.
    @Test
    void alloc_freeBytesScattered_fails() {
        try (DynamicPool pool = pool(BYTES, PLAIN)) {
            List<Long> blocks = new ArrayList<>();
            for (long block = pool.alloc(fixture.cpu, 120); block != 0; block =
                    pool.alloc(fixture.cpu, 120)) {
                blocks.add(block);
            }
            for (int i = 0; i < blocks.size(); i += 2) {
                pool.free(blocks.get(i));
            }

            assertThat(pool.freeBytes()).isGreaterThan(BYTES / 2 - 512);
            assertThat(pool.largestFreeBytes()).isLessThan(300);
            assertThat(pool.alloc(fixture.cpu, 1000)).isZero();
            assertThat(pool.alloc(fixture.cpu, 120)).isNotZero();
            assertThat(pool.statistics().failures()).isEqualTo(2);
            pool.validate();
        }
    }

    @Test
    void free_badPointers_areRefusedByName() {
        try (DynamicPool pool = pool(BYTES, PLAIN); DynamicPool other = pool(BYTES, PLAIN)) {
            long first = pool.alloc(fixture.cpu, 100);
            long second = pool.alloc(fixture.cpu, 100);
            long foreign = other.alloc(fixture.cpu, 100);

            pool.free(0);
            refused(pool, first + 8, INTERIOR_POINTER);
            refused(pool, first - 8, INTERIOR_POINTER);
            refused(pool, first + 1, INTERIOR_POINTER);
            refused(pool, foreign, FOREIGN_ADDRESS);
            refused(pool, 16, FOREIGN_ADDRESS);
            pool.free(first);
            refused(pool, first, DOUBLE_FREE);
            pool.validate();
            pool.free(second);
            refused(pool, second, INTERIOR_POINTER);
            assertThat(pool.stateOf(second)).isEqualTo(BlockState.INTERIOR);
            assertThat(pool.stateOf(foreign)).isEqualTo(BlockState.FOREIGN);
            pool.validate();
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, Long.MIN_VALUE})
    void alloc_noSize_isRefused(long bytes) {
        try (DynamicPool pool = pool(BYTES, PLAIN)) {
            assertThatThrownBy(() -> pool.alloc(fixture.cpu, bytes))
                    .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("" + bytes);
            pool.validate();
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {BYTES, Integer.MAX_VALUE, Long.MAX_VALUE})
    void alloc_moreThanThereIs_givesNothing(long bytes) {
        try (DynamicPool pool = pool(BYTES, PLAIN)) {
            assertThat(pool.alloc(fixture.cpu, bytes)).isZero();
            pool.validate();
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, 39, 1L << 31})
    void create_badTotal_isRefused(long bytes) {
        assertThatThrownBy(() -> pool(bytes, PLAIN)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("a pool of " + bytes);
    }

    @Test
    void create_noMemoryOrNoBytes_givesNothing() {
        assertThat(DynamicPool.create(fixture.cpu, fixture.source, 5 << 20, PLAIN)).isNull();
        try (PoolMachine bare = new PoolMachine(
                MachineConfig.ofMebibytes(16).withMemory(MemoryKind.METADATA_ONLY))) {
            assertThatThrownBy(() -> DynamicPool.create(bare.cpu, bare.source, BYTES, PLAIN))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("METADATA_ONLY");
        }
    }

    /// A pool on a buffer that starts anywhere still aligns its blocks, and stays inside.
    @ParameterizedTest
    @ValueSource(ints = {0, 4, 60, 1})
    void create_onAMisalignedBuffer_alignsBlocks(int offset) {
        long page = fixture.source.take(fixture.cpu, 4096);
        RegionSource odd = RegionSource.ofBuffer(fixture.machine, page + offset, 1000);
        fixture.memory().fill(page, 4096, (byte) 0x55);
        try (DynamicPool pool = Objects.requireNonNull(DynamicPool.create(fixture.cpu, odd, 1000,
                PLAIN.withAlignment(64)))) {
            for (long block = pool.alloc(fixture.cpu, 50); block != 0; block =
                    pool.alloc(fixture.cpu, 50)) {
                assertThat(block % 64).isZero();
                assertThat(block).isBetween(page + offset, page + offset + 950);
                fixture.memory().fill(block, 50, (byte) 1);
            }
            pool.validate();
        }
        for (int i = 0; i < 4096; i++) {
            if (i < offset || i >= offset + 1000) {
                assertThat(fixture.memory().getByte(page + i)).isEqualTo((byte) 0x55);
            }
        }
        fixture.source.giveBack(fixture.cpu, page, 4096);
    }

    /// A byte too many would damage the next block's header unnoticed.
    @ParameterizedTest
    @ValueSource(ints = {100, 101, 110, -1, -8})
    void free_overrunBlock_isRefusedUntilRepaired(int offset) {
        try (DynamicPool pool = pool(BYTES, PLAIN.withRedZones())) {
            long block = pool.alloc(fixture.cpu, 100);
            assertThat(pool.usableSize(block)).isEqualTo(100);
            fixture.memory().putByte(block + offset, (byte) 1);

            refused(pool, block, OVERRUN);
            assertThatThrownBy(pool::validate).isInstanceOf(IllegalStateException.class);

            fixture.memory().putByte(block + offset, RedZones.ACTIVE);
            pool.validate();
            pool.free(block);
        }
    }

    /// Without red zones the header of the next block tells.
    @Test
    void free_headerOverwritten_isRefused() {
        try (DynamicPool pool = pool(BYTES, PLAIN)) {
            long first = pool.alloc(fixture.cpu, 56);
            long second = pool.alloc(fixture.cpu, 56);
            long header = fixture.memory().getLong(first + 56);
            fixture.memory().putLong(first + 56, 0x4141_4141_4141_4141L);

            refused(pool, second, OVERRUN);
            assertThatThrownBy(pool::validate).isInstanceOf(IllegalStateException.class);

            fixture.memory().putLong(first + 56, header);
            pool.free(second);
            pool.free(first);
            pool.validate();
        }
    }

    /// Writing to freed memory would lead the pool astray.
    @ParameterizedTest
    @ValueSource(ints = {0, 8, 48})
    void useAfterFree_isFoundAtTheNextUse(int offset) {
        try (DynamicPool pool = pool(BYTES, PLAIN)) {
            long block = pool.alloc(fixture.cpu, 56);
            long neighbour = pool.alloc(fixture.cpu, 56);
            pool.free(block);
            long kept = fixture.memory().getLong(block + offset);
            fixture.memory().putLong(block + offset, 0x1234_5678);

            assertThatThrownBy(() -> pool.free(neighbour))
                    .isInstanceOf(IllegalStateException.class).hasMessageContaining("wrote");
            assertThatThrownBy(pool::validate).isInstanceOf(IllegalStateException.class);

            fixture.memory().putLong(block + offset, kept);
            pool.free(neighbour);
            pool.validate();
        }
    }

    @Test
    void close_blocksInUse_areNamedAndTwiceIsHarmless() {
        DynamicPool pool = pool(BYTES, PLAIN.withSites());
        long leak = pool.alloc(fixture.cpu, 77);
        assertThat(pool.live()).singleElement()
                .matches(block -> block.address() == leak && block.bytes() == 77);

        pool.close();
        pool.close();

        assertThat(fixture.log()).filteredOn(line -> line.contains("allocated by")).singleElement()
                .asString().contains("77 bytes at").contains("close_blocksInUse");
        assertThatThrownBy(() -> pool.alloc(fixture.cpu, 1))
                .isInstanceOf(IllegalStateException.class).hasMessage("pool 'dynamic' is closed");
        assertThatThrownBy(() -> pool.free(leak)).isInstanceOf(IllegalStateException.class);
        assertThat(pool.stateOf(leak)).isEqualTo(BlockState.FOREIGN);
        assertThat(pool.live()).isEmpty();
        pool.validate();
    }
}
