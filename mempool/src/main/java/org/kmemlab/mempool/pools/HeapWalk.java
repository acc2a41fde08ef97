package org.kmemlab.mempool.pools;

import org.apache.commons.lang3.Validate;

/// Checks the invariants of a [ChunkHeap], whose numbers it cites.
final class HeapWalk {

    private final ChunkHeap heap;
    private final Chunks chunks;
    private final ChunkMarks marks;
    private final ChunkBins bins;
    private int seen;
    private int free;
    private long freeBytes;

    HeapWalk(ChunkHeap heap, Chunks chunks, ChunkMarks marks, ChunkBins bins) {
        this.heap = heap;
        this.chunks = chunks;
        this.marks = marks;
        this.bins = bins;
    }

    void check() {
        boolean isPreviousUsed = true;
        long chunk = heap.first();
        while (chunk < heap.end()) {
            Validate.validState(marks.isStart(chunk), "%s: I1: no chunk starts at 0x%x", heap,
                    chunk);
            boolean isUsed = marks.isUsed(chunk);
            Validate.validState(isUsed || isPreviousUsed,
                    "%s: I2: the free chunk at 0x%x follows another", heap, chunk);
            Validate.validState(chunks.isInUse(chunk) == isUsed
                    && chunks.isPreviousInUse(chunk) == isPreviousUsed,
                    "%s: I3: the header at 0x%x does not agree with the marks", heap, chunk);
            checkChunk(chunk, isUsed);
            seen++;
            isPreviousUsed = isUsed;
            chunk += chunks.size(chunk);
        }
        Validate.validState(chunk == heap.end() && seen == marks.chunks(),
                "%s: I1: %d chunks end at 0x%x; expected %d up to 0x%x", heap, seen, chunk,
                marks.chunks(), heap.end());
        Validate.validState(freeBytes == heap.freeBytes(), "%s: I3: %d bytes are free, not %d",
                heap, freeBytes, heap.freeBytes());
        checkBins();
    }

    private void checkChunk(long chunk, boolean isUsed) {
        if (isUsed) {
            long damaged = heap.damagedByte(chunk);
            Validate.validState(damaged == 0,
                    "%s: I3: somebody wrote to 0x%x, around the block in the chunk at 0x%x", heap,
                    damaged, chunk);
        } else {
            bins.requireFree(chunk);
            free++;
            freeBytes += chunks.size(chunk);
        }
        Validate.validState(chunks.size(chunk) >= chunks.leastBytes(),
                "%s: I1: the chunk at 0x%x has %d bytes", heap, chunk, chunks.size(chunk));
    }

    private void checkBins() {
        int listed = 0;
        for (int bin = 0; bin < ChunkBins.bins(); bin++) {
            Validate.validState(bins.isMarked(bin) == (bins.head(bin) != 0),
                    "%s: I4: bin %d is marked wrongly", heap, bin);
            for (long chunk = bins.head(bin); chunk != 0; chunk = chunks.nextFree(chunk)) {
                Validate.validState(
                        marks.isFree(chunk) && ChunkBins.binOf(chunks.size(chunk)) == bin,
                        "%s: I4: 0x%x is in bin %d", heap, chunk, bin);
                listed++;
                Validate.validState(listed <= free, "%s: I4: bin %d has a loop", heap, bin);
            }
        }
        Validate.validState(listed == free, "%s: I4: %d free chunks, %d of them in lists", heap,
                free, listed);
    }
}
