package org.kmemlab.mempool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.kmemlab.buddy.GfpFlags.GFP_KERNEL;
import static org.kmemlab.mempool.MempoolRequest.Step.ASLEEP;
import static org.kmemlab.mempool.MempoolRequest.Step.DONE;
import static org.kmemlab.mempool.MempoolRequest.Step.TAKE_RESERVE;
import static org.kmemlab.mempool.MempoolRequest.Step.TRY_SOURCE;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;

class MempoolRequestTest {

    private static MempoolRequest sleeper(PoolFixture f) {
        MempoolRequest request = f.pool.begin(f.cpu, GFP_KERNEL);
        while (request.advance() != ASLEEP) {
            assertThat(request.isDone()).isFalse();
        }
        return request;
    }

    /// The order of the steps would differ from the kernel's.
    @Test
    void advance_nothingToHave_sourceReserveSourceReserveSleep() {
        try (PoolFixture f = new PoolFixture(1)) {
            f.exhaust();
            MempoolRequest request = f.pool.begin(f.cpu, GFP_KERNEL);
            List<MempoolRequest.Step> steps = new ArrayList<>(List.of(request.next()));

            for (int i = 0; i < 5; i++) {
                steps.add(request.advance());
            }

            assertThat(steps).containsExactly(TRY_SOURCE, TAKE_RESERVE, TRY_SOURCE, TAKE_RESERVE,
                    ASLEEP, ASLEEP);
            f.pool.free(f.cpu, 1);
            assertThat(request.advance()).isEqualTo(TRY_SOURCE);
            assertThat(request.advance()).isEqualTo(TAKE_RESERVE);
            assertThat(request.advance()).isEqualTo(DONE);
            assertThat(request.element()).isEqualTo(1);
        }
    }

    /// An element freed between the failed attempt and the look into the reserve would be missed.
    @Test
    void advance_freedBetweenSteps_takesIt() {
        try (PoolFixture f = new PoolFixture(1)) {
            f.exhaust();
            MempoolRequest request = f.pool.begin(f.cpu, GFP_KERNEL);
            request.advance();

            f.pool.free(f.cpu, 1);
            request.advance();

            assertThat(request.isDone()).isTrue();
            assertThat(request.element()).isEqualTo(1);
        }
    }

    /// Only one of two waiters would wake up, or the loser would be lost.
    @Test
    void advance_twoSleepersOneElement_bothWakeAndLoserSleepsAgain() {
        try (PoolFixture f = new PoolFixture(1)) {
            f.exhaust();
            MempoolRequest first = sleeper(f);
            MempoolRequest second = sleeper(f);
            f.machine.clock().advance(250);

            f.pool.free(f.cpu, 1);

            assertThat(first.isWoken()).isTrue();
            assertThat(second.isWoken()).isTrue();
            second.advance();
            second.advance();
            assertThat(second.advance()).isEqualTo(DONE);
            first.advance();
            first.advance();
            assertThat(first.advance()).isEqualTo(ASLEEP);
            assertThat(first.deadlineJiffies()).isEqualTo(6 * 250);
            assertThat(f.pool.snapshot().waiters()).isEqualTo(1);
            f.pool.free(f.cpu, second.element());
            while (!first.isDone()) {
                first.advance();
            }
            assertThat(first.element()).isEqualTo(1);
        }
    }

    /// A sleeper would go on before its 5 s are over, or never.
    @Test
    void advance_timePasses_goesOnAtDeadline() {
        try (PoolFixture f = new PoolFixture(1)) {
            f.exhaust();
            MempoolRequest request = sleeper(f);

            f.machine.clock().advance(5 * 250 - 1);
            assertThat(request.advance()).isEqualTo(ASLEEP);
            f.machine.clock().advance(1);
            assertThat(request.advance()).isEqualTo(TRY_SOURCE);

            f.source.succeedOnly(1);
            assertThat(request.advance()).isEqualTo(DONE);
        }
    }

    /// A pool would vanish under those who wait for it.
    @Test
    void destroy_somebodyWaits_isRejected() {
        try (PoolFixture f = new PoolFixture(1)) {
            f.exhaust();
            MempoolRequest request = sleeper(f);

            assertThatThrownBy(() -> f.pool.destroy(f.cpu))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("1 requests still wait");

            f.source.succeedOnly(1);
            f.machine.clock().advance(5 * 250);
            request.advance();
            request.advance();
        }
    }
}
