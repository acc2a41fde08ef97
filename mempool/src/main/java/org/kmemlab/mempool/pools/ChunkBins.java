package org.kmemlab.mempool.pools;

/// The free chunks of a heap, in lists by the power of two that their size reaches.
///
/// A list is searched only if it may hold chunks that are too small; the chunks of all larger lists
/// fit.
final class ChunkBins {

    private static final int BINS = Integer.SIZE;

    private final Chunks chunks;
    private final ChunkMarks marks;
    private final StepCount steps;
    private final long[] heads = new long[BINS];
    private int nonEmpty;

    ChunkBins(Chunks chunks, ChunkMarks marks, StepCount steps) {
        this.chunks = chunks;
        this.marks = marks;
        this.steps = steps;
    }

    static int binOf(long size) {
        return Long.SIZE - 1 - Long.numberOfLeadingZeros(size);
    }

    /// A free chunk of at least this size, which stays in its list: the first of the own list that
    /// is large enough, else the first of the next larger list.
    ///
    /// @return 0 if there is none
    /// @throws IllegalStateException if somebody wrote over a link
    long find(long size) {
        int bin = binOf(size);
        for (long chunk = heads[bin]; chunk != 0; chunk = chunks.nextFree(chunk)) {
            steps.add(1);
            requireFree(chunk);
            if (chunks.size(chunk) >= size) {
                return chunk;
            }
        }
        steps.add(1);
        int larger = nonEmpty & -2 << bin;
        return larger == 0 ? 0 : heads[Integer.numberOfTrailingZeros(larger)];
    }

    /// Checks that a chunk is free, that its size stands at its end, too, and that the chunks that
    /// it links to know it.
    ///
    /// @throws IllegalStateException if not
    void requireFree(long chunk) {
        boolean isWhole = marks.isFree(chunk) && chunks.sizeAtEnd(chunk) == chunks.size(chunk)
                && isLinked(chunk, chunks.nextFree(chunk), chunks.previousFree(chunk));
        if (!isWhole) {
            throw new IllegalStateException(
                    "somebody wrote to the free chunk at 0x%x, or to what leads there"
                            .formatted(chunk));
        }
    }

    private boolean isLinked(long chunk, long next, long previous) {
        boolean isNextGood = next == 0
                || (marks.isFree(next) && chunks.previousFree(next) == chunk);
        boolean isFirst = heads[binOf(chunks.size(chunk))] == chunk;
        return isNextGood && (previous == 0 ? isFirst
                : marks.isFree(previous) && chunks.nextFree(previous) == chunk);
    }

    void add(long chunk, long size) {
        int bin = binOf(size);
        long head = heads[bin];
        chunks.setNextFree(chunk, head);
        chunks.setPreviousFree(chunk, 0);
        if (head != 0) {
            chunks.setPreviousFree(head, chunk);
        }
        heads[bin] = chunk;
        nonEmpty |= 1 << bin;
        steps.add(1);
    }

    void remove(long chunk, long size) {
        int bin = binOf(size);
        long next = chunks.nextFree(chunk);
        long previous = chunks.previousFree(chunk);
        if (next != 0) {
            chunks.setPreviousFree(next, previous);
        }
        if (previous != 0) {
            chunks.setNextFree(previous, next);
        } else {
            heads[bin] = next;
            if (next == 0) {
                nonEmpty &= ~(1 << bin);
            }
        }
        steps.add(1);
    }

    long head(int bin) {
        return heads[bin];
    }

    boolean isMarked(int bin) {
        return (nonEmpty & 1 << bin) != 0;
    }

    static int bins() {
        return BINS;
    }

    /// Bytes of the heads.
    static int headBytes() {
        return BINS * Long.BYTES + Integer.BYTES;
    }
}
