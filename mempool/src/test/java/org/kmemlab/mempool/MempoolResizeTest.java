package org.kmemlab.mempool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;

import org.junit.jupiter.api.Test;
import org.kmemlab.buddy.GfpFlags;

class MempoolResizeTest {

    /// Shrinking would keep too much, or free the wrong elements.
    @Test
    void resize_smaller_freesNewestElements() {
        try (PoolFixture f = new PoolFixture(4)) {
            f.pool.resize(f.cpu, 2);

            assertThat(f.source.freed).containsExactly(4L, 3L);
            assertThat(f.pool.snapshot()).isEqualTo(
                    new MempoolSnapshot(2, List.of(1L, 2L), 0));
        }
    }

    /// Growing would strip the flags, or leave the reserve as it was.
    @Test
    void resize_larger_fillsWithPlainKernelRequests() {
        try (PoolFixture f = new PoolFixture(1)) {
            f.pool.resize(f.cpu, 3);

            assertThat(f.pool.snapshot().elements()).containsExactly(1L, 2L, 3L);
            assertThat(f.source.calls).containsExactly(GfpFlags.GFP_KERNEL, GfpFlags.GFP_KERNEL);
        }
    }

    /// A pool that grew under pressure would report failure, though later frees fill it.
    @Test
    void resize_largerAndSourceRunsOut_keepsWhatItGot() {
        try (PoolFixture f = new PoolFixture(1)) {
            f.source.succeedOnly(2);

            f.pool.resize(f.cpu, 9);

            assertThat(f.pool.snapshot().minNr()).isEqualTo(9);
            assertThat(f.pool.snapshot().currNr()).isEqualTo(3);
            assertThat(f.source.calls).hasSize(3);
        }
    }

    /// Resizing to the same size would refill, which the kernel's does not.
    @Test
    void resize_sameSize_doesNotRefill() {
        try (PoolFixture f = new PoolFixture(2)) {
            assertThat(f.pool.allocPreallocated()).isPositive();

            f.pool.resize(f.cpu, 2);

            assertThat(f.pool.snapshot().currNr()).isEqualTo(1);
            assertThat(f.source.calls).isEmpty();
        }
    }

    /// Growing back after shrinking would lose elements of the reserve.
    @Test
    void resize_smallerThenLarger_keepsElements() {
        try (PoolFixture f = new PoolFixture(4)) {
            f.pool.resize(f.cpu, 2);
            f.pool.resize(f.cpu, 3);

            assertThat(f.pool.snapshot().elements()).containsExactly(1L, 2L, 5L);
        }
    }

    /// A size of 0 is a bug of the caller that the kernel does not survive.
    @Test
    void resize_zero_isRejected() {
        try (PoolFixture f = new PoolFixture(1)) {
            assertThatThrownBy(() -> f.pool.resize(f.cpu, 0))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("min_nr 0: expected 1 or more");
        }
    }

    /// The pointers of a reserve lie in one kmalloc array, of 4 MiB at most.
    @Test
    void resize_beyondLargestArray_changesNothing() {
        try (PoolFixture f = new PoolFixture(1)) {
            assertThat(f.pool.resize(f.cpu, Mempool.MAX_NR + 1)).isEqualTo(-12);

            assertThat(f.pool.snapshot().minNr()).isEqualTo(1);
            assertThat(f.source.calls).isEmpty();
        }
    }

    @Test
    void create_beyondLargestArray_asksForNothing() {
        try (PoolFixture f = new PoolFixture(1)) {
            assertThat(Mempool.create(f.machine, f.cpu, Integer.MAX_VALUE, f.source)).isNull();

            assertThat(f.source.calls).isEmpty();
        }
    }
}
