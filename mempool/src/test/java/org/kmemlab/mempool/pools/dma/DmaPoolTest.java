package org.kmemlab.mempool.pools.dma;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kmemlab.buddy.GfpFlags;
import org.kmemlab.mempool.pools.BlockState;
import org.kmemlab.mempool.pools.PoolMachine;
import org.kmemlab.mempool.pools.PoolMisuseException;
import org.kmemlab.mempool.pools.PoolMisuseException.Misuse;
import org.kmemlab.mempool.pools.PoolOptions;

/// The kernel's DMA pools: `dma_pool_create`, `alloc`, `zalloc`, `free`, `destroy`. If it failed, a
/// device would be given a block that crosses a boundary, or one that is still in use.
class DmaPoolTest {

    private final PoolMachine fixture = new PoolMachine();

    @AfterEach
    void close() {
        fixture.close();
    }

    private DmaPool pool(int size, int align, int boundary) {
        return DmaPool.create(fixture.pages, PoolOptions.defaults("ring"), size, align, boundary,
                true);
    }

    private long alloc(DmaPool pool) {
        return pool.alloc(fixture.cpu, GfpFlags.GFP_KERNEL);
    }

    private static void free(DmaPool pool, long block) {
        pool.free(block, DmaPool.busAddressOf(block));
    }

    private List<Long> firstChunk(DmaPool pool) {
        List<Long> blocks = new ArrayList<>();
        while (pool.chunks().size() <= 1) {
            blocks.add(alloc(pool));
        }
        free(pool, blocks.removeLast());
        return blocks;
    }

    @ParameterizedTest
    @CsvSource({"400, 8, 1024, 8", "400, 8, 0, 10", "64, 64, 4096, 64", "100, 64, 256, 32",
        "1, 0, 0, 512", "4096, 0, 4096, 1", "8, 8, 8, 512", "1000, 4, 2048, 4",
        "33, 1, 64, 64"})
    void alloc_everyBlockOfAChunk_keepsAlignmentAndBoundary(int size, int align, int boundary,
            int blocksInChunk) {
        DmaPool pool = pool(size, align, boundary);

        List<Long> blocks = firstChunk(pool);

        assertThat(blocks).hasSize(blocksInChunk).isSorted().doesNotHaveDuplicates();
        for (long block : blocks) {
            long bus = DmaPool.busAddressOf(block);
            assertThat(bus % Math.max(1, align)).isZero();
            long last = bus + pool.blockBytes() - 1;
            assertThat(last / pool.boundary()).as("block 0x%x", bus)
                    .isEqualTo(bus / pool.boundary());
            assertThat(fixture.memory().pfnOf(block)).isPositive();
        }
        pool.validate();
        blocks.forEach(block -> free(pool, block));
        pool.close();
    }

    /// Blocks larger than a page get a chunk each, of as many pages.
    @Test
    void alloc_largerThanAPage_hasAChunkEach() {
        DmaPool pool = pool(5000, 8, 8192);

        long first = alloc(pool);
        long second = alloc(pool);

        assertThat(pool.chunks()).containsExactly(first, second);
        assertThat(fixture.pagesHeld()).isEqualTo(4);
        free(pool, first);
        free(pool, second);
        pool.close();
    }

    @ParameterizedTest
    @CsvSource({"0, 8, 0, blocks of 0 bytes", "-5, 8, 0, blocks of -5 bytes",
        "8388608, 8, 0, blocks of 8388608 bytes", "16, 3, 0, alignment 3", "16, -8, 0, "
                + "alignment -8",
        "16, 8192, 0, alignment 8192", "64, 8, 32, boundary 32", "64, 8, 96, boundary 96",
        "60, 64, 60, boundary 60", "64, 8, -64, boundary -64"})
    void create_badNumber_isRefusedWithValueAndLimit(int size, int align, int boundary,
            String message) {
        assertThatIllegalArgumentException().isThrownBy(() -> pool(size, align, boundary))
                .withMessageContaining(message);
    }

    @Test
    void alloc_poisoned_showsWhatIsFreeAndWhatIsNew() {
        DmaPool pool = pool(64, 8, 0);
        long block = alloc(pool);
        long zeroed = pool.zalloc(fixture.cpu, GfpFlags.GFP_ATOMIC);

        assertThat(bytes(block, 64)).containsOnly((byte) 0xa9);
        assertThat(bytes(zeroed, 64)).containsOnly((byte) 0);
        assertThat(bytes(zeroed + 64, 64)).as("never used").containsOnly((byte) 0xa7);
        free(pool, zeroed);
        free(pool, block);
        assertThat(bytes(block + 8, 56)).as("behind the link").containsOnly((byte) 0xa7);
        pool.close();
    }

    private List<Byte> bytes(long address, int count) {
        List<Byte> bytes = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            bytes.add(fixture.memory().getByte(address + i));
        }
        return bytes;
    }

    @Test
    void alloc_freeBlockWrittenTo_isReported() {
        DmaPool pool = pool(64, 8, 0);
        long block = alloc(pool);
        free(pool, block);
        fixture.memory().putByte(block + 40, (byte) 0x11);

        assertThat(alloc(pool)).isEqualTo(block);

        assertThat(fixture.log()).containsExactly("dma_pool_alloc ring, 0x%x (corrupted): 0x11 at "
                .formatted(block) + "0x%x".formatted(block + 40));
        pool.validate();
        free(pool, block);
        pool.close();
    }

    @Test
    void free_badBlock_isRefusedAndChangesNothing() {
        DmaPool pool = pool(64, 8, 1024);
        DmaPool other = pool(64, 8, 1024);
        long block = alloc(pool);
        long foreign = alloc(other);

        assertMisuse(pool, block + 8, Misuse.INTERIOR_POINTER);
        assertMisuse(pool, foreign, Misuse.FOREIGN_ADDRESS);
        assertMisuse(pool, block + 64, Misuse.DOUBLE_FREE);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> pool.free(block, DmaPool.busAddressOf(block) + 64))
                .withMessageContaining("(bad dma)");
        assertThat(bytes(block, 64)).as("not poisoned").containsOnly((byte) 0xa9);
        pool.free(0, 0);
        free(pool, block);
        assertMisuse(pool, block, Misuse.DOUBLE_FREE);

        assertThat(pool.statistics().used()).isZero();
        free(other, foreign);
        pool.close();
        other.close();
    }

    private static void assertMisuse(DmaPool pool, long block, Misuse misuse) {
        assertThatThrownBy(() -> free(pool, block)).isInstanceOfSatisfying(
                PoolMisuseException.class, e -> assertThat(e.misuse()).isEqualTo(misuse));
        pool.validate();
    }

    @Test
    void destroy_blockInUse_isBusyAndKeepsTheMemory() {
        DmaPool pool = DmaPool.create(fixture.pages, PoolOptions.defaults("ring").withSites(), 64,
                8, 0, false);
        long block = alloc(pool);

        assertThat(pool.destroy(fixture.cpu)).isFalse();
        assertThat(fixture.log()).hasSize(2).first().asString()
                .isEqualTo("dma_pool_destroy ring: 1 blocks busy");
        assertThat(fixture.log()).last().asString().contains("0x%x".formatted(block), "busy",
                "DmaPoolTest");
        assertThatThrownBy(pool::close).isInstanceOf(IllegalStateException.class)
                .hasMessage("pool 'ring' is busy: 1 blocks in use");
        assertThat(fixture.pagesHeld()).isOne();
        assertThat(pool.stateOf(block)).isEqualTo(BlockState.IN_USE);

        free(pool, block);
        assertThat(pool.destroy(fixture.cpu)).isTrue();
        assertThat(pool.destroy(fixture.cpu)).as("twice").isTrue();
        assertThat(pool.chunks()).isEmpty();
    }

    /// Chunks stay until the pool is destroyed; without memory for one more, alloc answers 0.
    @Test
    void alloc_noMemory_isNull() {
        DmaPool pool = pool(4096, 0, 0);
        List<Long> blocks = new ArrayList<>();
        for (long block = tryAlloc(pool); block != 0; block = tryAlloc(pool)) {
            blocks.add(block);
        }

        assertThat(blocks).hasSizeGreaterThan(1000);
        assertThat(pool.statistics().failures()).isOne();
        assertThat(fixture.pagesHeld()).isEqualTo(blocks.size());
        pool.validate();
        free(pool, blocks.getFirst());
        assertThat(tryAlloc(pool)).isEqualTo(blocks.getFirst());
        blocks.forEach(block -> free(pool, block));
        pool.close();
    }

    private long tryAlloc(DmaPool pool) {
        return pool.alloc(fixture.cpu, GfpFlags.GFP_NOWAIT.with(GfpFlags.NOWARN));
    }
}
