package org.kmemlab.lab.policy;

import com.google.errorprone.annotations.CheckReturnValue;
import org.agrona.collections.Long2LongHashMap;
import org.jspecify.annotations.Nullable;
import org.kmemlab.buddy.PageAllocator;
import org.kmemlab.machine.Cpu;
import org.kmemlab.mempool.pools.PoolOptions;
import org.kmemlab.mempool.pools.RegionPool;
import org.kmemlab.mempool.pools.RegionSource;

/// One region for all: blocks come from its end and none is reused before the region is cleared, which
/// happens when no block is left.
///
/// Sizes of blocks are remembered here and not counted, for the region does not know them.
final class RegionPoolPolicy implements Policy {

    private static final long NONE = 0;
    private static final long NOT_COUNTED = -1;

    private final RegionSource source;
    private final Cpu cleaner;
    private final Long2LongHashMap bytesOf = new Long2LongHashMap(NONE);
    private @Nullable RegionPool region;
    private long usableBytes;

    RegionPoolPolicy(PageAllocator pages) {
        source = RegionSource.ofPages(pages, SizedPool.GFP);
        cleaner = pages.machine().cpu(0);
    }

    @Override
    @CheckReturnValue
    public long alloc(Cpu cpu, RequestKind kind, int bytes) {
        if (region == null) {
            region = RegionPool.create(cpu, source, RegionPool.KEEP_ALL,
                    PoolOptions.defaults("region"));
        }
        long block = region == null ? 0 : region.alloc(cpu, bytes);
        if (block != 0) {
            bytesOf.put(block, bytes);
            usableBytes += bytes;
        }
        return block;
    }

    @Override
    public void free(Cpu cpu, RequestKind kind, long address) {
        usableBytes -= usableSize(address);
        bytesOf.remove(address);
        if (bytesOf.isEmpty() && region != null) {
            region.clear(cpu);
        }
    }

    @Override
    public long usableSize(long address) {
        long bytes = bytesOf.get(address);
        if (bytes == NONE) {
            throw new IllegalArgumentException(
                    "0x%x: nobody holds a block there".formatted(address));
        }
        return bytes;
    }

    @Override
    public PolicyUsage usage() {
        RegionPool now = region;
        return now == null ? new PolicyUsage(0, 0, 0, 0, 0, 0, NOT_COUNTED)
                : new PolicyUsage(bytesOf.size(), usableBytes,
                        now.footprint().heldBytes() + now.stockBytes(),
                        now.footprint().metadataBytes(), now.statistics().steps(),
                        now.statistics().stepsMax(), NOT_COUNTED);
    }

    @Override
    public void validate() {
        if (region != null) {
            region.validate();
        }
    }

    @Override
    public void close() {
        if (region != null) {
            region.destroy(cleaner);
            region = null;
        }
        bytesOf.clear();
        usableBytes = 0;
    }
}
