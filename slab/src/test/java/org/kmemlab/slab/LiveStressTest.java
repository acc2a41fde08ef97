package org.kmemlab.slab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.kmemlab.buddy.GfpFlags.GFP_KERNEL;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntFunction;
import java.util.stream.LongStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.kmemlab.buddy.PageAllocator;
import org.kmemlab.machine.Execution;
import org.kmemlab.machine.Machine;
import org.kmemlab.machine.MachineConfig;
import org.kmemlab.machine.PhysicalMemory;

/// Four times more threads than CPUs on one cache: every object carries a cookie of its holder that
/// nobody else may overwrite, and a part of the objects is freed by whoever finds them. The canary is
/// a stock that all threads use at once.
///
/// The seed is fixed; what the scheduler does is not, so a failure names the thread and the cookie.
@Timeout(120)
class LiveStressTest {

    private static final long SEED = 20_261_120;
    private static final int THREADS = 8;
    private static final int OPERATIONS = 200_000;
    private static final int HELD_MOST = 300;

    /// If it fails, two threads were given one object, an object changed hands while it was held, or
    /// objects were lost.
    @Test
    void platformThreads_neverShareAnObject() throws InterruptedException {
        run(task -> new Thread(task));
    }

    /// If it fails, shared stocks are not exclusive for the time of an operation.
    @Test
    void virtualThreads_neverShareAnObject() throws InterruptedException {
        run(task -> Thread.ofVirtual().unstarted(task));
    }

    /// If it fails, threads that are the first in a piece of memory lose each other's notes of what is
    /// in use, and good frees are refused.
    @Test
    void threadsThatStartTogether_findTheirObjectsInUse() throws InterruptedException {
        for (int round = 0; round < 60; round++) {
            try (Machine machine = new Machine(MachineConfig.ofMebibytes(16).withCpus(2)
                    .withExecution(Execution.LIVE))) {
                KmemCache cache = new SlabAllocator(new PageAllocator(machine))
                        .createCache(KmemCacheArgs.of("first", 8));
                AtomicReference<Throwable> failure = new AtomicReference<>();
                CyclicBarrier start = new CyclicBarrier(THREADS);
                List<Thread> threads = new ArrayList<>();
                for (int number = 0; number < THREADS; number++) {
                    threads.add(new Thread(() -> {
                        try {
                            start.await();
                            long[] objects = LongStream.range(0, 200)
                                    .map(i -> cache.alloc(GFP_KERNEL)).toArray();
                            LongStream.of(objects).forEach(cache::free);
                        } catch (Exception thrown) {
                            failure.compareAndSet(null, thrown);
                        }
                    }));
                }
                threads.forEach(Thread::start);
                for (Thread thread : threads) {
                    thread.join();
                }
                assertThat(failure.get()).as("round %d", round).isNull();
            }
        }
    }

    /// If it fails, the tests above would not notice that threads are given one object.
    @Test
    void sheafWithoutOwner_isCaught() throws InterruptedException {
        try (Machine machine = liveMachine()) {
            SlabAllocator slab = new SlabAllocator(new PageAllocator(machine));
            UnownedStock stock = new UnownedStock(
                    slab.createCache(KmemCacheArgs.of("canary", 96)));

            AtomicReference<Throwable> failure = new AtomicReference<>();
            List<Thread> threads = start(task -> new Thread(task), failure,
                    number -> new Worker(machine.memory(), stock, new ConcurrentLinkedQueue<>(),
                            number));
            for (Thread thread : threads) {
                thread.join();
            }

            assertThat(failure.get()).isInstanceOfAny(AssertionError.class,
                    SlabBugException.class);
        }
    }

    /// What the threads take from and put into.
    private interface Stock {
        long alloc();

        void free(long object);
    }

    private record CacheStock(KmemCache cache) implements Stock {

        @Override
        public long alloc() {
            return cache.alloc(GFP_KERNEL);
        }

        @Override
        public void free(long object) {
            cache.free(object);
        }
    }

    /// The canary: one sheaf above a cache, which nobody claims before use.
    private static final class UnownedStock implements Stock {

        private final Sheaf sheaf = new Sheaf(null, 0);
        private final KmemCache cache;

        UnownedStock(KmemCache cache) {
            this.cache = cache;
            sheaf.grow(HELD_MOST);
        }

        @Override
        public long alloc() {
            long object = sheaf.take(GFP_KERNEL);
            return object == 0 ? cache.alloc(GFP_KERNEL) : object;
        }

        @Override
        public void free(long object) {
            if (!sheaf.put(object)) {
                cache.free(object);
            }
        }
    }

    private static Machine liveMachine() {
        return new Machine(MachineConfig.ofMebibytes(64).withCpus(2)
                .withExecution(Execution.LIVE));
    }

    private static List<Thread> start(Maker maker, AtomicReference<Throwable> failure,
            IntFunction<Worker> workers) {
        List<Thread> threads = new ArrayList<>();
        for (int number = 1; number <= THREADS; number++) {
            Worker worker = workers.apply(number);
            threads.add(maker.make(() -> {
                try {
                    worker.work();
                } catch (Throwable thrown) {
                    failure.compareAndSet(null, thrown);
                }
            }));
        }
        threads.forEach(Thread::start);
        return threads;
    }

    private interface Maker {
        Thread make(Runnable task);
    }

    private static void run(Maker maker) throws InterruptedException {
        try (Machine machine = liveMachine()) {
            SlabAllocator slab = new SlabAllocator(new PageAllocator(machine));
            KmemCache cache = slab.createCache(KmemCacheArgs.of("stress", 96));
            ConcurrentLinkedQueue<Long> adrift = new ConcurrentLinkedQueue<>();
            AtomicReference<Throwable> failure = new AtomicReference<>();
            List<Thread> threads = start(maker, failure, number -> new Worker(machine.memory(),
                    new CacheStock(cache), adrift, number));
            for (Thread thread : threads) {
                while (thread.isAlive()) {
                    cache.shrink(machine.cpu(1));
                    // Others must survive that the way past all stock is taken for a while.
                    slab.failslab().attr().setTimes(0);
                    slab.failslab().attr().setProbability(100);
                    slab.failslab().attr().setProbability(0);
                    machine.clock().advance(1);
                    thread.join(5);
                }
            }

            assertThat(failure.get()).isNull();
            adrift.forEach(cache::free);
            assertThat(cache.shrink(machine.cpu(0))).isTrue();
            slab.validate();
        }
    }

    /// One thread: takes objects and signs them, and gives back its own or finds of others.
    private record Worker(PhysicalMemory memory, Stock stock,
            ConcurrentLinkedQueue<Long> adrift, int number) {

        void work() {
            SplittableRandom random = new SplittableRandom(SEED + number);
            List<Long> held = new ArrayList<>();
            for (int i = 0; i < OPERATIONS; i++) {
                int choice = random.nextInt(16);
                if (choice < 8 && held.size() < HELD_MOST) {
                    held.add(sign(stock.alloc()));
                } else if (choice < 14 && !held.isEmpty()) {
                    giveBack(held.remove(random.nextInt(held.size())));
                } else if (choice == 14 && !held.isEmpty()) {
                    adrift.add(held.removeLast());
                } else if (choice == 15) {
                    Long found = adrift.poll();
                    if (found != null) {
                        stock.free(found);
                    }
                }
            }
            held.forEach(this::giveBack);
        }

        private long cookie(long object) {
            return object * 31 + number;
        }

        private long sign(long object) {
            assertThat(object).isNotZero();
            memory.putLong(object, cookie(object));
            memory.putLong(object + 88, ~cookie(object));
            return object;
        }

        private void giveBack(long object) {
            assertThat(memory.getLong(object))
                    .as("seed %d, thread %d, object 0x%x", SEED, number, object)
                    .isEqualTo(cookie(object));
            assertThat(memory.getLong(object + 88)).isEqualTo(~cookie(object));
            memory.putLong(object, -1);
            stock.free(object);
        }
    }
}
