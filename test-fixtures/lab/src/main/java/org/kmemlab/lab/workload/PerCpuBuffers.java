package org.kmemlab.lab.workload;

import static org.kmemlab.api.KernelFlags.GFP_KERNEL;

import java.util.SplittableRandom;

import org.kmemlab.api.Kernel;
import org.kmemlab.machine.MachineConfig;

/// A trace buffer with a part for each CPU, given back on another CPU than it was got on.
final class PerCpuBuffers extends Structure {

    static final Workload WORKLOAD = new Program("per-cpu-buffers",
            "a buffer for each of four CPUs, got on one CPU and given back on another",
            MachineConfig.ofMebibytes(4).withCpus(4), PerCpuBuffers::run);

    private static final int CPUS = 4;

    private long table;

    private PerCpuBuffers(Kernel kernel) {
        super(kernel);
    }

    private static void run(Kernel kernel, SplittableRandom random, Calls calls) {
        try (PerCpuBuffers buffers = new PerCpuBuffers(kernel)) {
            boolean good = true;
            for (int i = 0; good && i < 4; i++) {
                int bytes = 100 + random.nextInt(5000);
                good = calls.make(() -> buffers.resize(bytes));
            }
        }
    }

    private boolean resize(int bytes) {
        long fresh = kernel.kcalloc(CPUS, Long.BYTES, GFP_KERNEL);
        if (fresh == 0) {
            return false;
        }
        for (int cpu = 0; cpu < CPUS; cpu++) {
            long buffer = kernel.on(cpu).kzalloc(bytes, GFP_KERNEL);
            if (buffer == 0) {
                free(fresh);
                return false;
            }
            set(fresh, cpu, buffer);
        }
        free(table);
        table = fresh;
        return true;
    }

    private void free(long old) {
        for (int cpu = 0; old != 0 && cpu < CPUS; cpu++) {
            kernel.on(CPUS - 1 - cpu).kfree(at(old, cpu));
        }
        kernel.kfree(old);
    }

    @Override
    public void close() {
        free(table);
    }
}
