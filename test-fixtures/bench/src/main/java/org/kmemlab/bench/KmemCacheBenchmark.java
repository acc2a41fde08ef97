package org.kmemlab.bench;

import java.util.concurrent.TimeUnit;

import org.kmemlab.buddy.GfpFlags;
import org.kmemlab.buddy.PageAllocator;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.Machine;
import org.kmemlab.machine.MachineConfig;
import org.kmemlab.slab.Kmalloc;
import org.kmemlab.slab.KmemCache;
import org.kmemlab.slab.KmemCacheArgs;
import org.kmemlab.slab.SlabAllocator;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/// What an object costs with an explicit CPU: each benchmark writes eight bytes into every object.
///
/// Judge by the ring: in the tight pair the compiler forwards the free to the next alloc.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 200, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 10, time = 200, timeUnit = TimeUnit.MILLISECONDS)
@Fork(3)
public class KmemCacheBenchmark {

    private static final int RING = 16;
    private static final GfpFlags GFP = GfpFlags.GFP_KERNEL;

    /// Bytes of an object.
    @Param({"64", "256", "4096"})
    private int size;

    private Machine machine;
    private Cpu cpu;
    private KmemCache cache;
    private Kmalloc kmalloc;
    private final long[] ring = new long[RING];
    private int at;

    /// Builds a machine of 64 MiB with one cache, and fills the ring.
    @Setup
    public void fill() {
        machine = new Machine(MachineConfig.ofMebibytes(64));
        SlabAllocator slabs = new SlabAllocator(new PageAllocator(machine));
        cpu = machine.cpu(0);
        cache = slabs.createCache(KmemCacheArgs.of("bench", size));
        kmalloc = slabs.kmalloc();
        for (int i = 0; i < RING; i++) {
            ring[i] = cache.alloc(cpu, GFP);
        }
    }

    /// Gives the machine back.
    @TearDown
    public void close() {
        machine.close();
    }

    /// One object, taken, written and given back.
    @Benchmark
    public long pair() {
        long address = cache.alloc(cpu, GFP);
        machine.memory().putLong(address, address);
        cache.free(cpu, address);
        return address;
    }

    /// One object taken and written; the one taken 16 steps ago given back.
    @Benchmark
    public long ring() {
        int slot = at++ & RING - 1;
        cache.free(cpu, ring[slot]);
        long address = cache.alloc(cpu, GFP);
        machine.memory().putLong(address, address);
        ring[slot] = address;
        return address;
    }

    /// The same through `kmalloc` and `kfree`, without a ring.
    @Benchmark
    public long kmallocPair() {
        long address = kmalloc.kmalloc(cpu, size, GFP);
        machine.memory().putLong(address, address);
        kmalloc.kfree(cpu, address);
        return address;
    }
}
