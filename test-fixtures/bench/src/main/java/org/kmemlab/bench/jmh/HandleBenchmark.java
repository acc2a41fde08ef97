package org.kmemlab.bench.jmh;

import java.util.concurrent.TimeUnit;

import org.jctools.queues.SpscArrayQueue;
import org.kmemlab.bench.pool.Contender;
import org.kmemlab.bench.pool.HandlePool;
import org.kmemlab.bench.pool.HandlePools;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Group;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.infra.Control;

/// The patterns for contenders that hand out Java objects; see [AddressBenchmark], whose twin it is.
/// Two classes, because boxing handlees, or a common supertype, would be part of the figures.
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class HandleBenchmark {

    private static final long VALUE = 0x0123_4567_89ab_cdefL;

    /// The contender, shared by all threads.
    @State(Scope.Benchmark)
    public static class Shared {

        /// Who is measured.
        @Param("HARNESS")
        private Contender contender;
        /// Bytes of an object.
        @Param("64")
        private int bytes;

        private HandlePool<Object> pool;

        /// Opens the contender.
        @SuppressWarnings("unchecked") // It gets back only what it handed out.
        @Setup
        public void open() {
            pool = (HandlePool<Object>) HandlePools.open(contender, bytes);
        }

        /// Closes it with all that is still allocated.
        @TearDown
        public void close() {
            pool.close();
        }
    }

    /// What one thread holds.
    @State(Scope.Thread)
    public static class Mine {

        private final Object[] ring = new Object[Workload.RING];
        private final Object[] batch = new Object[Workload.BATCH];
        private final Object[] bulk16 = new Object[16];
        private final Object[] bulk64 = new Object[64];
        private final int[] fifo = Workload.inOrder();
        private final int[] lifo = Workload.reversed();
        private final int[] random = Workload.shuffled();
        private final int[] sizes = Workload.mixedSizes();
        private int at;
        private HandlePool<Object> pool;

        /// Fills the ring.
        @Setup
        public void fill(Shared shared) {
            pool = shared.pool;
            for (int i = 0; i < Workload.RING; i++) {
                ring[i] = pool.alloc();
            }
        }

        /// Empties the ring, on the thread that filled it.
        @TearDown
        public void empty() {
            for (Object handle : ring) {
                pool.free(handle);
            }
        }
    }

    /// Batches on their way from the thread that allocates to the one that frees, and back empty.
    @State(Scope.Group)
    public static class Road {

        private static final int BATCHES = 8;

        private final SpscArrayQueue<Object[]> full = new SpscArrayQueue<>(BATCHES);
        private final SpscArrayQueue<Object[]> empty = new SpscArrayQueue<>(BATCHES);

        /// Makes the batches.
        @Setup
        public void fill() {
            for (int i = 0; i < BATCHES; i++) {
                empty.offer(new Object[Workload.HAND_OVER]);
            }
        }
    }

    /// One object at a time.
    @Benchmark
    public Object pair(Mine mine) {
        Object handle = mine.pool.alloc();
        mine.pool.write(handle, VALUE);
        mine.pool.free(handle);
        return handle;
    }

    /// An object taken, the one taken 16 steps ago given back.
    @Benchmark
    public Object ring(Mine mine) {
        Object handle = mine.pool.alloc();
        mine.pool.write(handle, VALUE);
        int slot = mine.at++ & Workload.RING - 1;
        mine.pool.free(mine.ring[slot]);
        mine.ring[slot] = handle;
        return handle;
    }

    /// The same with another size each time.
    @Benchmark
    public Object mixed(Mine mine) {
        int at = mine.at++;
        Object handle = mine.pool.alloc(mine.sizes[at & Workload.SIZES - 1]);
        mine.pool.write(handle, VALUE);
        int slot = at & Workload.RING - 1;
        mine.pool.free(mine.ring[slot]);
        mine.ring[slot] = handle;
        return handle;
    }

    /// Many objects, the last given back first.
    @Benchmark
    @OperationsPerInvocation(Workload.BATCH)
    public void batchLifo(Mine mine) {
        batch(mine, mine.lifo);
    }

    /// Many objects, the first given back first.
    @Benchmark
    @OperationsPerInvocation(Workload.BATCH)
    public void batchFifo(Mine mine) {
        batch(mine, mine.fifo);
    }

    /// Many objects, given back at random.
    @Benchmark
    @OperationsPerInvocation(Workload.BATCH)
    public void batchRandom(Mine mine) {
        batch(mine, mine.random);
    }

    private static void batch(Mine mine, int[] order) {
        HandlePool<Object> pool = mine.pool;
        Object[] batch = mine.batch;
        for (int i = 0; i < Workload.BATCH; i++) {
            Object handle = pool.alloc();
            pool.write(handle, VALUE);
            batch[i] = handle;
        }
        for (int i = 0; i < Workload.BATCH; i++) {
            pool.free(batch[order[i]]);
        }
    }

    /// 16 objects; none of these contenders has a call for that.
    @Benchmark
    @OperationsPerInvocation(16)
    public void bulk16(Mine mine) {
        bulk(mine.pool, mine.bulk16);
    }

    /// 64 objects; none of these contenders has a call for that.
    @Benchmark
    @OperationsPerInvocation(64)
    public void bulk64(Mine mine) {
        bulk(mine.pool, mine.bulk64);
    }

    private static void bulk(HandlePool<Object> pool, Object[] objects) {
        for (int i = 0; i < objects.length; i++) {
            Object handle = pool.alloc();
            pool.write(handle, VALUE);
            objects[i] = handle;
        }
        for (Object handle : objects) {
            pool.free(handle);
        }
    }

    /// One thread allocates what [#remoteFree] gives back.
    @Benchmark
    @Group("remote")
    @OperationsPerInvocation(Workload.HAND_OVER)
    public void remoteAlloc(Mine mine, Road road, Work work, Control control) {
        Object[] batch = work.take(road.empty, control);
        if (batch == null) {
            return;
        }
        HandlePool<Object> pool = mine.pool;
        for (int i = 0; i < Workload.HAND_OVER; i++) {
            Object handle = pool.alloc();
            pool.write(handle, VALUE);
            batch[i] = handle;
        }
        work.pass(batch, road.full);
    }

    /// Another thread gives back what [#remoteAlloc] took.
    @Benchmark
    @Group("remote")
    @OperationsPerInvocation(Workload.HAND_OVER)
    public void remoteFree(Mine mine, Road road, Work work, Control control) {
        Object[] batch = work.take(road.full, control);
        if (batch == null) {
            return;
        }
        HandlePool<Object> pool = mine.pool;
        for (int i = 0; i < Workload.HAND_OVER; i++) {
            pool.free(batch[i]);
        }
        work.pass(batch, road.empty);
    }
}
