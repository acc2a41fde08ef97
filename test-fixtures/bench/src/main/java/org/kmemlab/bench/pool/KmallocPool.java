package org.kmemlab.bench.pool;

import org.kmemlab.buddy.GfpFlags;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.Execution;
import org.kmemlab.machine.PhysicalMemory;
import org.kmemlab.slab.Kmalloc;
import org.kmemlab.slab.MisusePolicy;

/// Ours: `kmalloc` and `kfree`, used with an explicit [Cpu].
public final class KmallocPool extends AddressPool {

    private static final GfpFlags GFP = GfpFlags.GFP_KERNEL;

    private final BenchKernel kernel = new BenchKernel(MisusePolicy.REFUSE, Execution.STEPPED);
    private final Kmalloc kmalloc = kernel.slabs().kmalloc();
    private final Cpu cpu = kernel.machine().cpu(0);
    private final PhysicalMemory memory = kernel.machine().memory();

    KmallocPool(int bytes) {
        super(bytes);
    }

    @Override
    public long alloc() {
        return kmalloc.kmalloc(cpu, bytes(), GFP);
    }

    @Override
    public long alloc(int size) {
        return kmalloc.kmalloc(cpu, size, GFP);
    }

    @Override
    public void free(long address) {
        kmalloc.kfree(cpu, address);
    }

    @Override
    public void write(long address, long value) {
        memory.putLong(address, value);
    }

    @Override
    public long read(long address) {
        return memory.getLong(address);
    }

    @Override
    public void close() {
        kernel.close();
    }
}
