package org.kmemlab.mempool;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kmemlab.buddy.GfpFlags;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.Execution;
import org.kmemlab.machine.LiveClock;
import org.kmemlab.machine.Machine;
import org.kmemlab.machine.MachineConfig;
import org.kmemlab.machine.MemoryKind;

/// Four times as many threads as CPUs on a small pool whose source fails, so that they wait for each
/// other all the time. No slice of waiting is ever over: a lost wake-up is a thread that stands still.
@Tag("stress")
class MempoolStressTest {

    private static final long SEED = 2026;
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int ROUNDS = 30;
    private static final int OPERATIONS = 1_500;

    private final Machine machine = new Machine(
            MachineConfig.ofMebibytes(4).withMemory(MemoryKind.METADATA_ONLY)
                    .withExecution(Execution.LIVE),
            LiveClock.ofSpeed(1e-6));
    private final ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();
    private final AtomicLong nothing = new AtomicLong();

    /// Threads that use one pool would get one element twice, lose one, or wait for ever.
    @ParameterizedTest(name = "virtual {0}, {1} % of requests fail, min_nr {2}")
    @CsvSource({"false, 100, 1", "true, 100, 1", "false, 90, 2", "true, 90, 2", "true, 95, 3"})
    void allocAndFree_manyThreads_nobodyStarvesAndNothingIsLost(boolean virtual, int failPercent,
            int minNr) throws InterruptedException {
        int users = 4 * Runtime.getRuntime().availableProcessors();
        for (int round = 0; round < ROUNDS; round++) {
            CookieSource source = new CookieSource(SEED + round, minNr + users);
            Mempool pool = Objects.requireNonNull(
                    Mempool.create(machine, machine.cpu(0), minNr, source));
            source.failPercent(failPercent);
            long roundSeed = SEED + 1_000L * round;
            List<Thread> threads = new ArrayList<>();
            for (int user = 1; user <= users; user++) {
                Use use = new Use(pool, source, user, new SplittableRandom(roundSeed + user));
                threads.add(virtual ? Thread.ofVirtual().start(use)
                        : Thread.ofPlatform().start(use));
            }
            joinAll(threads, pool, round);

            pool.validate();
            assertThat(pool.snapshot().waiters()).isZero();
            assertThat(source.live()).as("seed %d, round %d", SEED, round)
                    .isEqualTo(pool.snapshot().currNr());
            pool.close();
            assertThat(source.live()).isZero();
        }
        if (failPercent == 100) {
            assertThat(nothing.get()).as("operations that found nothing").isPositive();
        }
    }

    private void joinAll(List<Thread> threads, Mempool pool, int round)
            throws InterruptedException {
        for (Thread thread : threads) {
            boolean ended = thread.join(PATIENCE);
            assertThat(failures).as("seed %d, round %d, %s", SEED, round, pool).isEmpty();
            assertThat(ended).as("seed %d, round %d: %s stands still at %s, %s", SEED, round,
                    thread, Arrays.toString(thread.getStackTrace()), pool).isTrue();
        }
    }

    /// One user, who holds at most one element at a time.
    private final class Use implements Runnable {

        private final Mempool pool;
        private final CookieSource source;
        private final int user;
        private final SplittableRandom random;

        Use(Mempool pool, CookieSource source, int user, SplittableRandom random) {
            this.pool = pool;
            this.source = source;
            this.user = user;
            this.random = random;
        }

        @Override
        public void run() {
            try {
                for (int i = 0; i < OPERATIONS; i++) {
                    useOne();
                }
            } catch (RuntimeException | AssertionError failure) {
                failures.add(failure);
            }
        }

        private void useOne() {
            Cpu cpu = machine.cpu(0);
            int kind = random.nextInt(8);
            long element = kind == 0 ? pool.allocPreallocated()
                    : pool.alloc(cpu, kind < 3 ? GfpFlags.GFP_ATOMIC : GfpFlags.GFP_KERNEL);
            if (element == 0) {
                nothing.incrementAndGet();
                assertThat(kind).as("a request that may wait got nothing").isLessThan(3);
                return;
            }
            source.take(element, user);
            if (random.nextInt(8) == 0) {
                LockSupport.parkNanos(1); // Lets others run, also on one CPU.
            }
            source.release(element, user);
            pool.free(cpu, element);
        }
    }

    /// A pool that is resized while others use it would lose elements, or keep too many.
    @ParameterizedTest(name = "virtual {0}")
    @CsvSource({"false", "true"})
    void resize_whileOthersUseIt_losesNothing(boolean virtual) throws InterruptedException {
        int users = 4 * Runtime.getRuntime().availableProcessors();
        CookieSource source = new CookieSource(SEED, 5 + users);
        Mempool pool = Objects
                .requireNonNull(Mempool.create(machine, machine.cpu(0), 2, source));
        source.failPercent(70);
        List<Thread> threads = new ArrayList<>();
        for (int user = 1; user <= users; user++) {
            Use use = new Use(pool, source, user, new SplittableRandom(SEED + user));
            threads.add(virtual ? Thread.ofVirtual().start(use) : Thread.ofPlatform().start(use));
        }
        SplittableRandom random = new SplittableRandom(SEED);
        while (threads.stream().anyMatch(Thread::isAlive) && failures.isEmpty()) {
            pool.resize(machine.cpu(0), random.nextInt(1, 6));
            // Threads that wait are not woken by a resize, as in the kernel, but by any free.
            long element = pool.allocPreallocated();
            pool.free(machine.cpu(0), element);
        }
        joinAll(threads, pool, 0);

        pool.validate();
        assertThat(source.live()).isEqualTo(pool.snapshot().currNr());
        pool.close();
        assertThat(source.live()).isZero();
    }
}
