package org.kmemlab.lab.policy;

import java.util.Map;
import java.util.TreeMap;

import com.google.errorprone.annotations.CheckReturnValue;
import org.kmemlab.buddy.GfpFlags;
import org.kmemlab.buddy.PageAllocator;
import org.kmemlab.machine.Cpu;
import org.kmemlab.mempool.pools.DynamicPool;
import org.kmemlab.mempool.pools.PoolFootprint;
import org.kmemlab.mempool.pools.PoolOptions;
import org.kmemlab.mempool.pools.PoolStatistics;
import org.kmemlab.mempool.pools.RegionSource;

/// Pools of which only the total is known when they are made: another one is made when those there
/// are cannot serve a request, and a pool without blocks is given back.
///
/// Which pool an address belongs to is found in a tree, which is not counted: a program that uses
/// such pools knows it. Its owner looks at the pools one after the other, which counts as steps.
final class DynamicPoolPolicy implements Policy {

    private static final int POOL_BYTES = 256 << 10;
    private static final PoolOptions OPTIONS = PoolOptions.defaults("dynamic");
    private static final long NOT_COUNTED = -1;

    private final RegionSource source;
    private final TreeMap<Long, DynamicPool> pools = new TreeMap<>();
    private long stepsOfClosed;
    private long looks;
    private long mostSteps;

    DynamicPoolPolicy(PageAllocator pages) {
        source = RegionSource.ofPages(pages, GfpFlags.GFP_KERNEL.with(GfpFlags.NORETRY)
                .with(GfpFlags.NOWARN));
    }

    @Override
    @CheckReturnValue
    public long alloc(Cpu cpu, RequestKind kind, int bytes) {
        for (DynamicPool pool : pools.values()) {
            looks++;
            long block = pool.alloc(cpu, bytes);
            if (block != 0) {
                return block;
            }
        }
        long room = Math.max(POOL_BYTES, bytes + (long) POOL_BYTES / 16);
        DynamicPool pool = DynamicPool.create(cpu, source, room, OPTIONS);
        if (pool == null) {
            return 0;
        }
        long block = pool.alloc(cpu, bytes);
        if (block == 0) {
            pool.close(cpu);
            return 0;
        }
        pools.put(block, pool);
        return block;
    }

    @Override
    public void free(Cpu cpu, RequestKind kind, long address) {
        Map.Entry<Long, DynamicPool> entry = pools.floorEntry(address);
        if (entry == null) {
            throw new IllegalArgumentException("0x%x: no pool lies there".formatted(address));
        }
        DynamicPool pool = entry.getValue();
        pool.free(address);
        PoolStatistics statistics = pool.statistics();
        mostSteps = Math.max(mostSteps, statistics.stepsMax());
        if (statistics.used() == 0) {
            stepsOfClosed += statistics.steps();
            pools.remove(entry.getKey());
            pool.close(cpu);
        }
    }

    @Override
    public long usableSize(long address) {
        return pools.floorEntry(address).getValue().usableSize(address);
    }

    @Override
    public PolicyUsage usage() {
        long blocks = 0;
        long usable = 0;
        long held = 0;
        long metadata = 0;
        long steps = stepsOfClosed + looks;
        for (DynamicPool pool : pools.values()) {
            PoolFootprint footprint = pool.footprint();
            PoolStatistics statistics = pool.statistics();
            blocks += statistics.used();
            steps += statistics.steps();
            usable += footprint.usableBytes();
            held += source.heldBytes(footprint.heldBytes());
            metadata += footprint.metadataBytes();
        }
        return new PolicyUsage(blocks, usable, held, metadata, steps, mostSteps, NOT_COUNTED);
    }

    @Override
    public void validate() {
        pools.values().forEach(DynamicPool::validate);
    }

    @Override
    public void close() {
        pools.values().forEach(DynamicPool::close);
        pools.clear();
    }
}
