package org.kmemlab.mempool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.kmemlab.buddy.GfpFlags.GFP_ATOMIC;
import static org.kmemlab.buddy.GfpFlags.GFP_KERNEL;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kmemlab.machine.Execution;
import org.kmemlab.machine.LiveClock;
import org.kmemlab.machine.Machine;
import org.kmemlab.machine.MachineConfig;
import org.kmemlab.machine.MemoryKind;

/// Waiting on Java threads, against real time.
@Timeout(60)
class MempoolLiveTest {

    /// So slow that no slice of waiting is ever over: only a wake-up ends a wait.
    private static final double NEVER = 1e-6;

    private static Machine machine(double speed) {
        return new Machine(
                MachineConfig.ofMebibytes(4).withMemory(MemoryKind.METADATA_ONLY)
                        .withExecution(Execution.LIVE),
                LiveClock.ofSpeed(speed));
    }

    private static Mempool pool(Machine machine, int minNr, CookieSource source) {
        return Objects.requireNonNull(Mempool.create(machine, machine.cpu(0), minNr, source));
    }

    /// Lets a thread allocate, and waits until it sleeps.
    private static FutureTask<Long> waiter(Mempool pool, boolean virtual, Thread[] thread) {
        FutureTask<Long> task = new FutureTask<>(
                () -> pool.alloc(pool.machine().cpu(0), GFP_KERNEL));
        thread[0] = virtual ? Thread.ofVirtual().start(task) : Thread.ofPlatform().start(task);
        while (pool.snapshot().waiters() == 0 && !task.isDone()) {
            Thread.onSpinWait();
        }
        return task;
    }

    private static long get(FutureTask<Long> task)
            throws InterruptedException, ExecutionException, TimeoutException {
        return task.get(30, TimeUnit.SECONDS);
    }

    /// A thread that waits would not get the element that another gives back.
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void alloc_anotherThreadFrees_wakes(boolean virtual) throws Exception {
        try (Machine machine = machine(NEVER)) {
            CookieSource source = new CookieSource(1, 8);
            Mempool pool = pool(machine, 1, source);
            source.failPercent(100);
            long held = pool.alloc(machine.cpu(0), GFP_ATOMIC);
            FutureTask<Long> task = waiter(pool, virtual, new Thread[1]);

            pool.free(machine.cpu(0), held);

            assertThat(get(task)).isEqualTo(held);
            assertThat(machine.clock().jiffies()).isZero();
            pool.free(machine.cpu(0), held);
            pool.close();
            assertThat(source.live()).isZero();
        }
    }

    /// A source that recovers would not be noticed before somebody frees.
    @Test
    void alloc_sourceRecovers_isNoticedWhenSliceIsOver() throws Exception {
        try (Machine machine = machine(250)) {
            CookieSource source = new CookieSource(1, 8);
            Mempool pool = pool(machine, 1, source);
            source.failPercent(100);
            long held = pool.alloc(machine.cpu(0), GFP_ATOMIC);
            FutureTask<Long> task = waiter(pool, true, new Thread[1]);

            source.failPercent(0);

            assertThat(get(task)).isPositive().isNotEqualTo(held);
            assertThat(pool.snapshot().waiters()).isZero();
        }
    }

    /// An interrupt would end a wait that the kernel does not let end, or be forgotten.
    @Test
    void alloc_interrupted_waitsOnAndKeepsTheInterrupt() throws Exception {
        try (Machine machine = machine(NEVER)) {
            CookieSource source = new CookieSource(1, 8);
            Mempool pool = pool(machine, 1, source);
            source.failPercent(100);
            long held = pool.alloc(machine.cpu(0), GFP_ATOMIC);
            boolean[] interrupted = new boolean[1];
            FutureTask<Long> task = new FutureTask<>(() -> {
                long element = pool.alloc(machine.cpu(0), GFP_KERNEL);
                interrupted[0] = Thread.currentThread().isInterrupted();
                return element;
            });
            Thread thread = Thread.ofPlatform().start(task);
            while (pool.snapshot().waiters() == 0) {
                Thread.onSpinWait();
            }

            thread.interrupt();
            assertThat(thread.join(Duration.ofMillis(20))).isFalse();
            pool.free(machine.cpu(0), held);

            assertThat(get(task)).isEqualTo(held);
            assertThat(interrupted[0]).isTrue();
        }
    }

    /// A wait without end would never be found out.
    @Test
    void alloc_nobodyFrees_reportsDeadlockAtTotalLimit() {
        try (Machine machine = machine(1000)) {
            CookieSource source = new CookieSource(1, 8);
            Mempool pool = pool(machine, 1, source);
            pool.setWaitLimit(new WaitLimit(1, 3));
            source.failPercent(100);
            long held = pool.alloc(machine.cpu(0), GFP_ATOMIC);

            DeadlockException found = assertThrows(
                    DeadlockException.class, () -> pool.alloc(machine.cpu(0), GFP_KERNEL));

            assertThat(found).hasMessageContaining("cpu0 waits for an element of mempool")
                    .hasMessageContaining("of real time")
                    .hasMessageContaining("no thread freed an element");
            assertThat(held).isPositive();
            assertThat(pool.snapshot().waiters()).isZero();
        }
    }

    /// Threads that each hold a part of what they need would block each other.
    @Test
    void allocBulk_twoThreadsNeedAllOfTheReserve_bothGetIt() throws Exception {
        try (Machine machine = machine(NEVER)) {
            CookieSource source = new CookieSource(1, 8);
            Mempool pool = pool(machine, 3, source);
            source.failPercent(100);
            Thread[] threads = new Thread[4];
            for (int i = 0; i < threads.length; i++) {
                threads[i] = Thread.ofVirtual().start(() -> {
                    for (int round = 0; round < 200; round++) {
                        long[] elements = new long[3];
                        pool.allocBulk(machine.cpu(0), elements, 3);
                        Thread.onSpinWait();
                        assertThat(pool.freeBulk(elements, 3)).isEqualTo(3);
                    }
                });
            }
            for (Thread thread : threads) {
                assertThat(thread.join(Duration.ofSeconds(30))).as("%s", pool).isTrue();
            }

            assertThat(pool.snapshot().currNr()).isEqualTo(3);
            pool.close();
            assertThat(source.live()).isZero();
        }
    }
}
