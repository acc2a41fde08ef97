package org.kmemlab.lab.policy;

import java.util.Map;
import java.util.TreeMap;

import com.google.errorprone.annotations.CheckReturnValue;
import org.agrona.collections.Long2LongHashMap;
import org.kmemlab.buddy.PageAllocator;
import org.kmemlab.machine.Cpu;
import org.kmemlab.mempool.pools.PoolFootprint;
import org.kmemlab.mempool.pools.PoolStatistics;
import org.kmemlab.mempool.pools.RegionSource;

/// A pool of its own for each size, rounded up to 16 bytes: how programs use pools of equal blocks.
/// Requests for more than a page get pages.
///
/// Which size a block has is remembered here and not counted: the program knows it, for it names the
/// pool when it gives a block back.
final class PoolBySizePolicy implements Policy {

    private static final int UNIT = 16;
    private static final int LARGEST = 4096;
    private static final long NONE = 0;
    private static final long NOT_COUNTED = -1;

    private final PageAllocator pages;
    private final RegionSource whole;
    private final SizedPool.Maker maker;
    private final Map<Integer, SizedPool> pools = new TreeMap<>();
    private final Long2LongHashMap bytesOf = new Long2LongHashMap(NONE);
    private long largeBlocks;
    private long largeBytes;
    private long largeHeld;

    PoolBySizePolicy(PageAllocator pages, SizedPool.Maker maker) {
        this.pages = pages;
        this.whole = RegionSource.ofPages(pages, SizedPool.GFP);
        this.maker = maker;
    }

    @Override
    @CheckReturnValue
    public long alloc(Cpu cpu, RequestKind kind, int bytes) {
        int rounded = (bytes + UNIT - 1) & -UNIT;
        if (rounded > LARGEST) {
            return allocLarge(cpu, rounded);
        }
        long block = poolFor(cpu, rounded).alloc(cpu);
        if (block != 0) {
            bytesOf.put(block, rounded);
        }
        return block;
    }

    private SizedPool poolFor(Cpu cpu, int bytes) {
        return pools.computeIfAbsent(bytes, size -> maker.make(cpu, pages, size));
    }

    private long allocLarge(Cpu cpu, int bytes) {
        long block = whole.take(cpu, bytes);
        if (block != 0) {
            bytesOf.put(block, bytes);
            largeBlocks++;
            largeBytes += bytes;
            largeHeld += whole.heldBytes(bytes);
        }
        return block;
    }

    @Override
    public void free(Cpu cpu, RequestKind kind, long address) {
        int bytes = (int) usableSize(address);
        if (bytes <= LARGEST) {
            poolFor(cpu, bytes).free(address);
        } else {
            whole.giveBack(cpu, address, bytes);
            largeBlocks--;
            largeBytes -= bytes;
            largeHeld -= whole.heldBytes(bytes);
        }
        bytesOf.remove(address);
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
        long blocks = largeBlocks;
        long usable = largeBytes;
        long held = largeHeld;
        long metadata = 0;
        long steps = 0;
        long most = 0;
        for (SizedPool pool : pools.values()) {
            PoolStatistics statistics = pool.statistics();
            PoolFootprint footprint = pool.footprint();
            blocks += statistics.used();
            usable += footprint.usableBytes();
            held += footprint.heldBytes();
            metadata += footprint.metadataBytes();
            steps += statistics.steps();
            most = Math.max(most, statistics.stepsMax());
        }
        return new PolicyUsage(blocks, usable, held, metadata, steps, most, NOT_COUNTED);
    }

    @Override
    public void validate() {
        pools.values().forEach(SizedPool::validate);
    }

    @Override
    public void close() {
        Cpu cpu = pages.machine().cpu(0);
        bytesOf.forEachLong((address, bytes) -> {
            if (bytes > LARGEST) {
                whole.giveBack(cpu, address, bytes);
            } else {
                poolFor(cpu, (int) bytes).free(address);
            }
        });
        pools.values().forEach(pool -> pool.close(cpu));
        bytesOf.clear();
        pools.clear();
    }
}
