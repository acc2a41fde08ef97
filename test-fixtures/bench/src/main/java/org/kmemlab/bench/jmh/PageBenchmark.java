package org.kmemlab.bench.jmh;

import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

import org.kmemlab.bench.pool.Contender;
import org.kmemlab.buddy.GfpFlags;
import org.kmemlab.buddy.PageAllocator;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.Execution;
import org.kmemlab.machine.Machine;
import org.kmemlab.machine.MachineConfig;
import org.kmemlab.machine.MemoryKind;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/// What a block of pages costs: one at a time, and random ones exchanged in a machine of 4 GiB that
/// is half full and fragmented. One operation is one block taken and given back.
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class PageBenchmark {

    private static final GfpFlags MOVABLE = GfpFlags.GFP_HIGHUSER_MOVABLE;
    private static final int FRAMES = 1 << 20;
    private static final int VICTIMS = 1 << 19;
    private static final int ORDERS = 4;
    private static final long SEED = 3;

    /// An empty machine.
    @State(Scope.Thread)
    public static class Fresh {

        @Param("PAGES")
        private Contender contender;
        private boolean live;
        private Machine machine;
        private PageAllocator pages;
        private Cpu cpu;

        /// Boots it.
        @Setup
        public void boot() {
            live = contender == Contender.LIVE_PAGES;
            machine = new Machine(MachineConfig.ofMebibytes(FRAMES >> 8)
                    .withMemory(MemoryKind.METADATA_ONLY)
                    .withExecution(live ? Execution.LIVE : Execution.STEPPED));
            pages = new PageAllocator(machine);
            cpu = machine.cpu(0);
        }

        /// Gives it back.
        @TearDown
        public void close() {
            machine.close();
        }

        int take(GfpFlags gfp, int order) {
            return live ? pages.allocPages(gfp, order) : pages.allocPages(cpu, gfp, order);
        }

        void give(int pfn, int order) {
            if (live) {
                pages.freePages(pfn, order);
            } else {
                pages.freePages(cpu, pfn, order);
            }
        }

        /// A block for good.
        int occupy(int order) {
            int pfn = take(MOVABLE, order);
            if (pfn == PageAllocator.NONE) {
                throw new IllegalStateException("no block of order " + order);
            }
            return pfn;
        }
    }

    /// A machine whose every other page is in use. It keeps the machine that it filled: JMH hands
    /// a benchmark that asks for one as well another of the same class.
    @State(Scope.Thread)
    public static class Fragmented {

        private static final int LIVE = FRAMES / 16 * 7;

        private final int[] live = new int[LIVE];
        private final int[] victims = randomBelow(LIVE);
        private int at;
        private Fresh machine;

        /// Takes nearly all pages and gives every other one back.
        @Setup
        public void fill(Fresh fresh) {
            machine = fresh;
            int[] gaps = new int[LIVE];
            for (int i = 0; i < LIVE; i++) {
                live[i] = fresh.occupy(0);
                gaps[i] = fresh.occupy(0);
            }
            for (int gap : gaps) {
                fresh.give(gap, 0);
            }
        }
    }

    /// A machine half of whose pages are in use as blocks of orders 0 to 3.
    @State(Scope.Thread)
    public static class Mixed {

        private static final int LIVE = FRAMES / 2 / ((1 << ORDERS) - 1) * ORDERS;

        private final int[] live = new int[LIVE];
        private final byte[] orders = new byte[LIVE];
        private final int[] victims = randomBelow(LIVE);
        private int at;
        private Fresh machine;

        /// Takes the blocks.
        @Setup
        public void fill(Fresh fresh) {
            machine = fresh;
            for (int i = 0; i < LIVE; i++) {
                orders[i] = (byte) (i % ORDERS);
                live[i] = fresh.occupy(orders[i]);
            }
        }
    }

    private static int[] randomBelow(int limit) {
        SplittableRandom random = new SplittableRandom(SEED);
        int[] numbers = new int[VICTIMS];
        for (int i = 0; i < VICTIMS; i++) {
            numbers[i] = random.nextInt(limit);
        }
        return numbers;
    }

    /// One page.
    @Benchmark
    public int pair0(Fresh fresh) {
        int pfn = fresh.take(MOVABLE, 0);
        fresh.give(pfn, 0);
        return pfn;
    }

    /// Eight pages.
    @Benchmark
    public int pair3(Fresh fresh) {
        int pfn = fresh.take(GfpFlags.GFP_KERNEL, 3);
        fresh.give(pfn, 3);
        return pfn;
    }

    /// The loop around a pair.
    @Benchmark
    public int pairHarness(Fragmented state) {
        return state.at++;
    }

    /// A random page given back for a new one.
    @Benchmark
    public int churn0(Fragmented state) {
        Fresh machine = state.machine;
        int victim = state.victims[state.at++ & VICTIMS - 1];
        machine.give(state.live[victim], 0);
        int pfn = machine.take(MOVABLE, 0);
        state.live[victim] = pfn;
        return pfn;
    }

    /// A random block given back for one of the same order; orders 0 to 3.
    @Benchmark
    public int churnMixed(Mixed state) {
        Fresh machine = state.machine;
        int victim = state.victims[state.at++ & VICTIMS - 1];
        int order = state.orders[victim];
        machine.give(state.live[victim], order);
        int pfn = machine.take(MOVABLE, order);
        state.live[victim] = pfn;
        return pfn;
    }

    /// The loop around an exchange of pages.
    @Benchmark
    public int churnHarness(Fragmented state) {
        int victim = state.victims[state.at++ & VICTIMS - 1];
        int pfn = state.live[victim] ^ 1;
        state.live[victim] = pfn;
        return pfn;
    }

    /// The loop around an exchange of blocks.
    @Benchmark
    public int churnMixedHarness(Mixed state) {
        int victim = state.victims[state.at++ & VICTIMS - 1];
        int pfn = state.live[victim] ^ state.orders[victim];
        state.live[victim] = pfn;
        return pfn;
    }
}
