package org.kmemlab.lab.malloc;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

import org.kmemlab.lab.metric.BlockBytes;
import org.kmemlab.lab.metric.MeasuredRun;
import org.kmemlab.lab.metric.RunResult;
import org.kmemlab.lab.policy.KernelPolicies;
import org.kmemlab.lab.stream.GeneratedStreams;
import org.kmemlab.lab.stream.RequestStream;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.Machine;
import org.kmemlab.machine.MachineConfig;
import org.kmemlab.machine.MemoryKind;

/// The process in which a C allocator serves a stream: requests come in on standard input, the
/// result goes out on standard output.
///
/// Before it begins, a short made-up workload is served by a simulated machine, so that what the JVM
/// needs for itself to do this work is there already and does not look like the allocator's growth.
final class MallocPlayer {

    private static final long WARM_UP_EVENTS = 20_000;
    private static final int WARM_UP_MIB = 32;

    private MallocPlayer() {
    }

    /// Serves a stream.
    ///
    /// @param args family, requests, CPUs, samples
    public static void main(String[] args) throws IOException {
        MallocFamily family = MallocFamily.valueOf(args[0]);
        long events = Long.parseLong(args[1]);
        int cpus = Integer.parseInt(args[2]);
        int samples = Integer.parseInt(args[3]);
        warmUp(samples);
        try (Machine machine = new Machine(MachineConfig.ofMebibytes(4).withCpus(cpus)
                .withMemory(MemoryKind.METADATA_ONLY));
                RequestStream stream = new RequestPipe(
                        new DataInputStream(new BufferedInputStream(System.in)))) {
            List<Cpu> all = machine.cpus();
            RunResult result = MeasuredRun.runOutside(new MallocPolicy(family), all, everything(),
                    stream, events, samples);
            ResultText.lines(result).forEach(System.out::println);
        }
    }

    private static void warmUp(int samples) throws IOException {
        try (RequestStream stream = GeneratedStreams.named("exponential", WARM_UP_EVENTS)
                .open(1)) {
            RunResult result = MeasuredRun.run(KernelPolicies.all().getFirst(),
                    MeasuredRun.machine(WARM_UP_MIB, 4, 1), stream, WARM_UP_EVENTS, samples,
                    served -> {
                    });
            ResultText.lines(result);
        }
    }

    /// The memory of this process.
    @SuppressWarnings("restricted") // C hands out addresses without bounds.
    private static BlockBytes everything() {
        MemorySegment all = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);
        return new BlockBytes() {
            @Override
            public void putLong(long address, long value) {
                all.set(ValueLayout.JAVA_LONG_UNALIGNED, address, value);
            }

            @Override
            public long getLong(long address) {
                return all.get(ValueLayout.JAVA_LONG_UNALIGNED, address);
            }

            @Override
            public void putByte(long address, byte value) {
                all.set(ValueLayout.JAVA_BYTE, address, value);
            }

            @Override
            public byte getByte(long address) {
                return all.get(ValueLayout.JAVA_BYTE, address);
            }
        };
    }
}
