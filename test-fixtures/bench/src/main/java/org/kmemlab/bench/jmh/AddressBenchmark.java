package org.kmemlab.bench.jmh;

import java.util.concurrent.TimeUnit;

import org.jctools.queues.SpscArrayQueue;
import org.kmemlab.bench.pool.AddressPool;
import org.kmemlab.bench.pool.AddressPools;
import org.kmemlab.bench.pool.Contender;
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
import org.openjdk.jmh.infra.ThreadParams;

/// The patterns for contenders that hand out addresses; [HandleBenchmark] is its twin for Java
/// objects. One operation is one object taken, written and given back.
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class AddressBenchmark {

    /// The contender, shared by all threads.
    @State(Scope.Benchmark)
    public static class Shared {

        /// Who is measured.
        @Param("HARNESS")
        private Contender contender;
        /// Bytes of an object.
        @Param("64")
        private int bytes;

        private AddressPool pool;

        /// Opens the contender.
        @Setup
        public void open() {
            pool = AddressPools.open(contender, bytes);
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

        private final long[] ring = new long[Workload.RING];
        private final long[] batch = new long[Workload.BATCH];
        private final long[] bulk16 = new long[16];
        private final long[] bulk64 = new long[64];
        private final int[] fifo = Workload.inOrder();
        private final int[] lifo = Workload.reversed();
        private final int[] random = Workload.shuffled();
        private final int[] sizes = Workload.mixedSizes();
        private int at;
        private AddressPool pool;

        /// Fills the ring.
        @Setup
        public void fill(Shared shared, ThreadParams thread) {
            pool = shared.pool.forThread(thread.getThreadIndex());
            for (int i = 0; i < Workload.RING; i++) {
                ring[i] = pool.alloc();
            }
        }

        /// Empties the ring, on the thread that filled it.
        @TearDown
        public void empty() {
            for (long address : ring) {
                pool.free(address);
            }
        }
    }

    /// Batches on their way from the thread that allocates to the one that frees, and back empty.
    @State(Scope.Group)
    public static class Road {

        private static final int BATCHES = 8;

        private final SpscArrayQueue<long[]> full = new SpscArrayQueue<>(BATCHES);
        private final SpscArrayQueue<long[]> empty = new SpscArrayQueue<>(BATCHES);

        /// Makes the batches.
        @Setup
        public void fill() {
            for (int i = 0; i < BATCHES; i++) {
                empty.offer(new long[Workload.HAND_OVER]);
            }
        }
    }

    /// One object at a time.
    @Benchmark
    public long pair(Mine mine) {
        long address = mine.pool.alloc();
        mine.pool.write(address, address);
        mine.pool.free(address);
        return address;
    }

    /// An object taken, the one taken 16 steps ago given back.
    @Benchmark
    public long ring(Mine mine) {
        long address = mine.pool.alloc();
        mine.pool.write(address, address);
        int slot = mine.at++ & Workload.RING - 1;
        mine.pool.free(mine.ring[slot]);
        mine.ring[slot] = address;
        return address;
    }

    /// The same with another size each time.
    @Benchmark
    public long mixed(Mine mine) {
        int at = mine.at++;
        long address = mine.pool.alloc(mine.sizes[at & Workload.SIZES - 1]);
        mine.pool.write(address, address);
        int slot = at & Workload.RING - 1;
        mine.pool.free(mine.ring[slot]);
        mine.ring[slot] = address;
        return address;
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
        AddressPool pool = mine.pool;
        long[] batch = mine.batch;
        for (int i = 0; i < Workload.BATCH; i++) {
            long address = pool.alloc();
            pool.write(address, address);
            batch[i] = address;
        }
        for (int i = 0; i < Workload.BATCH; i++) {
            pool.free(batch[order[i]]);
        }
    }

    /// 16 objects with one call, where the contender has such a call.
    @Benchmark
    @OperationsPerInvocation(16)
    public void bulk16(Mine mine) {
        bulk(mine.pool, mine.bulk16);
    }

    /// 64 objects with one call, where the contender has such a call.
    @Benchmark
    @OperationsPerInvocation(64)
    public void bulk64(Mine mine) {
        bulk(mine.pool, mine.bulk64);
    }

    private static void bulk(AddressPool pool, long[] objects) {
        pool.allocBulk(objects);
        for (long address : objects) {
            pool.write(address, address);
        }
        pool.freeBulk(objects);
    }

    /// One thread allocates what [#remoteFree] gives back.
    @Benchmark
    @Group("remote")
    @OperationsPerInvocation(Workload.HAND_OVER)
    public void remoteAlloc(Mine mine, Road road, Work work, Control control) {
        long[] batch = work.take(road.empty, control);
        if (batch == null) {
            return;
        }
        AddressPool pool = mine.pool;
        for (int i = 0; i < Workload.HAND_OVER; i++) {
            long address = pool.alloc();
            pool.write(address, address);
            batch[i] = address;
        }
        work.pass(batch, road.full);
    }

    /// Another thread gives back what [#remoteAlloc] took.
    @Benchmark
    @Group("remote")
    @OperationsPerInvocation(Workload.HAND_OVER)
    public void remoteFree(Mine mine, Road road, Work work, Control control) {
        long[] batch = work.take(road.full, control);
        if (batch == null) {
            return;
        }
        AddressPool pool = mine.pool;
        for (int i = 0; i < Workload.HAND_OVER; i++) {
            pool.free(batch[i]);
        }
        work.pass(batch, road.empty);
    }
}
