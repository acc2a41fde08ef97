package org.kmemlab.mempool.pools;

import org.apache.commons.lang3.Validate;
import org.kmemlab.machine.KernelProfile;
import org.kmemlab.machine.PhysicalMemory;

/// Where things lie in one of many equal blocks.
///
/// ```text
///   | header | red zone | block .............. | red zone | padding | next header ...
///                       ^ aligned; a free block begins with the link to the next free one
/// ```
///
/// All sizes are in bytes.
///
/// @param blockBytes what the owner may use; at least a link
/// @param alignment of blocks, a power of two
/// @param headerBytes what a pool writes in front of each block, red zone excluded
/// @param redZoneBytes on either side of the block
/// @param linkBytes 8: a link is an address; 4: it is the distance from the first block, plus one,
///        and all blocks lie in one region
public record BlockLayout(int blockBytes, int alignment, int headerBytes, int redZoneBytes,
        int linkBytes) {

    private static final int BLOCKS_PER_SLAB = 8;
    /// The largest block of the page allocator.
    private static final long SLAB_BYTES_MOST =
            (long) PhysicalMemory.PAGE_SIZE << KernelProfile.MAX_PAGE_ORDER;

    /// Checks the numbers.
    public BlockLayout {
        Validate.isTrue(linkBytes == Long.BYTES || linkBytes == Integer.BYTES,
                "a link of %d bytes: expected 4 or 8", linkBytes);
        Validate.isTrue(blockBytes >= linkBytes,
                "a block of %d bytes: expected %d or more, a free one holds a link", blockBytes,
                linkBytes);
        Validate.isTrue(Integer.bitCount(alignment) == 1, "alignment %d: expected a power of two",
                alignment);
        Validate.isTrue(headerBytes >= 0, "a header of %d bytes: expected 0 or more",
                headerBytes);
        Math.addExact(blockBytes, Math.addExact(headerBytes, 2 * redZoneBytes + alignment));
    }

    /// Blocks without a header, and with links that are addresses.
    public static BlockLayout of(int blockBytes, PoolOptions options) {
        return new BlockLayout(blockBytes, options.alignment(), 0, options.redZoneBytes(),
                Long.BYTES);
    }

    /// The same with a header.
    BlockLayout withHeader(int bytes) {
        return new BlockLayout(blockBytes, alignment, bytes, redZoneBytes, linkBytes);
    }

    /// Bytes in front of a block that are its own.
    int leadBytes() {
        return headerBytes + redZoneBytes;
    }

    /// From one block to the next.
    public int stride() {
        return (int) alignUp((long) leadBytes() + blockBytes + redZoneBytes);
    }

    /// Bytes of a stride that the owner cannot use.
    int overheadBytes() {
        return stride() - blockBytes;
    }

    /// The first place for a block from an address on.
    public long firstBlock(long address) {
        return alignUp(address + leadBytes());
    }

    /// How many blocks fit between two addresses.
    long blocksIn(long address, long end) {
        long room = end - firstBlock(address) - blockBytes - redZoneBytes;
        return room < 0 ? 0 : room / stride() + 1;
    }

    /// Bytes that hold so many blocks, wherever a multiple of the alignment they start.
    public long bytesFor(long blocks) {
        return alignUp(leadBytes())
                + Math.addExact(Math.multiplyExact(blocks - 1, (long) stride()),
                        (long) blockBytes + redZoneBytes);
    }

    /// A good size for one of many regions: a page, or the power of two of them that holds 8
    /// blocks, or at least one.
    long slabBytes() {
        long wanted = Math.max(PhysicalMemory.PAGE_SIZE, bytesFor(BLOCKS_PER_SLAB));
        long slab = Long.highestOneBit(2 * wanted - 1);
        return Math.max(Math.min(slab, SLAB_BYTES_MOST), bytesFor(1));
    }

    private long alignUp(long number) {
        return (number + alignment - 1) & -(long) alignment;
    }
}
