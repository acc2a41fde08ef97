package org.kmemlab.mempool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.kmemlab.buddy.GfpFlags.GFP_ATOMIC;
import static org.kmemlab.buddy.GfpFlags.GFP_KERNEL;
import static org.kmemlab.buddy.GfpFlags.GFP_NOIO;
import static org.kmemlab.buddy.GfpFlags.GFP_NOWAIT;

import org.junit.jupiter.api.Test;
import org.kmemlab.buddy.GfpFlags;

class MempoolTest {

    private static final GfpFlags KERNEL_FIRST = GfpFlags.parse(
            "GFP_NOWAIT|__GFP_FS|__GFP_NOWARN|__GFP_NORETRY|__GFP_NOMEMALLOC");
    private static final GfpFlags KERNEL_LATER = GfpFlags.parse(
            "GFP_KERNEL|__GFP_NOWARN|__GFP_NORETRY|__GFP_NOMEMALLOC");

    /// The reserve would be worn down by ordinary requests.
    @Test
    void alloc_sourceGives_reserveStaysFull() {
        try (PoolFixture f = new PoolFixture(2)) {
            long element = f.pool.alloc(f.cpu, GFP_KERNEL);

            assertThat(element).isEqualTo(3);
            assertThat(f.pool.snapshot().elements()).containsExactly(1L, 2L);
            assertThat(f.source.calls).containsExactly(KERNEL_FIRST);
            f.pool.free(f.cpu, element);
        }
    }

    /// The first attempt would reclaim, or print a failure that the reserve covers.
    @Test
    void masks_kernelRequest_areThoseOfLinux() {
        MempoolMasks masks = MempoolMasks.of(GFP_KERNEL);

        assertThat(masks.first().bits()).isEqualTo(0x92880);
        assertThat(masks.later().bits()).isEqualTo(0x92cc0);
    }

    /// Elements would come back in another order than from the kernel.
    @Test
    void alloc_sourceFails_popsNewestReserveElementFirst() {
        try (PoolFixture f = new PoolFixture(3)) {
            f.source.succeedOnly(0);

            assertThat(f.pool.alloc(f.cpu, GFP_KERNEL)).isEqualTo(3);
            assertThat(f.pool.alloc(f.cpu, GFP_ATOMIC)).isEqualTo(2);
            assertThat(f.pool.alloc(f.cpu, GFP_NOWAIT)).isEqualTo(1);
        }
    }

    /// An atomic caller would sleep, which a kernel does not survive.
    @Test
    void alloc_atomicAndReserveEmpty_failsAtOnceAfterOneAttempt() {
        try (PoolFixture f = new PoolFixture(1)) {
            f.exhaust();

            assertThat(f.pool.alloc(f.cpu, GFP_ATOMIC)).isZero();
            assertThat(f.pool.alloc(f.cpu, GFP_NOWAIT)).isZero();

            assertThat(f.source.calls).hasSize(2);
            assertThat(f.machine.clock().jiffies()).isZero();
            assertThat(f.pool.snapshot().waiters()).isZero();
        }
    }

    /// A mask that loses only its I/O bit would not get its second attempt.
    @Test
    void alloc_ioWithoutDirectReclaim_asksTwiceAndFails() {
        try (PoolFixture f = new PoolFixture(1)) {
            f.exhaust();
            GfpFlags gfp = GFP_NOWAIT.with(GfpFlags.IO);

            assertThat(f.pool.alloc(f.cpu, gfp)).isZero();

            assertThat(f.source.calls).extracting(call -> call.has(GfpFlags.IO))
                    .containsExactly(false, true);
        }
    }

    /// A sleeper would poll only the reserve, or wake at other times than every 5 s.
    @Test
    void alloc_kernelAndNothingFreed_asksTwiceThenOnceEachFiveSeconds() {
        try (PoolFixture f = new PoolFixture(1)) {
            f.exhaust();
            f.machine.clock().after(f.machine.clock().jiffiesOfMillis(12_000),
                    () -> f.source.succeedOnly(1));

            long element = f.pool.alloc(f.cpu, GFP_KERNEL);

            assertThat(element).isEqualTo(2);
            assertThat(f.source.calls).containsExactly(KERNEL_FIRST, KERNEL_LATER, KERNEL_LATER,
                    KERNEL_LATER, KERNEL_LATER);
            assertThat(f.millis()).isEqualTo(15_000);
        }
    }

    /// A waiter would sleep on although an element came back.
    @Test
    void alloc_elementFreedDuringSleep_wakesAtThatMoment() {
        try (PoolFixture f = new PoolFixture(1)) {
            f.exhaust();
            f.freeAfterMillis(100, 1);

            assertThat(f.pool.alloc(f.cpu, GFP_NOIO)).isEqualTo(1);

            assertThat(f.millis()).isEqualTo(100);
            assertThat(f.source.calls).hasSize(3);
        }
    }

    /// A wait that cannot end would hang the run, and its reason would be lost.
    @Test
    void alloc_nobodyCanFree_reportsDeadlock() {
        try (PoolFixture f = new PoolFixture(1)) {
            f.exhaust();

            assertThatThrownBy(() -> f.pool.alloc(f.cpu, GFP_KERNEL))
                    .isInstanceOf(DeadlockException.class)
                    .hasMessage("deadlock: cpu0 waits for an element of mempool of numbered "
                            + "elements (min_nr 1, curr_nr 0, waiters 1) with gfp GFP_KERNEL; "
                            + "waited 120 s of virtual time up to jiffy 30000, the source failed "
                            + "at every wake-up, no timer is set, so nobody is left to free an "
                            + "element");
        }
    }

    /// A timer that never frees would keep the wait alive for ever.
    @Test
    void alloc_timersFireWithoutFreeing_reportsDeadlockAtTotalLimit() {
        try (PoolFixture f = new PoolFixture(1)) {
            f.exhaust();
            f.pool.setWaitLimit(new WaitLimit(2, 6));
            rearm(f);

            assertThatThrownBy(() -> f.pool.alloc(f.cpu, GFP_KERNEL))
                    .isInstanceOf(DeadlockException.class)
                    .hasMessageContaining("waited 30 s").hasMessageContaining("none freed");
        }
    }

    private static void rearm(PoolFixture f) {
        f.machine.clock().after(f.machine.clock().jiffiesOfMillis(2_000), () -> rearm(f));
    }

    /// A timer far away would be taken for a deadlock.
    @Test
    void alloc_freedAfterLongerThanIdleLimit_waits() {
        try (PoolFixture f = new PoolFixture(1)) {
            f.exhaust();
            f.freeAfterMillis(600_000, 1);

            assertThat(f.pool.alloc(f.cpu, GFP_KERNEL)).isEqualTo(1);
            assertThat(f.millis()).isEqualTo(600_000);
        }
    }

    /// A zeroed element would be promised that the reserve cannot give, silently.
    @Test
    void alloc_zeroRequested_warnsOnce() {
        try (PoolFixture f = new PoolFixture(1)) {
            assertThat(f.pool.alloc(f.cpu, GFP_KERNEL.with(GfpFlags.ZERO))).isPositive();
            assertThat(f.pool.alloc(f.cpu, GFP_KERNEL.with(GfpFlags.ZERO))).isPositive();

            assertThat(f.machine.log().lines()).singleElement().asString()
                    .contains("__GFP_ZERO is not supported");
        }
    }

    /// A sleeping request from an interrupt would go unnoticed.
    @Test
    void alloc_mayBlockInInterrupt_complains() {
        try (PoolFixture f = new PoolFixture(1)) {
            f.cpu.run(null);

            assertThat(f.pool.alloc(f.cpu, GFP_ATOMIC)).isPositive();
            assertThat(f.machine.log().lines()).isEmpty();
            assertThat(f.pool.alloc(f.cpu, GFP_KERNEL)).isPositive();

            assertThat(f.machine.log().lines()).singleElement().asString()
                    .contains("sleeping function called from invalid context");
        }
    }

    /// The reserve would stay short although elements come back.
    @Test
    void free_reserveShort_refillsItWithAnyElement() {
        try (PoolFixture f = new PoolFixture(2)) {
            long fresh = f.pool.alloc(f.cpu, GFP_KERNEL);
            f.source.succeedOnly(0);
            long reserved = f.pool.alloc(f.cpu, GFP_KERNEL);

            f.pool.free(f.cpu, fresh);
            f.pool.free(f.cpu, reserved);

            assertThat(f.pool.snapshot().elements()).containsExactly(1L, fresh);
            assertThat(f.source.freed).containsExactly(reserved);
        }
    }

    /// C code that frees NULL would fail.
    @Test
    void free_null_isIgnored() {
        try (PoolFixture f = new PoolFixture(1)) {
            f.pool.free(f.cpu, 0);

            assertThat(f.source.freed).isEmpty();
        }
    }

    /// Emergency code paths could sleep, or ask an allocator that must not be asked.
    @Test
    void allocPreallocated_givesReserveOnly() {
        try (PoolFixture f = new PoolFixture(1)) {
            assertThat(f.pool.allocPreallocated()).isEqualTo(1);
            assertThat(f.pool.allocPreallocated()).isZero();
            assertThat(f.source.calls).isEmpty();
        }
    }

    /// A half-filled pool would be handed out, or its elements would leak.
    @Test
    void create_sourceRunsOut_givesEverythingBackAndReturnsNull() {
        try (PoolFixture f = new PoolFixture(0)) {
            f.source.succeedOnly(2);

            assertThat(Mempool.create(f.machine, f.cpu, 3, f.source, GFP_ATOMIC)).isNull();

            assertThat(f.source.calls).containsOnly(GFP_ATOMIC);
            assertThat(f.source.freed).containsExactly(2L, 1L);
        }
    }

    /// A negative size would fail far from its cause.
    @Test
    void create_negativeMinNr_isRejected() {
        try (PoolFixture f = new PoolFixture(0)) {
            assertThatThrownBy(() -> Mempool.create(f.machine, f.cpu, -1, f.source))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("min_nr -1: expected 0 or more");
        }
    }

    /// The reserve would be freed in another order than in the kernel, or twice.
    @Test
    void close_freesReserveNewestFirst_onceOnly() {
        try (PoolFixture f = new PoolFixture(3)) {
            f.pool.close();
            f.pool.close();

            assertThat(f.source.freed).containsExactly(3L, 2L, 1L);
            assertThat(f.source.out).isEmpty();
            assertThatThrownBy(() -> f.pool.alloc(f.cpu, GFP_KERNEL))
                    .isInstanceOf(IllegalStateException.class).hasMessageContaining("destroyed");
        }
    }
}
