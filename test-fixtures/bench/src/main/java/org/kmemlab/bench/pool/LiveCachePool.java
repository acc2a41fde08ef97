package org.kmemlab.bench.pool;

import org.kmemlab.buddy.GfpFlags;
import org.kmemlab.machine.Execution;
import org.kmemlab.machine.PhysicalMemory;
import org.kmemlab.slab.KmemCache;
import org.kmemlab.slab.KmemCacheArgs;
import org.kmemlab.slab.MisusePolicy;

/// Ours: a cache of equal objects, used by any thread, wherever it runs.
public final class LiveCachePool extends AddressPool {

    private static final GfpFlags GFP = GfpFlags.GFP_KERNEL;

    private final BenchKernel kernel;
    private final KmemCache cache;
    private final PhysicalMemory memory;

    LiveCachePool(int bytes) {
        super(bytes);
        kernel = new BenchKernel(MisusePolicy.REFUSE, Execution.LIVE);
        cache = kernel.slabs().createCache(KmemCacheArgs.of("bench", bytes));
        memory = kernel.machine().memory();
    }

    @Override
    public long alloc() {
        return cache.alloc(GFP);
    }

    @Override
    public void free(long address) {
        cache.free(address);
    }

    @Override
    public void allocBulk(long[] out) {
        int got = cache.allocBulk(GFP, out, 0, out.length);
        assert got == out.length : "memory for " + out.length + " objects";
    }

    @Override
    public void freeBulk(long[] objects) {
        cache.freeBulk(objects, 0, objects.length);
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
