package org.kmemlab.bench;

import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

import org.kmemlab.buddy.GfpFlags;
import org.kmemlab.buddy.PageAllocator;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.Machine;
import org.kmemlab.machine.MachineConfig;
import org.kmemlab.machine.MemoryKind;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/// What a page costs: a pair of alloc and free, and the exchange of a random page in memory that is
/// half full and fragmented.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 200, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 10, time = 200, timeUnit = TimeUnit.MILLISECONDS)
@Fork(3)
public class PageAllocatorBenchmark {

    private static final int LIVE_PAGES = 1 << 19;
    private static final GfpFlags MOVABLE = GfpFlags.GFP_HIGHUSER_MOVABLE;

    private Machine machine;
    private PageAllocator pages;
    private Cpu cpu;
    private int[] live;
    private int[] order;
    private int at;

    /// Fills half of a machine of 4 GiB and frees every other page.
    @Setup
    public void fill() {
        machine = new Machine(
                MachineConfig.ofMebibytes(4096).withMemory(MemoryKind.METADATA_ONLY));
        pages = new PageAllocator(machine);
        cpu = machine.cpu(0);
        live = new int[LIVE_PAGES];
        order = new int[LIVE_PAGES];
        for (int i = 0; i < LIVE_PAGES; i++) {
            live[i] = pages.allocPages(cpu, MOVABLE, 0);
        }
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < LIVE_PAGES; i++) {
            order[i] = random.nextInt(LIVE_PAGES);
        }
    }

    /// Gives the machine back.
    @TearDown
    public void close() {
        machine.close();
    }

    /// One page, taken and given back.
    @Benchmark
    public int pairOrder0() {
        int pfn = pages.allocPages(cpu, MOVABLE, 0);
        pages.freePages(cpu, pfn, 0);
        return pfn;
    }

    /// Eight pages, taken and given back.
    @Benchmark
    public int pairOrder3() {
        int pfn = pages.allocPages(cpu, GfpFlags.GFP_KERNEL, 3);
        pages.freePages(cpu, pfn, 3);
        return pfn;
    }

    /// A random live page exchanged for a new one.
    @Benchmark
    public int churnOrder0() {
        int victim = order[at++ & LIVE_PAGES - 1];
        pages.freePages(cpu, live[victim], 0);
        live[victim] = pages.allocPages(cpu, MOVABLE, 0);
        return live[victim];
    }

    /// What the harness of [#churnOrder0] costs by itself.
    @Benchmark
    public int churnHarness() {
        int victim = order[at++ & LIVE_PAGES - 1];
        live[victim] ^= 1;
        live[victim] ^= 1;
        return live[victim];
    }
}
