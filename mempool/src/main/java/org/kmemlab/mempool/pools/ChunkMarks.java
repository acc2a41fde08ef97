package org.kmemlab.mempool.pools;

import java.util.BitSet;

/// Where the chunks of a heap start and which are in use, beside the memory: whoever overwrites
/// headers cannot change it.
final class ChunkMarks {

    private final long first;
    private final long end;
    private final int granule;
    private final BitSet starts;
    private final BitSet used;

    /// @param first address of the first chunk
    /// @param end address after the last one
    ChunkMarks(long first, long end, int granule) {
        this.first = first;
        this.end = end;
        this.granule = granule;
        this.starts = new BitSet(indexOf(end));
        this.used = new BitSet(indexOf(end));
    }

    private int indexOf(long chunk) {
        return (int) ((chunk - first) / granule);
    }

    /// Whether an address is that of a chunk.
    boolean isStart(long chunk) {
        return chunk >= first && chunk < end && (chunk - first) % granule == 0
                && starts.get(indexOf(chunk));
    }

    boolean isUsed(long chunk) {
        return isStart(chunk) && used.get(indexOf(chunk));
    }

    boolean isFree(long chunk) {
        return isStart(chunk) && !used.get(indexOf(chunk));
    }

    void add(long chunk, boolean isInUse) {
        starts.set(indexOf(chunk));
        used.set(indexOf(chunk), isInUse);
    }

    /// A chunk became a part of another.
    void remove(long chunk) {
        starts.clear(indexOf(chunk));
        used.clear(indexOf(chunk));
    }

    /// Where the chunk before or at an address starts; the first one if there is none before.
    long around(long address) {
        return first + (long) Math.max(0, starts.previousSetBit(indexOf(address))) * granule;
    }

    /// How many chunks there are.
    int chunks() {
        return starts.cardinality();
    }

    long bytes() {
        return Math.ceilDiv(2L * indexOf(end), Byte.SIZE);
    }
}
