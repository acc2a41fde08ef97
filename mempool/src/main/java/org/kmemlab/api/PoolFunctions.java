package org.kmemlab.api;

import org.kmemlab.buddy.GfpFlags;
import org.kmemlab.machine.Cpu;
import org.kmemlab.mempool.ElementSource;

/// A pool's elements from two functions in the shape that C code has.
///
/// @param <T> type of `poolData`
record PoolFunctions<T>(Kernel.MempoolAlloc<T> alloc, Kernel.MempoolFree<T> free, T poolData)
        implements ElementSource {

    @Override
    public long alloc(Cpu cpu, GfpFlags gfp) {
        return alloc.alloc(gfp.bits(), poolData);
    }

    @Override
    public void free(Cpu cpu, long element) {
        free.free(element, poolData);
    }
}
