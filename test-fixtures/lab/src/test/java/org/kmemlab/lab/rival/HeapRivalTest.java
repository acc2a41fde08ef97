package org.kmemlab.lab.rival;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.function.Function;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kmemlab.buddy.PageAllocator;
import org.kmemlab.lab.policy.Policy;
import org.kmemlab.lab.rival.heap.HeapRival;

/// What tells the heaps with boundary tags apart. If it failed, a comparison would show a policy
/// under the name of another.
class HeapRivalTest {

    private static RivalStage<Policy> stage(Function<PageAllocator, Policy> factory) {
        return new RivalStage<>(16, factory);
    }

    /// Holes of 512, 128 and 256 bytes, freed in this order, each between blocks in use; the hole
    /// freed last is at the front of the list.
    private static long[] makeHoles(RivalStage<Policy> stage) {
        long[] holes = new long[3];
        int[] sizes = {512 - 8, 128 - 8, 256 - 8};
        for (int i = 0; i < 3; i++) {
            holes[i] = stage.alloc(sizes[i]);
            stage.alloc(24);
        }
        for (long hole : holes) {
            stage.free(hole);
        }
        return holes;
    }

    @Test
    void firstFit_holes_takesTheFirstOfTheList() {
        try (RivalStage<Policy> stage = stage(HeapRival::firstFit)) {
            long[] holes = makeHoles(stage);

            assertThat(stage.alloc(104)).isEqualTo(holes[2]);
            assertThat(stage.alloc(104)).isEqualTo(holes[2] + 112);
        }
    }

    @Test
    void bestFit_holes_takesTheSmallestThatFits() {
        try (RivalStage<Policy> stage = stage(HeapRival::bestFit)) {
            long[] holes = makeHoles(stage);

            assertThat(stage.alloc(104)).isEqualTo(holes[1]);
            assertThat(stage.alloc(300)).isEqualTo(holes[0]);
        }
    }

    /// The list is hole 2, hole 1, hole 0, the rest of the segment. What is left of hole 2 would do
    /// for the second request, but the search goes on behind it.
    @Test
    void nextFit_holes_goesOnBehindTheOneTakenLast() {
        try (RivalStage<Policy> stage = stage(HeapRival::nextFit)) {
            long[] holes = makeHoles(stage);

            assertThat(stage.alloc(104)).isEqualTo(holes[2]);
            assertThat(stage.alloc(104)).isEqualTo(holes[1]);
        }
    }

    /// The wilderness would be eaten although a bin has a chunk that fits.
    @Test
    void dlmalloc_holes_takesTheBestBinAndTheWildernessLast() {
        try (RivalStage<Policy> stage = stage(HeapRival::dlmalloc)) {
            long[] holes = makeHoles(stage);

            assertThat(stage.alloc(104)).isEqualTo(holes[1]);
            assertThat(stage.alloc(200)).isEqualTo(holes[2]);
            assertThat(stage.alloc(400)).isEqualTo(holes[0]);
            assertThat(stage.alloc(700)).isGreaterThan(holes[2]);
        }
    }

    /// Blocks from 256 KiB on have pages of their own, which go back at once.
    @Test
    void dlmalloc_largeBlock_goesBackAtOnce() {
        try (RivalStage<Policy> stage = stage(HeapRival::dlmalloc)) {
            long block = stage.alloc(300_000);
            assertThat(stage.policy.usableSize(block)).isEqualTo(74 * 4_096);

            stage.free(block);

            assertThat(stage.policy.usage().pageBytes()).isZero();
        }
    }

    /// Two neighbours that were freed would stay two chunks.
    @ParameterizedTest
    @ValueSource(strings = {"first-fit", "next-fit", "best-fit", "dlmalloc", "tlsf"})
    void free_neighbours_becomeOneChunk(String name) {
        try (RivalStage<Policy> stage = stage(pages -> Rivals.create(name, pages))) {
            long[] blocks = new long[500];
            for (int i = 0; i < blocks.length; i++) {
                blocks[i] = stage.alloc(100);
            }
            for (int i = 0; i < blocks.length; i += 3) {
                stage.free(blocks[i]);
            }
            stage.check();
            for (int i = 2; i < blocks.length; i += 3) {
                stage.free(blocks[i]);
            }
            stage.check();
            for (int i = 1; i < blocks.length; i += 3) {
                stage.free(blocks[i]);
            }

            assertThat(stage.alloc(60_000)).as("in the first segment, whole again")
                    .isEqualTo(blocks[0]);
        }
    }

    /// The paper's claim: no operation looks at more than a few words, however full the heap is.
    @Test
    void tlsf_anyFill_takesBoundedSteps() {
        try (RivalStage<Policy> stage = stage(HeapRival::tlsf)) {
            for (int i = 0; i < 3_000; i++) {
                stage.alloc(16 + i % 900);
            }
            long[] all = stage.addresses();
            for (int i = 0; i < all.length; i += 2) {
                stage.free(all[i]);
            }
            for (int i = 0; i < 1_000; i++) {
                stage.alloc(16 + i % 900);
            }

            assertThat(stage.policy.usage().stepsMax()).isLessThanOrEqualTo(6);
        }
    }

    /// First fit on the same work looks at much more: the counter would show nothing.
    @Test
    void firstFit_manyHoles_takesManySteps() {
        try (RivalStage<Policy> stage = stage(HeapRival::firstFit)) {
            for (int i = 0; i < 600; i++) {
                stage.alloc(40);
            }
            long[] all = stage.addresses();
            for (int i = 0; i < all.length; i += 2) {
                stage.free(all[i]);
            }
            stage.alloc(100);

            assertThat(stage.policy.usage().stepsMax()).isGreaterThan(250);
        }
    }

    /// A heap whose tags were overwritten would look sound.
    @ParameterizedTest
    @ValueSource(strings = {"first-fit", "dlmalloc", "tlsf"})
    void validate_tagOverwritten_says(String name) {
        try (RivalStage<Policy> stage = stage(pages -> Rivals.create(name, pages))) {
            stage.alloc(100);
            long block = stage.alloc(100);
            long tag = stage.machine.memory().getLong(block - 8);
            stage.machine.memory().putLong(block - 8, tag + 16);

            assertThatIllegalStateException().isThrownBy(stage.policy::validate);

            stage.machine.memory().putLong(block - 8, tag);
        }
    }
}
