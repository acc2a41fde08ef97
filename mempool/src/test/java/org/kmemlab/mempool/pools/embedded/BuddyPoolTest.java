package org.kmemlab.mempool.pools.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kmemlab.mempool.pools.PoolMachine;

/// The buddy pool beside the one of the article. If it failed, the pool would not split, or not
/// merge.
class BuddyPoolTest {

    private static final int PAGE = 4096;

    private final PoolMachine fixture = new PoolMachine();
    private final BuddyPool pool = new BuddyPool(fixture.pages, fixture.cpu);

    @AfterEach
    void close() {
        pool.validate();
        pool.close();
        pool.close();
        fixture.close();
    }

    /// What the article prints: a list for each order, of which only the largest has a block. It
    /// looks into the list of the order that is asked for, never splits, and its free does nothing.
    private static final class NeverSplittingBuddy {

        private final Map<Integer, List<Long>> free = new TreeMap<>();

        NeverSplittingBuddy(int largestOrder) {
            free.put(largestOrder, new ArrayList<>(List.of(PAGE * 1024L)));
        }

        long alloc(int order) {
            List<Long> list = free.getOrDefault(order, List.of());
            return list.isEmpty() ? 0 : list.removeLast();
        }
    }

    /// The article's pool, fresh and all free, has nothing for the smallest request.
    @Test
    void alloc_smallestOfAFreshPool_succeedsWhereTheArticleFails() {
        assertThat(new NeverSplittingBuddy(10).alloc(0)).isZero();

        long block = pool.alloc(1);

        assertThat(block).isNotZero();
        assertThat(pool.size(block)).isEqualTo(PAGE);
        assertThat(fixture.pagesHeld()).isOne();
        assertThat(pool.free(block)).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"1, 4096", "4096, 4096", "4097, 8192", "12288, 16384", "4194304, 4194304",
        "4194305, 0"})
    void alloc_anySize_isAPowerOfTwoPagesAndAligned(long bytes, long size) {
        long block = pool.alloc(bytes);

        assertThat(pool.size(block)).isEqualTo(size);
        assertThat(fixture.pagesHeld() * PAGE).isEqualTo(size);
        assertThat(size == 0 || fixture.memory().pfnOf(block) % (size / PAGE) == 0).isTrue();
        assertThat(pool.free(block)).isEqualTo(size != 0);
    }

    /// All small blocks come back: then the largest can be had again, as often as before.
    @Test
    void free_everyBlock_mergesIntoTheLargest() {
        int largestBefore = largestBlocks();
        List<Long> blocks = new ArrayList<>();
        for (long block = pool.alloc(1); block != 0; block = pool.alloc(1)) {
            blocks.add(block);
        }
        assertThat(blocks).hasSizeGreaterThan(1000).doesNotHaveDuplicates();
        assertThat(pool.alloc(2 * PAGE)).isZero();

        assertThat(blocks).allMatch(pool::free);
        fixture.pages.drainAllPages(fixture.cpu);

        assertThat(pool.used()).isZero();
        assertThat(largestBlocks()).isEqualTo(largestBefore).isPositive();
    }

    private int largestBlocks() {
        List<Long> blocks = new ArrayList<>();
        for (long block = pool.alloc(PAGE << 10); block != 0; block = pool.alloc(PAGE << 10)) {
            blocks.add(block);
        }
        assertThat(blocks).allMatch(pool::free);
        return blocks.size();
    }

    @Test
    void free_badBlock_isRefusedAndReported() {
        long block = pool.alloc(2 * PAGE);

        assertThat(pool.free(0)).isFalse();
        assertThat(pool.free(block + PAGE)).as("interior").isFalse();
        assertThat(pool.free(4711)).isFalse();
        assertThat(fixture.log()).hasSize(2).last()
                .isEqualTo("0x1267 is no block of the buddy pool in use");
        assertThat(pool.free(block)).isTrue();
        assertThat(pool.free(block)).isFalse();
        assertThat(pool.size(block)).isZero();
        assertThatIllegalArgumentException().isThrownBy(() -> pool.alloc(0))
                .withMessageContaining("a request for 0 bytes");
    }

    @Test
    void close_blocksInUse_givesThemBackAndSaysSo() {
        assertThat(pool.alloc(PAGE)).isNotZero();
        assertThat(pool.alloc(3 * PAGE)).isNotZero();

        pool.close();

        assertThat(fixture.log()).containsExactly("buddy pool: closed with 2 blocks in use");
        assertThat(fixture.pagesHeld()).isZero();
    }
}
