package org.kmemlab.mempool.pools;

import java.util.List;
import java.util.function.IntToLongFunction;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/// A pool under test that is put together from its methods.
record PoolAdapter(List<Integer> sizes, int alignment, IntToLongFunction allocator,
        LongConsumer freer, LongSupplier usedCount, Runnable validator, Runnable closer)
        implements
        PoolUnderTest {

    @Override
    public long alloc(int bytes) {
        return allocator.applyAsLong(bytes);
    }

    @Override
    public void free(long block) {
        freer.accept(block);
    }

    @Override
    public long used() {
        return usedCount.getAsLong();
    }

    @Override
    public void validate() {
        validator.run();
    }

    @Override
    public void close() {
        closer.run();
    }
}
