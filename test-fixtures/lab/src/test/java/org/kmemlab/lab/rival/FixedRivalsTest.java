package org.kmemlab.lab.rival;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Arrays;
import java.util.function.Function;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kmemlab.buddy.PageAllocator;
import org.kmemlab.lab.policy.Policy;
import org.kmemlab.lab.policy.RequestKind;
import org.kmemlab.lab.rival.fixed.AceCachedPool;
import org.kmemlab.lab.rival.fixed.AceFreeList;
import org.kmemlab.lab.rival.fixed.BoostPool;
import org.kmemlab.lab.rival.fixed.HashMappedLists;
import org.kmemlab.lab.rival.fixed.LokiPool;
import org.kmemlab.lab.rival.fixed.PagePerTask;
import org.kmemlab.lab.rival.fixed.SegregatedLists;
import org.kmemlab.lab.rival.fixed.SgiPool;
import org.kmemlab.lab.rival.fixed.SimpleList;

/// What makes each allocator of objects the one that its source describes. If it failed, a
/// comparison would show something else under its name.
class FixedRivalsTest {

    private static <P extends Policy> RivalStage<P> stage(Function<PageAllocator, P> factory) {
        return new RivalStage<>(16, factory);
    }

    @ParameterizedTest
    @CsvSource({"1, 0", "8, 0", "9, 1", "16, 1", "17, 2", "120, 14", "121, 15", "128, 15"})
    void sgiListOf_bytes_isLessOneByEight(int bytes, int list) {
        assertThat(SgiPool.listOf(bytes)).isEqualTo(list);
    }

    /// The first request takes a pool of 40 objects and cuts 20; the 21st takes the other 20 from
    /// the same pool.
    @Test
    void sgi_emptyList_isRefilledWithTwenty() {
        try (RivalStage<SgiPool> stage = stage(SgiPool::new)) {
            long first = stage.alloc(24);
            for (int i = 1; i < 40; i++) {
                assertThat(stage.alloc(24)).isEqualTo(first + 24L * i);
            }
            stage.free(first);

            assertThat(stage.alloc(17)).as("the list of the same size").isEqualTo(first);
            long other = stage.alloc(32);
            assertThat(other >= first && other < first + 24L * 40).as("in the old pool").isFalse();
        }
    }

    /// 40 objects of 8 bytes leave nothing; one of 128 then finds 320 - 160 bytes in the pool: what
    /// is left of it goes to the list of 32.
    @Test
    void sgi_restOfPool_goesToTheListOfItsSize() {
        try (RivalStage<SgiPool> stage = stage(SgiPool::new)) {
            long first = stage.alloc(8);
            long next = stage.alloc(128);
            assertThat(next).as("20 objects of 8 bytes were cut").isEqualTo(first + 160);

            stage.alloc(128);

            assertThat(stage.alloc(32)).isEqualTo(first + 160 + 128);
        }
    }

    @ParameterizedTest
    @CsvSource({"8, 255", "16, 255", "24, 170", "32, 128", "256, 16"})
    void lokiBlocksInChunk_size_isWhatAByteCanCount(int bytes, int blocks) {
        assertThat(LokiPool.blocksInChunk(bytes)).isEqualTo(blocks);
    }

    /// The free list of a chunk is one byte in each free block: the index of the next one.
    @Test
    void loki_freeBlock_holdsTheIndexOfTheNext() {
        try (RivalStage<LokiPool> stage = stage(LokiPool::new)) {
            long first = stage.alloc(32);
            long second = stage.alloc(32);
            assertThat(second).isEqualTo(first + 32);

            stage.free(first);
            assertThat(stage.machine.memory().getByte(first)).isEqualTo((byte) 2);
            stage.free(second);

            assertThat(stage.machine.memory().getByte(second)).isEqualTo((byte) 0);
            assertThat(stage.alloc(32)).isEqualTo(second);
        }
    }

    /// All chunks but one would stay, or all would go and come again at the edge.
    @Test
    void loki_emptyChunks_areGivenBackButOne() {
        try (RivalStage<LokiPool> stage = stage(LokiPool::new)) {
            long metadata = 0;
            for (int i = 0; i < 128 * 5; i++) {
                stage.alloc(32);
                metadata = i == 0 ? stage.policy.usage().metadataBytes() : metadata;
            }
            long full = stage.policy.usage().metadataBytes();
            stage.freeAll();

            assertThat(full).isGreaterThanOrEqualTo(metadata + 4 * 16);
            assertThat(stage.policy.usage().metadataBytes()).as("one chunk, as at the start")
                    .isBetween(metadata, metadata + 15);
        }
    }

    @Test
    void boost_growth_is32And64And128() {
        try (RivalStage<BoostPool> stage = stage(BoostPool::new)) {
            for (int i = 0; i < 32 + 64 + 1; i++) {
                stage.alloc(40);
            }

            assertThat(stage.policy.blockSizes(40)).containsExactly(32, 64, 128);
        }
    }

    /// A block that cannot be had is asked for once with half the size.
    @Test
    void boost_blockTooLarge_isHalved() {
        try (RivalStage<BoostPool> stage = stage(BoostPool::new)) {
            int count = 32 + 64 + 128 + 256 + 512 + 1;
            for (int i = 0; i < count; i++) {
                assertThat(stage.alloc(4_096)).isNotZero();
            }

            assertThat(stage.policy.blockSizes(4_096)).containsExactly(32, 64, 128, 256, 512, 512);
        }
    }

    /// Frees keep the order of addresses, at the price of a walk.
    @Test
    void boost_free_walksToItsPlace() {
        try (RivalStage<BoostPool> stage = stage(BoostPool::new)) {
            long[] objects = new long[90];
            for (int i = 0; i < objects.length; i++) {
                objects[i] = stage.alloc(16);
            }
            for (int i = 0; i < 80; i++) {
                stage.free(objects[i]);
            }

            assertThat(stage.policy.usage().stepsMax()).isGreaterThanOrEqualTo(70);
            assertThat(stage.alloc(16)).isEqualTo(
                    Arrays.stream(objects, 0, 80).min().orElseThrow());
        }
    }

    @Test
    void aceCached_oneMoreThanPreallocated_isZero() {
        try (RivalStage<AceCachedPool> stage = stage(pages -> new AceCachedPool(pages, 10))) {
            long first = stage.alloc(100);
            for (int i = 1; i < 10; i++) {
                assertThat(stage.alloc(100)).isNotZero();
            }
            assertThat(stage.alloc(100)).isZero();
            assertThat(stage.alloc(200)).as("another size").isNotZero();

            stage.free(first);

            assertThat(stage.alloc(97)).isEqualTo(first);
        }
    }

    @Test
    void aceFreeList_lowAndHighMark_growByIncrementAndGiveBack() {
        try (RivalStage<AceFreeList> stage = stage(pages -> new AceFreeList(pages, 2, 6, 5))) {
            long first = stage.alloc(64);
            assertThat(stage.policy.lengthOf(64)).as("5 made, 1 taken").isEqualTo(4);
            stage.alloc(64);
            stage.alloc(64);
            assertThat(stage.policy.lengthOf(64)).isEqualTo(2);

            stage.alloc(64);
            assertThat(stage.policy.lengthOf(64)).as("at the low mark: 5 more").isEqualTo(6);

            stage.free(first);
            assertThat(stage.policy.lengthOf(64)).as("not beyond the high mark").isEqualTo(6);
        }
    }

    /// An overwritten cookie would lead into a list that does not own the block.
    @Test
    void hashLists_corruptCookie_isReportedAndNotFollowed() {
        try (RivalStage<HashMappedLists> stage = stage(HashMappedLists::new)) {
            stage.alloc(40);
            long block = stage.alloc(24);
            long cookie = stage.machine.memory().getLong(block - 8);
            assertThat(cookie & 0x7fff_ffff).as("the second list, counted from 1").isEqualTo(2);
            for (int bit = 0; bit < 64; bit++) {
                stage.machine.memory().putLong(block - 8, cookie ^ 1L << bit);

                assertThatIllegalArgumentException()
                        .isThrownBy(() -> stage.policy.free(stage.cpu(0), RivalStage.KMALLOC,
                                block))
                        .withMessageContaining("cookie");
            }
            stage.machine.memory().putLong(block - 8, cookie);

            stage.free(block);

            assertThat(stage.alloc(24)).isEqualTo(block);
        }
    }

    @Test
    void simpleList_manyHoles_stepsGrowWithTheList() {
        long[] most = new long[2];
        for (int run = 0; run < 2; run++) {
            try (RivalStage<SimpleList> stage = stage(SimpleList::new)) {
                for (int i = 0; i < 400 * (run + 1); i++) {
                    stage.alloc(32);
                }
                long[] all = stage.addresses();
                for (int i = 0; i < all.length; i += 2) {
                    stage.free(all[i]);
                }
                stage.alloc(64);
                most[run] = stage.policy.usage().stepsMax();
            }
        }

        assertThat(most[0]).isGreaterThan(150);
        assertThat(most[1]).isGreaterThan(most[0] * 3 / 2);
    }

    @Test
    void segregatedLists_anyFill_takeOneStep() {
        try (RivalStage<SegregatedLists> stage = stage(SegregatedLists::new)) {
            for (int i = 1; i < 2_000; i++) {
                stage.alloc(i);
            }
            stage.freeAll();

            assertThat(stage.policy.usage().stepsMax()).isEqualTo(1);
            assertThat(stage.policy.usableSize(stage.alloc(33))).isEqualTo(64);
        }
    }

    /// The waste of a task is its page minus what it uses.
    @Test
    void pagePerTask_twoTasks_haveAPageEach() {
        try (RivalStage<PagePerTask> stage = stage(PagePerTask::new)) {
            RequestKind one = new RequestKind(0, "kmalloc", 0, 1);
            RequestKind two = new RequestKind(0, "kmalloc", 0, 2);
            long a = stage.alloc(stage.cpu(0), one, 100);
            long b = stage.alloc(stage.cpu(0), two, 100);
            long c = stage.alloc(stage.cpu(1), one, 50);

            assertThat(c).isEqualTo(a + 104 + 8);
            assertThat(b >> 12).isNotEqualTo(a >> 12);
            assertThat(stage.policy.usage().pageBytes()).isEqualTo(2 * 4_096);

            stage.free(a);
            assertThat(stage.alloc(stage.cpu(0), one, 100)).as("nothing is used again")
                    .isGreaterThan(c);
        }
    }

    /// A task's page that is full goes back with its last block.
    @Test
    void pagePerTask_fullPage_goesBackWithItsLastBlock() {
        try (RivalStage<PagePerTask> stage = stage(PagePerTask::new)) {
            long first = stage.alloc(4_000);
            stage.alloc(4_000);
            assertThat(stage.policy.usage().pageBytes()).isEqualTo(2 * 4_096);

            stage.free(first);

            assertThat(stage.policy.usage().pageBytes()).isEqualTo(4_096);
        }
    }
}
