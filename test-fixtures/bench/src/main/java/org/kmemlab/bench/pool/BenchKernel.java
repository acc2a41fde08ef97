package org.kmemlab.bench.pool;

import org.kmemlab.buddy.PageAllocator;
import org.kmemlab.machine.Execution;
import org.kmemlab.machine.Machine;
import org.kmemlab.machine.MachineConfig;
import org.kmemlab.slab.MisusePolicy;
import org.kmemlab.slab.SlabAllocator;
import org.kmemlab.slab.SlabPages;

/// The machine below our contenders: 1 GiB, of which they touch what they use.
final class BenchKernel implements AutoCloseable {

    private static final int MEBIBYTES = 1024;

    private final Machine machine;
    private final SlabAllocator slabs;

    BenchKernel(MisusePolicy policy, Execution execution) {
        machine = new Machine(MachineConfig.ofMebibytes(MEBIBYTES)
                .withCpus(Runtime.getRuntime().availableProcessors())
                .withExecution(execution));
        PageAllocator pages = new PageAllocator(machine);
        slabs = new SlabAllocator(pages, SlabPages.of(pages), policy);
    }

    Machine machine() {
        return machine;
    }

    SlabAllocator slabs() {
        return slabs;
    }

    @Override
    public void close() {
        machine.close();
    }
}
