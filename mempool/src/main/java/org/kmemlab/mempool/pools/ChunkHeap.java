package org.kmemlab.mempool.pools;

import java.util.function.LongConsumer;

import org.apache.commons.lang3.Validate;
import org.kmemlab.machine.PhysicalMemory;

/// Chunks of any size in one region, with boundary tags: a chunk knows its size, and whether the
/// one before is free, so that freeing merges it with both neighbours in constant time.
///
/// **Invariants.** I1: chunks follow each other without gaps from the first to the end. I2: no two
/// free chunks are neighbours. I3: headers, sizes at the end of free chunks, and marks agree. I4:
/// the list of each bin holds exactly the free chunks of its sizes. [HeapWalk] checks them.
///
/// Allocating searches one list, freeing is O(1).
///
/// @see <a href="https://www-cs-faculty.stanford.edu/~knuth/taocp.html">Knuth, The Art of Computer
///      Programming 1, 2.5, boundary tags</a>
final class ChunkHeap {

    private final String name;
    private final Chunks chunks;
    private final StepCount steps = new StepCount();
    private final ChunkMarks marks;
    private final ChunkBins bins;
    private final long first;
    private final long end;
    private long freeBytes;
    private long usableBytes;

    ChunkHeap(PhysicalMemory memory, long address, long bytes, PoolOptions options) {
        Validate.isTrue(memory.hasBytes(), "pool '%s' keeps its headers in the memory: it needs a "
                + "machine with bytes, this one is METADATA_ONLY", options.name());
        name = options.name();
        chunks = new Chunks(memory, options);
        int lead = chunks.leadBytes();
        first = chunks.alignUp(address + lead) - lead;
        long room = address + bytes - first - Chunks.HEADER_BYTES;
        long size = room & -(long) chunks.granule();
        Validate.isTrue(size >= chunks.leastBytes(),
                "%s: %d bytes at 0x%x are too small for a chunk of %d", this, bytes, address,
                chunks.leastBytes());
        end = first + size;
        marks = new ChunkMarks(first, end, chunks.granule());
        bins = new ChunkBins(chunks, marks, steps);
        chunks.setEnd(end);
        addFree(first, size);
    }

    /// Bytes of region that a heap needs beyond the chunks in it.
    static long overheadBytes(PoolOptions options) {
        return (long) Chunks.HEADER_BYTES + Math.max(Long.BYTES, options.alignment())
                + options.redZoneBytes();
    }

    private void addFree(long chunk, long size) {
        marks.add(chunk, false);
        chunks.setFree(chunk, size);
        bins.add(chunk, size);
        freeBytes += size;
    }

    private void removeFree(long chunk) {
        long size = chunks.size(chunk);
        bins.remove(chunk, size);
        marks.remove(chunk);
        freeBytes -= size;
    }

    /// Takes a block.
    ///
    /// @param bytes 1 or more
    /// @return 0 if no free chunk is large enough
    /// @throws IllegalStateException if somebody wrote to a free chunk
    long take(long bytes) {
        if (bytes > end - first) {
            return 0;
        }
        long need = chunks.bytesFor(bytes);
        long chunk = bins.find(need);
        if (chunk == 0) {
            return 0;
        }
        bins.requireFree(chunk);
        long size = chunks.size(chunk);
        removeFree(chunk);
        long rest = size - need;
        if (rest >= chunks.leastBytes()) {
            size = need;
            addFree(chunk + need, rest);
        }
        marks.add(chunk, true);
        chunks.setUsed(chunk, size, bytes);
        chunks.paintRedZones(chunk);
        usableBytes += usableIn(chunk);
        return chunk + chunks.leadBytes();
    }

    /// Bytes that the owner may write to: with red zones just those asked for.
    private long usableIn(long chunk) {
        return chunks.redZoneBytes() > 0 ? chunks.asked(chunk)
                : chunks.size(chunk) - chunks.leadBytes();
    }

    /// Takes a block back, and merges it with the free neighbours of its chunk.
    ///
    /// @throws PoolMisuseException if it is no block in use, or what lies around it is damaged
    /// @throws IllegalStateException if somebody wrote to a free neighbour; nothing is changed then
    void put(long block) {
        long chunk = requireInUse(block);
        long size = chunks.size(chunk);
        long next = chunk + size;
        boolean mergesNext = marks.isFree(next);
        if (mergesNext) {
            bins.requireFree(next);
        }
        long start = chunk;
        if (!chunks.isPreviousInUse(chunk)) {
            start = chunks.previous(chunk);
            bins.requireFree(start);
        }
        steps.add(2);
        usableBytes -= usableIn(chunk);
        marks.remove(chunk);
        if (mergesNext) {
            size += chunks.size(next);
            removeFree(next);
        }
        if (start != chunk) {
            size += chunks.size(start);
            removeFree(start);
        }
        addFree(start, size);
    }

    /// Checks that a block could be put back.
    ///
    /// @return its chunk
    private long requireInUse(long block) {
        BlockState state = stateOf(block);
        long chunk = block - chunks.leadBytes();
        if (state != BlockState.IN_USE) {
            long around = state == BlockState.FOREIGN ? 0 : marks.around(block);
            throw PoolMisuseException.of(toString(), state, block, around + chunks.leadBytes());
        }
        long damaged = damagedByte(chunk);
        if (damaged != 0) {
            throw PoolMisuseException.overrun(toString(), block, damaged, chunks.asked(chunk));
        }
        return chunk;
    }

    /// The first byte of what belongs to a chunk in use, but not to its owner, that is not as it
    /// must be; 0 if all is well.
    long damagedByte(long chunk) {
        long next = chunk + chunks.size(chunk);
        boolean isHeaderGood = chunks.isInUse(chunk) && (next == end || marks.isStart(next))
                && next > chunk && next <= end
                && chunks.asked(chunk) + chunks.leadBytes() <= chunks.size(chunk);
        if (!isHeaderGood) {
            return chunk;
        }
        return chunks.isPreviousInUse(next) ? chunks.damagedByte(chunk) : next;
    }

    /// What an address is.
    BlockState stateOf(long address) {
        if (address < first || address >= end) {
            return BlockState.FOREIGN;
        }
        long chunk = address - chunks.leadBytes();
        if (!marks.isStart(chunk)) {
            return BlockState.INTERIOR;
        }
        return marks.isUsed(chunk) ? BlockState.IN_USE : BlockState.FREE;
    }

    /// Bytes that the owner of a block may write to.
    ///
    /// @throws PoolMisuseException if it is no block in use
    long usableSize(long block) {
        return usableIn(requireInUse(block));
    }

    /// Hands all blocks in use to somebody, by address. O(chunks).
    void forEachUsed(LongConsumer reader) {
        for (long chunk = first; chunk < end; chunk += chunks.size(chunk)) {
            if (marks.isUsed(chunk)) {
                reader.accept(chunk + chunks.leadBytes());
            }
        }
    }

    /// Checks the invariants. O(chunks).
    ///
    /// @throws IllegalStateException naming the one that does not hold
    void validate() {
        new HeapWalk(this, chunks, marks, bins).check();
    }

    long first() {
        return first;
    }

    long end() {
        return end;
    }

    long freeBytes() {
        return freeBytes;
    }

    long usableBytes() {
        return usableBytes;
    }

    /// Bytes of marks and list heads, beside the memory.
    long sideBytes() {
        return marks.bytes() + ChunkBins.headBytes();
    }

    int chunkCount() {
        return marks.chunks();
    }

    /// Size of the largest free chunk; 0 if there is none. O(free chunks of one bin).
    long largestFreeBytes() {
        for (int bin = ChunkBins.bins() - 1; bin >= 0; bin--) {
            long largest = 0;
            for (long chunk = bins.head(bin); chunk != 0; chunk = chunks.nextFree(chunk)) {
                largest = Math.max(largest, chunks.size(chunk));
            }
            if (largest > 0) {
                return largest;
            }
        }
        return 0;
    }

    Chunks chunks() {
        return chunks;
    }

    StepCount steps() {
        return steps;
    }

    @Override
    public String toString() {
        return "pool '" + name + "'";
    }
}
