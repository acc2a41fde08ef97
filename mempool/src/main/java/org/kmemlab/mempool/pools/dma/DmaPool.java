package org.kmemlab.mempool.pools.dma;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import com.google.errorprone.annotations.CheckReturnValue;
import org.apache.commons.lang3.Validate;
import org.jspecify.annotations.Nullable;
import org.kmemlab.buddy.GfpFlags;
import org.kmemlab.buddy.PageAllocator;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.KernelLog;
import org.kmemlab.machine.KernelProfile;
import org.kmemlab.machine.PhysicalMemory;
import org.kmemlab.mempool.pools.BlockLayout;
import org.kmemlab.mempool.pools.BlockPool;
import org.kmemlab.mempool.pools.BlockState;
import org.kmemlab.mempool.pools.LiveBlock;
import org.kmemlab.mempool.pools.PoolFootprint;
import org.kmemlab.mempool.pools.PoolMisuseException;
import org.kmemlab.mempool.pools.PoolOptions;
import org.kmemlab.mempool.pools.PoolStatistics;
import org.kmemlab.mempool.pools.RegionSource;

/// Small blocks of memory that a device may read and write, all of one size, cut from whole pages.
///
/// ```text
///   chunk of a page, boundary 1024, blocks of 400 bytes
///   ├ 400 ┼ 400 ┤ 224 ├ 400 ┼ 400 ┤ 224 ├ 400 ┼ 400 ┤ 224 ├ 400 ┼ 400 ┤ 224 ┤
///   0                 1024              2048              3072              4096
/// ```
///
/// A chunk is a page, or as many as one block needs. Some devices cannot follow addresses across a
/// boundary: no block lies on both sides of a multiple of it; the rest in front of each boundary is
/// not used. Chunks are taken when no block is free and given back when the pool is destroyed.
///
/// Poison, if asked for, is what the kernel's debug build writes: [#POISON_FREED] over free blocks,
/// [#POISON_ALLOCATED] over blocks given out. A free block whose poison was overwritten is reported
/// in the log when it is given out.
///
/// Differs from Linux: a free block holds a link of 8 bytes, there 4, so blocks have 8 bytes or
/// more; all chunks have one free list, where up to 6.2 each had its own; bad arguments are
/// exceptions, where `dma_pool_create` returns NULL. A bus address is the physical address: there
/// is no IOMMU.
///
/// @see <a href="https://docs.kernel.org/core-api/dma-api.html">Dynamic DMA mapping using the
///      generic device, part Ib: small DMA-coherent buffers</a>
@CheckReturnValue
public final class DmaPool implements AutoCloseable {

    /// What free blocks are filled with.
    public static final byte POISON_FREED = (byte) 0xa7;
    /// What blocks are filled with that were given out and not zeroed.
    public static final byte POISON_ALLOCATED = (byte) 0xa9;

    private static final int SIZE_MAX = PhysicalMemory.PAGE_SIZE
            << KernelProfile.MAX_PAGE_ORDER;

    private final PageAllocator pages;
    private final PoolOptions options;
    private final BlockPool blocks;
    private final int blockBytes;
    private final int boundary;
    private final int chunkBytes;
    private final boolean poisons;
    private final List<Long> chunks = new ArrayList<>();
    private final BlockPool.Growth growth = this::addChunk;
    /// How the request that is being served may get a chunk.
    private GfpFlags request = GfpFlags.NONE;

    private DmaPool(PageAllocator pages, PoolOptions options, BlockLayout layout, int boundary,
            int chunkBytes, boolean poisons) {
        this.pages = pages;
        this.options = options;
        this.blocks = new BlockPool(pages.machine(), layout, options, DmaPool.class);
        this.blockBytes = layout.blockBytes();
        this.boundary = boundary;
        this.chunkBytes = chunkBytes;
        this.poisons = poisons;
    }

    /// Makes a pool without memory (`dma_pool_create`).
    ///
    /// @param options its name, its lock; of the alignment, red zones and sites only sites count
    /// @param size of a block in bytes; rounded up to the alignment
    /// @param align of blocks, a power of two; 0 for none
    /// @param boundary that no block crosses, a power of two and no smaller than a block; 0 for the
    ///        chunk's end
    /// @param poisons whether blocks are filled as by the kernel's debug build
    /// @throws IllegalArgumentException if a number is out of range
    public static DmaPool create(PageAllocator pages, PoolOptions options, int size, int align,
            int boundary, boolean poisons) {
        Validate.isTrue(size > 0 && size <= SIZE_MAX, "blocks of %d bytes: expected 1 to %d", size,
                SIZE_MAX);
        Validate.isTrue(align == 0 || (align > 0 && Integer.bitCount(align) == 1),
                "alignment %d is not a power of two", align);
        Validate.isTrue(align <= PhysicalMemory.PAGE_SIZE,
                "alignment %d: expected at most a page of %d", align, PhysicalMemory.PAGE_SIZE);
        int unit = Math.max(1, align);
        int blockBytes = (Math.max(size, Long.BYTES) + unit - 1) & -unit;
        int chunkBytes = Math.max(blockBytes, PhysicalMemory.PAGE_SIZE);
        Validate.isTrue(
                boundary == 0 || (boundary >= blockBytes && Integer.bitCount(boundary) == 1),
                "boundary %d: expected a power of two from the block's %d bytes on", boundary,
                blockBytes);
        int within = boundary == 0 ? chunkBytes : Math.min(boundary, chunkBytes);
        BlockLayout layout = new BlockLayout(blockBytes, unit, 0, 0, Long.BYTES);
        return new DmaPool(pages, options, layout, within, chunkBytes, poisons);
    }

    /// Takes a block (`dma_pool_alloc`). O(1), and a chunk if none is free.
    ///
    /// @param gfp how a chunk may be got
    /// @return its address for the CPU; 0 if there is no memory. [#busAddressOf] is the device's
    public long alloc(Cpu cpu, GfpFlags gfp) {
        blocks.lock().lock();
        try {
            request = gfp;
            long block = blocks.takeOrGrow(cpu, growth);
            if (block != 0 && poisons) {
                checkPoison(block);
                memory().fill(block, blockBytes, POISON_ALLOCATED);
            }
            if (block != 0 && gfp.has(GfpFlags.ZERO)) {
                memory().fill(block, blockBytes, (byte) 0);
            }
            return block;
        } finally {
            blocks.lock().unlock();
        }
    }

    /// [#alloc] of a block filled with zeros (`dma_pool_zalloc`).
    public long zalloc(Cpu cpu, GfpFlags gfp) {
        return alloc(cpu, gfp.with(GfpFlags.ZERO));
    }

    private boolean addChunk(@Nullable Cpu cpu) {
        RegionSource source = RegionSource.ofPages(pages, request.without(GfpFlags.ZERO));
        long chunk = blocks.hold(Objects.requireNonNull(cpu), source, chunkBytes);
        if (chunk == 0) {
            return false;
        }
        if (poisons) {
            memory().fill(chunk, chunkBytes, POISON_FREED);
        }
        chunks.add(chunk);
        for (int offset = 0; offset + blockBytes <= chunkBytes; offset += boundary) {
            int room = Math.min(boundary, chunkBytes - offset);
            int added = blocks.store().addRegion(chunk + offset, room, room);
            assert added == room / blockBytes : added + " blocks in " + room + " bytes";
        }
        return true;
    }

    /// The bytes behind the link must be as they were left.
    private void checkPoison(long block) {
        for (long at = block + Long.BYTES; at < block + blockBytes; at++) {
            if (memory().getByte(at) != POISON_FREED) {
                log().print("dma_pool_alloc %s, 0x%x (corrupted): 0x%02x at 0x%x".formatted(
                        options.name(), block, memory().getByte(at), at));
                return;
            }
        }
    }

    /// Takes a block back (`dma_pool_free`). O(log chunks).
    ///
    /// @param block its address for the CPU; 0 is ignored
    /// @param busAddress its address for the device
    /// @throws PoolMisuseException if it is not a block of the pool in use; nothing is changed then
    /// @throws IllegalArgumentException if the two addresses are not of one block; nothing is
    ///         changed then
    public void free(long block, long busAddress) {
        if (block == 0) {
            return;
        }
        if (busAddress != busAddressOf(block)) {
            throw new IllegalArgumentException(
                    "dma_pool_free %s, 0x%x (bad dma): its bus address is 0x%x, not 0x%x".formatted(
                            options.name(), block, busAddressOf(block), busAddress));
        }
        blocks.lock().lock();
        try {
            boolean fill = poisons && blocks.stateOf(block) == BlockState.IN_USE;
            if (fill) {
                memory().fill(block, blockBytes, POISON_FREED);
            }
            blocks.put(block);
        } finally {
            blocks.lock().unlock();
        }
    }

    /// The address by which a device knows a byte of the machine's memory.
    public static long busAddressOf(long address) {
        return address - PhysicalMemory.BASE_ADDRESS;
    }

    /// Gives all memory back (`dma_pool_destroy`). While blocks are in use a device may still write
    /// to them: then the log names them, and nothing is given back.
    ///
    /// @return whether the pool is destroyed now; a second call finds it so
    public boolean destroy(Cpu cpu) {
        List<LiveBlock> busy = live();
        if (!busy.isEmpty()) {
            log().print("dma_pool_destroy %s: %d blocks busy".formatted(options.name(),
                    busy.size()));
            busy.forEach(block -> log().print("  " + block + " busy"));
            return false;
        }
        boolean _ = blocks.close(cpu);
        chunks.clear();
        return true;
    }

    /// [#destroy] on the machine's first CPU.
    ///
    /// @throws IllegalStateException if blocks are in use
    @Override
    public void close() {
        Validate.validState(destroy(pages.machine().cpu(0)), "pool '%s' is busy: %d blocks in use",
                options.name(), statistics().used());
    }

    /// Bytes of a block, rounded up to the alignment.
    public int blockBytes() {
        return blockBytes;
    }

    /// What no block crosses, in bytes; at most [#chunkBytes].
    public int boundary() {
        return boundary;
    }

    /// Bytes of a chunk.
    public int chunkBytes() {
        return chunkBytes;
    }

    /// The addresses of the chunks, oldest first.
    public List<Long> chunks() {
        return List.copyOf(chunks);
    }

    /// What an address is to this pool.
    public BlockState stateOf(long address) {
        return blocks.stateOf(address);
    }

    /// The blocks in use. O(blocks).
    public List<LiveBlock> live() {
        return blocks.live();
    }

    /// What it has done.
    public PoolStatistics statistics() {
        return blocks.statistics();
    }

    /// What it takes.
    public PoolFootprint footprint() {
        return blocks.footprint();
    }

    /// Checks the whole pool. O(blocks).
    ///
    /// @throws IllegalStateException naming what does not hold
    public void validate() {
        blocks.validate();
    }

    private PhysicalMemory memory() {
        return pages.machine().memory();
    }

    private KernelLog log() {
        return pages.machine().log();
    }

    @Override
    public String toString() {
        return blocks.toString();
    }
}
