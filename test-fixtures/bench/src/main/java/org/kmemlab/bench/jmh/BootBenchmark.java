package org.kmemlab.bench.jmh;

import java.util.concurrent.TimeUnit;

import org.kmemlab.buddy.PageAllocator;
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
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// What an unused machine of one terabyte costs: the time to boot it in a cold JVM, and with
/// `-prof gc` its bytes on the heap.
@State(Scope.Thread)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 0)
@Measurement(iterations = 1)
@Fork(5)
public class BootBenchmark {

    private static final int TERABYTE_MIB = 1 << 20;

    /// Boots the machine.
    @Benchmark
    public PageAllocator terabyte() {
        MachineConfig config = MachineConfig.ofMebibytes(TERABYTE_MIB)
                .withMemory(MemoryKind.METADATA_ONLY);
        try (Machine machine = new Machine(config)) {
            return new PageAllocator(machine);
        }
    }
}
