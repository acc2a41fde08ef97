package org.kmemlab.bench.pool;

import org.kmemlab.buddy.GfpFlags;
import org.kmemlab.machine.Execution;
import org.kmemlab.machine.PhysicalMemory;
import org.kmemlab.slab.Kmalloc;
import org.kmemlab.slab.MisusePolicy;

/// Ours: `kmalloc` and `kfree`, used by any thread, wherever it runs.
public final class LiveKmallocPool extends AddressPool {

    private static final GfpFlags GFP = GfpFlags.GFP_KERNEL;

    private final BenchKernel kernel = new BenchKernel(MisusePolicy.REFUSE, Execution.LIVE);
    private final Kmalloc kmalloc = kernel.slabs().kmalloc();
    private final PhysicalMemory memory = kernel.machine().memory();

    LiveKmallocPool(int bytes) {
        super(bytes);
    }

    @Override
    public long alloc() {
        return kmalloc.kmalloc(bytes(), GFP);
    }

    @Override
    public long alloc(int size) {
        return kmalloc.kmalloc(size, GFP);
    }

    @Override
    public void free(long address) {
        kmalloc.kfree(address);
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
