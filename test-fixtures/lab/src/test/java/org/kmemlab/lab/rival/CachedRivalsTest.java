package org.kmemlab.lab.rival;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.Function;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kmemlab.buddy.PageAllocator;
import org.kmemlab.lab.policy.Policy;
import org.kmemlab.lab.rival.cached.JeMalloc;
import org.kmemlab.lab.rival.cached.MagazinePool;
import org.kmemlab.lab.rival.cached.SizeClasses;
import org.kmemlab.lab.rival.cached.TcMalloc;

/// What makes the allocators with caches by CPU the ones that their sources describe. If it failed,
/// a comparison would show something else under their names.
class CachedRivalsTest {

    private static <P extends Policy> RivalStage<P> stage(Function<PageAllocator, P> factory) {
        return new RivalStage<>(32, factory);
    }

    /// The table of jemalloc(3), small classes.
    @Test
    void jemallocClasses_small_areThePublishedOnes() {
        assertThat(SizeClasses.fourADoubling(14 << 10).sizes()).containsExactly(8, 16, 32, 48, 64,
                80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448, 512, 640, 768, 896, 1_024,
                1_280, 1_536, 1_792, 2_048, 2_560, 3_072, 3_584, 4_096, 5_120, 6_144, 7_168, 8_192,
                10_240, 12_288, 14_336);
    }

    @ParameterizedTest
    @CsvSource({"1, 8", "9, 16", "17, 32", "33, 48", "65, 80", "129, 160", "14337, 16384",
        "16385, 20480", "20481, 24576", "32769, 40960", "65537, 81920", "4194304, 4194304"})
    void jemallocSizeFor_request_isTheNextClass(int bytes, int size) {
        assertThat(JeMalloc.sizeFor(bytes)).isEqualTo(size);
        try (RivalStage<JeMalloc> stage = stage(JeMalloc::new)) {
            assertThat(stage.policy.usableSize(stage.alloc(bytes))).isEqualTo(size);
        }
    }

    /// Requests that took the region freed last, or any slab with room, would keep many slabs in
    /// partial use.
    @Test
    void jemalloc_freedRegions_areTakenFromTheLowestOn() {
        try (RivalStage<JeMalloc> stage = stage(JeMalloc::new)) {
            long[] blocks = new long[128 * 4];
            for (int i = 0; i < blocks.length; i++) {
                blocks[i] = stage.alloc(32);
            }
            assertThat(blocks[127] - blocks[0]).as("a slab of 128 regions").isEqualTo(127 * 32);
            stage.free(blocks[128 * 2 + 5]);
            stage.free(blocks[9]);
            stage.free(blocks[128 + 7]);
            stage.free(blocks[3]);

            assertThat(stage.alloc(32)).as("lowest slab, lowest region").isEqualTo(blocks[3]);
            assertThat(stage.alloc(32)).isEqualTo(blocks[9]);
            assertThat(stage.alloc(32)).as("the next slab").isEqualTo(blocks[128 + 7]);
        }
    }

    /// Blocks go back to the arena they came from: a CPU that only frees would collect the memory of
    /// the others.
    @Test
    void jemalloc_freedOnAnotherCpu_goesBackToItsArena() {
        try (RivalStage<JeMalloc> stage = stage(JeMalloc::new)) {
            long block = stage.alloc(stage.cpu(0), RivalStage.KMALLOC, 100);
            stage.free(stage.cpu(1), block);

            assertThat(stage.alloc(stage.cpu(1), RivalStage.KMALLOC, 100)).isNotEqualTo(block);
            assertThat(stage.alloc(stage.cpu(0), RivalStage.KMALLOC, 100)).isEqualTo(block);
            assertThat(stage.policy.usage().remoteFrees()).isEqualTo(1);
        }
    }

    /// The classes that the authors describe: 8 apart, then 16, then more, at most 256 and at most
    /// an eighth of the size.
    @Test
    void tcmallocClasses_spacing_isAnEighthAtMost() {
        int[] sizes = SizeClasses.eightADoubling(32 << 10).sizes();

        assertThat(sizes).startsWith(8, 16, 32, 48, 64, 80, 96, 112, 128, 144).endsWith(32 << 10);
        for (int i = 8; i + 1 < sizes.length; i++) {
            assertThat(sizes[i + 1] - sizes[i]).isBetween(16, Math.min(256, sizes[i] / 8));
        }
    }

    /// The first fetch brings 1 object, the next 2, up to a batch of 32.
    @Test
    void tcmalloc_fetches_startSlowAndEndInBatches() {
        try (RivalStage<TcMalloc> stage = stage(TcMalloc::new)) {
            assertThat(stage.policy.batchOf(64)).isEqualTo(32);
            assertThat(stage.policy.batchOf(32 << 10)).isEqualTo(2);
            for (int fetch = 1; fetch <= 32; fetch++) {
                for (int i = 0; i < fetch; i++) {
                    stage.alloc(64);
                }
                assertThat(stage.policy.transfers().fetches()).isEqualTo(fetch);
            }
            long before = stage.policy.transfers().fetchedObjects();

            for (int i = 0; i < 320; i++) {
                stage.alloc(64);
            }

            assertThat(stage.policy.transfers().fetchedObjects() - before).isEqualTo(320);
            assertThat(stage.policy.transfers().fetches()).isEqualTo(32 + 10);
        }
    }

    /// What one CPU frees, another gets in whole batches; without that, memory would strand.
    @Test
    void tcmalloc_producerAndConsumer_moveBatches() {
        try (RivalStage<TcMalloc> stage = stage(TcMalloc::new)) {
            for (int round = 0; round < 50; round++) {
                for (int i = 0; i < 100; i++) {
                    stage.alloc(stage.cpu(0), RivalStage.KMALLOC, 64);
                }
                for (long address : stage.addresses()) {
                    stage.free(stage.cpu(1), address);
                }
            }

            long releases = stage.policy.transfers().releases();
            assertThat(stage.policy.usage().remoteFrees()).isEqualTo(5_000);
            assertThat(releases).isPositive();
            assertThat(stage.policy.transfers().releasedObjects() / (double) releases)
                    .as("objects in a release").isGreaterThan(16);
            assertThat(stage.policy.usage().pageBytes()).as("nothing strands")
                    .isLessThanOrEqualTo(1 << 20);
        }
    }

    @ParameterizedTest
    @CsvSource({"8, 15", "64, 15", "65, 7", "256, 7", "257, 3", "3200, 3", "3201, 1", "8192, 1"})
    void magazineSize_objectBytes_isThatOfLibumem(int bytes, int size) {
        assertThat(MagazinePool.magazineSize(bytes)).isEqualTo(size);
    }

    /// The paper's reason for the second magazine: going up and down at a boundary costs no trip.
    @Test
    void magazines_upAndDownAtABoundary_needNoDepot() {
        try (RivalStage<MagazinePool> stage = stage(MagazinePool::new)) {
            for (int i = 0; i < 45; i++) {
                stage.alloc(64);
            }
            stage.freeAll();
            for (int i = 0; i < 15; i++) {
                stage.alloc(64);
            }
            long before = stage.policy.depotTrips();
            long[] held = new long[15];

            for (int round = 0; round < 20; round++) {
                for (int i = 0; i < held.length; i++) {
                    held[i] = stage.alloc(64);
                }
                for (long block : held) {
                    stage.free(block);
                }
            }

            assertThat(before).isPositive();
            assertThat(stage.policy.depotTrips() - before).isLessThanOrEqualTo(2);
        }
    }

    /// Full magazines go to another CPU whole: a trip for each 15 objects.
    @Test
    void magazines_producerAndConsumer_tradeWholeMagazines() {
        try (RivalStage<MagazinePool> stage = stage(MagazinePool::new)) {
            for (int round = 0; round < 20; round++) {
                for (int i = 0; i < 150; i++) {
                    stage.alloc(stage.cpu(0), RivalStage.KMALLOC, 64);
                }
                for (long address : stage.addresses()) {
                    stage.free(stage.cpu(1), address);
                }
            }

            // 10 magazines a round, each brought full, fetched, brought back empty, and fetched.
            assertThat(stage.policy.depotTrips()).isBetween(4 * 10 * 18L, 4 * 10 * 20L);
            assertThat(stage.policy.usage().remoteFrees()).isEqualTo(3_000);
        }
    }
}
