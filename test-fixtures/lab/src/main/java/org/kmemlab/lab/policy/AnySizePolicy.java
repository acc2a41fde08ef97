package org.kmemlab.lab.policy;

import com.google.errorprone.annotations.CheckReturnValue;
import org.kmemlab.buddy.PageAllocator;
import org.kmemlab.machine.Cpu;
import org.kmemlab.mempool.pools.PoolFootprint;
import org.kmemlab.mempool.pools.PoolOptions;
import org.kmemlab.mempool.pools.PoolStatistics;
import org.kmemlab.mempool.pools.PooledAllocator;
import org.kmemlab.mempool.pools.RegionSource;

/// The facade with the names of malloc above pools.
final class AnySizePolicy implements Policy {

    private static final long NOT_COUNTED = -1;

    private final PooledAllocator allocator;

    AnySizePolicy(PageAllocator pages) {
        allocator = new PooledAllocator(RegionSource.ofPages(pages, SizedPool.GFP),
                PoolOptions.defaults("pooled-malloc"));
    }

    @Override
    @CheckReturnValue
    public long alloc(Cpu cpu, RequestKind kind, int bytes) {
        return allocator.malloc(cpu, bytes);
    }

    @Override
    public void free(Cpu cpu, RequestKind kind, long address) {
        allocator.free(cpu, address);
    }

    @Override
    public long usableSize(long address) {
        return allocator.usableSize(address);
    }

    @Override
    public PolicyUsage usage() {
        PoolStatistics statistics = allocator.statistics();
        PoolFootprint footprint = allocator.footprint();
        return new PolicyUsage(statistics.used(), footprint.usableBytes(), footprint.heldBytes(),
                footprint.metadataBytes(), statistics.steps(), statistics.stepsMax(), NOT_COUNTED);
    }

    @Override
    public void validate() {
        allocator.validate();
    }

    @Override
    public void close() {
        allocator.close();
    }
}
