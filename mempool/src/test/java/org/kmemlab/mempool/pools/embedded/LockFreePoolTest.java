package org.kmemlab.mempool.pools.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.kmemlab.mempool.pools.PoolFootprint;
import org.kmemlab.mempool.pools.PoolMachine;
import org.kmemlab.mempool.pools.PoolOptions;

/// The lock-free pool, its interface and its figures. If it failed, a block would be lost, or given
/// to two users. Orders of steps are checked in [TaggedStackTest], threads in
/// [LockFreeLincheckTest].
class LockFreePoolTest {

    private static final int THREADS = 4;
    private static final int ROUNDS = 20_000;

    private final PoolMachine fixture = new PoolMachine();
    private final LockFreePool pool = create(20, 8);

    private LockFreePool create(int size, int count) {
        return Objects.requireNonNull(LockFreePool.create(fixture.cpu, fixture.source, size, count,
                PoolOptions.defaults("free")));
    }

    @AfterEach
    void close() {
        pool.validate();
        pool.close();
        pool.close();
        fixture.close();
    }

    @Test
    void alloc_untilEmpty_givesEachBlockOnce() {
        List<Long> blocks = new ArrayList<>();
        for (long block = pool.alloc(); block != 0; block = pool.alloc()) {
            fixture.memory().fill(block, 20, (byte) blocks.size());
            blocks.add(block);
        }

        assertThat(blocks).hasSize(8).isSorted().doesNotHaveDuplicates()
                .allMatch(block -> block % 8 == 0);
        for (int i = 0; i < blocks.size(); i++) {
            assertThat(fixture.memory().getByte(blocks.get(i) + 19)).isEqualTo((byte) i);
        }
        assertThat(blocks).allMatch(pool::free);
        assertThat(pool.alloc()).as("last in, first out").isEqualTo(blocks.getLast());
        assertThat(pool.free(blocks.getLast())).isTrue();
        assertThat(pool.statistics().toString())
                .isEqualTo("PoolStatistics[total=8, used=0, peak=8, "
                        + "allocations=9, frees=9, failures=1, steps=%d, stepsMax=1]"
                                .formatted(19));
    }

    @Test
    void footprint_poolOfEight_isABitABlockAndPadding() {
        long block = pool.alloc();

        assertThat(pool.footprint()).isEqualTo(new PoolFootprint(4096, 20, 8, 4));
        assertThat(pool.free(block)).isTrue();
    }

    @Test
    void free_badBlock_isRefusedAndReported() {
        long block = pool.alloc();
        LockFreePool other = create(20, 8);
        long foreign = other.alloc();

        for (long bad : new long[] {foreign, block + 8, block + 1, block - 24, 7}) {
            int before = fixture.log().size();
            assertThat(pool.free(bad)).as("0x%x", bad).isFalse();
            assertThat(fixture.log()).hasSize(before + 1).last().asString()
                    .contains("0x%x".formatted(bad));
            pool.validate();
        }
        assertThat(pool.free(0)).isFalse();
        assertThat(pool.free(block)).isTrue();
        assertThat(pool.free(block)).isFalse();
        assertThat(fixture.log()).last().asString().endsWith("is free already");
        assertThat(other.free(foreign)).isTrue();
        other.close();
    }

    @Test
    void create_badNumberOrNoMemory_isRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> create(0, 8))
                .withMessageContaining("blocks of 0 bytes");
        assertThatIllegalArgumentException().isThrownBy(() -> create(8, 0))
                .withMessageContaining("0 blocks");
        assertThat(LockFreePool.create(fixture.cpu, fixture.source, 1 << 20, 64,
                PoolOptions.defaults("large"))).isNull();
        assertThat(fixture.pagesHeld()).isOne();
    }

    @Test
    void close_blockInUse_saysSoAndRefusesUse() {
        LockFreePool closed = create(20, 2);
        long block = closed.alloc();

        closed.close();
        closed.close();

        assertThat(fixture.log()).containsExactly("pool 'free': closed with 1 of 2 blocks in use");
        assertThatThrownBy(closed::alloc).isInstanceOf(IllegalStateException.class)
                .hasMessage("pool 'free' is closed");
        assertThatThrownBy(() -> closed.free(block)).isInstanceOf(IllegalStateException.class);
        closed.validate();
    }

    @Test
    void validate_linkOverwritten_isFound() {
        long first = pool.alloc();
        assertThat(pool.free(first)).isTrue();
        int link = fixture.memory().getInt(first);
        fixture.memory().putInt(first, link + 1);

        assertThatThrownBy(pool::validate).isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("the list has 7 blocks, not 8");

        fixture.memory().putInt(first, link);
    }

    @Test
    void alloc_linkLeadsNowhere_isRefusedAndChangesNothing() {
        long first = pool.alloc();
        assertThat(pool.free(first)).isTrue();
        int link = fixture.memory().getInt(first);
        for (int bad : new int[] {9, -1, Integer.MAX_VALUE}) {
            fixture.memory().putInt(first, bad);

            assertThatThrownBy(pool::alloc).isInstanceOf(IllegalStateException.class)
                    .hasMessage("the free block 0 links to block %d of 8", bad - 1);
        }
        fixture.memory().putInt(first, link);
    }

    /// If it fails, whoever writes to a free block can have a block in use handed out again.
    @Test
    void alloc_linkLeadsToABlockInUse_isRefused() {
        long first = pool.alloc();
        long second = pool.alloc();
        assertThat(pool.free(first)).isTrue();
        int link = fixture.memory().getInt(first);
        fixture.memory().putInt(first, 2);

        assertThat(pool.alloc()).isEqualTo(first);
        assertThatThrownBy(pool::alloc).isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("block 1 is in use and yet on the list");

        assertThat(link).isNotEqualTo(2);
        assertThat(pool.free(second)).isTrue();
    }

    /// Each thread writes its own mark into what it takes: nobody else may change it.
    @Test
    void allocAndFree_manyThreads_nobodySharesABlock() throws InterruptedException {
        ConcurrentLinkedQueue<String> findings = new ConcurrentLinkedQueue<>();
        List<Thread> threads = IntStream.range(0, THREADS)
                .mapToObj(id -> Thread.ofPlatform().start(() -> takeAndMark(id, findings)))
                .toList();
        for (Thread thread : threads) {
            thread.join();
        }

        assertThat(findings).isEmpty();
        assertThat(pool.statistics().used()).isZero();
        assertThat(pool.statistics().frees()).isEqualTo(pool.statistics().allocations());
    }

    private void takeAndMark(int id, ConcurrentLinkedQueue<String> findings) {
        for (int round = 0; round < ROUNDS; round++) {
            long first = pool.alloc();
            long second = pool.alloc();
            for (long block : new long[] {first, second}) {
                if (block != 0) {
                    fixture.memory().putLong(block + 4, (long) id << 32 | round);
                }
            }
            for (long block : new long[] {first, second}) {
                if (block != 0 && (fixture.memory().getLong(block + 4) != ((long) id << 32 | round)
                        || !pool.free(block))) {
                    findings.add("thread " + id + ", round " + round);
                }
            }
        }
    }
}
