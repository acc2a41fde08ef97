package org.kmemlab.mempool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.kmemlab.buddy.GfpFlags;

class MempoolBulkTest {

    /// Elements of the reserve would be used up although the source gives.
    @Test
    void allocBulk_sourceGives_reserveStaysFull() {
        try (PoolFixture f = new PoolFixture(3)) {
            long[] elements = new long[3];

            f.pool.allocBulk(f.cpu, elements, 3);

            assertThat(elements).containsExactly(4, 5, 6);
            assertThat(f.pool.snapshot().currNr()).isEqualTo(3);
            giveBack(f, elements);
        }
    }

    /// What the source cannot give would not come from the reserve, or slots that are filled already
    /// would be overwritten.
    @Test
    void allocBulk_sourceFails_missingOnesComeFromReserve() {
        try (PoolFixture f = new PoolFixture(3)) {
            long[] elements = {0, 77, 0};
            f.source.succeedOnly(1);

            f.pool.allocBulk(f.cpu, elements, 3);

            assertThat(elements).containsExactly(4, 77, 3);
            f.pool.free(f.cpu, elements[0]);
            f.pool.free(f.cpu, elements[2]);
        }
    }

    /// A request would take a part of the reserve and hold it while it waits for the rest: two such
    /// requests would block each other for ever.
    @Test
    void allocBulk_reserveHoldsTooFew_takesNoneAndWaits() {
        try (PoolFixture f = new PoolFixture(2)) {
            long first = f.pool.allocPreallocated();
            f.source.succeedOnly(0);
            f.freeAfterMillis(40, first);
            long[] elements = new long[2];

            f.pool.allocBulk(f.cpu, elements, 2);

            assertThat(elements).containsExactlyInAnyOrder(1, 2);
            assertThat(f.millis()).isEqualTo(40);
            assertThat(f.source.calls).hasSize(3);
            f.source.succeedOnly(ScriptedSource.NO_LIMIT);
            giveBack(f, elements);
        }
    }

    /// A wait without an end would hang the test that should find it.
    @Test
    void allocBulk_nobodyFrees_isADeadlock() {
        try (PoolFixture f = new PoolFixture(2)) {
            long held = f.pool.allocPreallocated();
            f.source.succeedOnly(0);

            assertThatThrownBy(() -> f.pool.allocBulk(f.cpu, new long[2], 2))
                    .isInstanceOf(DeadlockException.class).hasMessageContaining("120 s");

            assertThat(f.pool.snapshot().waiters()).isZero();
            f.pool.free(f.cpu, held);
        }
    }

    /// More than the reserve holds can never be promised.
    @Test
    void allocBulk_moreThanReserve_isRefused() {
        try (PoolFixture f = new PoolFixture(2)) {
            assertThatThrownBy(() -> f.pool.allocBulk(f.cpu, new long[3], 3))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("3 elements at once").hasMessageContaining("reserve 2");
        }
    }

    /// The reserve would overflow, or stay short although elements came back.
    @Test
    void freeBulk_keepsAsManyAsAreMissing() {
        try (PoolFixture f = new PoolFixture(2)) {
            long[] elements = {f.pool.allocPreallocated(), f.pool.allocPreallocated(), 0};
            f.pool.allocBulk(f.cpu, elements, 2);
            elements[2] = f.source.alloc(f.cpu, GfpFlags.GFP_KERNEL);

            int kept = f.pool.freeBulk(elements, 3);

            assertThat(kept).isEqualTo(2);
            assertThat(f.pool.snapshot().elements()).containsExactly(2L, 1L);
            f.source.free(f.cpu, elements[2]);
        }
    }

    private static void giveBack(PoolFixture f, long[] elements) {
        int kept = f.pool.freeBulk(elements, elements.length);
        for (int i = kept; i < elements.length; i++) {
            f.pool.free(f.cpu, elements[i]);
        }
    }
}
