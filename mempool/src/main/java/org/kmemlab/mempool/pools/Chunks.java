package org.kmemlab.mempool.pools;

import org.kmemlab.machine.PhysicalMemory;

/// Where things lie in the chunks of a [ChunkHeap].
///
/// ```text
///   in use   | header | red zone | block ................. | red zone, padding |
///   free     | header | next | previous | ....................... | size again |
///            ^ the chunk before is free: its size stands right in front
///
///   header:  bits 63..32 bytes that were asked for, 31..3 size of the chunk in bytes,
///            1 the chunk before is in use, 0 this one is
/// ```
final class Chunks {

    static final int HEADER_BYTES = Long.BYTES;

    private static final int LEAST_BYTES = 4 * Long.BYTES;
    private static final long IN_USE = 1;
    private static final long PREVIOUS_IN_USE = 2;
    private static final long SIZE_MASK = 0xffff_fff8L;

    private final PhysicalMemory memory;
    private final int redZoneBytes;
    private final int granule;

    Chunks(PhysicalMemory memory, PoolOptions options) {
        this.memory = memory;
        this.redZoneBytes = options.redZoneBytes();
        this.granule = Math.max(Long.BYTES, options.alignment());
    }

    /// Chunk sizes are multiples of it.
    int granule() {
        return granule;
    }

    /// From the start of a chunk to the block in it.
    int leadBytes() {
        return HEADER_BYTES + redZoneBytes;
    }

    int redZoneBytes() {
        return redZoneBytes;
    }

    /// Size of the smallest chunk.
    int leastBytes() {
        return (int) alignUp(LEAST_BYTES);
    }

    /// Size of a chunk for a block.
    long bytesFor(long block) {
        return alignUp(Math.max(LEAST_BYTES, leadBytes() + block + redZoneBytes));
    }

    long alignUp(long number) {
        return (number + granule - 1) & -(long) granule;
    }

    long size(long chunk) {
        return memory.getLong(chunk) & SIZE_MASK;
    }

    /// Bytes that the owner asked for; 0 if the chunk is free.
    long asked(long chunk) {
        return memory.getLong(chunk) >>> Integer.SIZE;
    }

    boolean isInUse(long chunk) {
        return (memory.getLong(chunk) & IN_USE) != 0;
    }

    boolean isPreviousInUse(long chunk) {
        return (memory.getLong(chunk) & PREVIOUS_IN_USE) != 0;
    }

    /// Makes a chunk one in use; what is known about the one before stays. The next is told.
    void setUsed(long chunk, long size, long asked) {
        long previous = memory.getLong(chunk) & PREVIOUS_IN_USE;
        memory.putLong(chunk, asked << Integer.SIZE | size | previous | IN_USE);
        memory.putLong(chunk + size, memory.getLong(chunk + size) | PREVIOUS_IN_USE);
    }

    /// Makes a chunk a free one, behind one in use: no two free ones are neighbours. The next is
    /// told.
    void setFree(long chunk, long size) {
        memory.putLong(chunk, size | PREVIOUS_IN_USE);
        memory.putLong(chunk + size - Long.BYTES, size);
        memory.putLong(chunk + size, memory.getLong(chunk + size) & ~PREVIOUS_IN_USE);
    }

    /// Ends the heap: a chunk without a size that is always in use.
    void setEnd(long end) {
        memory.putLong(end, IN_USE);
    }

    /// The free chunk in front of another, by the size that stands there.
    long previous(long chunk) {
        return chunk - memory.getLong(chunk - Long.BYTES);
    }

    /// The size at the end of a free chunk.
    long sizeAtEnd(long chunk) {
        return memory.getLong(chunk + size(chunk) - Long.BYTES);
    }

    long nextFree(long chunk) {
        return memory.getLong(chunk + Long.BYTES);
    }

    void setNextFree(long chunk, long next) {
        memory.putLong(chunk + Long.BYTES, next);
    }

    long previousFree(long chunk) {
        return memory.getLong(chunk + 2 * Long.BYTES);
    }

    void setPreviousFree(long chunk, long previous) {
        memory.putLong(chunk + 2 * Long.BYTES, previous);
    }

    /// Paints what lies around the block of a chunk in use.
    void paintRedZones(long chunk) {
        if (redZoneBytes > 0) {
            long behind = chunk + leadBytes() + asked(chunk);
            memory.fill(chunk + HEADER_BYTES, redZoneBytes, RedZones.ACTIVE);
            memory.fill(behind, chunk + size(chunk) - behind, RedZones.ACTIVE);
        }
    }

    /// The first byte around the block of a chunk in use that somebody wrote to; 0 if there is
    /// none.
    long damagedByte(long chunk) {
        if (redZoneBytes == 0) {
            return 0;
        }
        long block = chunk + leadBytes();
        long before = RedZones.damagedIn(memory, chunk + HEADER_BYTES, block, RedZones.ACTIVE);
        return before != 0 ? before
                : RedZones.damagedIn(memory, block + asked(chunk), chunk + size(chunk),
                        RedZones.ACTIVE);
    }
}
