package org.kmemlab.lab.rival.heap;

import org.apache.commons.lang3.Validate;
import org.kmemlab.lab.rival.base.Steps;

/// Bins of free chunks as in dlmalloc: best fit in nearly constant time.
///
/// **Picture.**
///
/// ```text
///  bin     2    3  ...   31 |   32    33    34    35    36 ...            bitmap: which are not empty
///  size   32   48  ...  496 |  512   640   768   896  1024 ...
///         one size each     |  four bins a doubling, each ascending by size
///  the wilderness: the chunk at the end of the newest segment, in no bin, taken when no other fits
/// ```
///
/// Source: D. Lea, A Memory Allocator (1996, revised 2000). Leaves out: the tries of large chunks of
/// version 2.8 (here the bins of the article), the chunk that was split last as first choice, growing
/// a segment in place.
final class DlBins implements FreeChunks {

    private static final int BINS = 96;
    private static final int FIRST_LARGE = 32;
    private static final int FIRST_LARGE_LOG2 = 9;
    private static final int WORDS = (BINS + Long.SIZE - 1) / Long.SIZE;

    private final ChunkTags tags;
    private final Steps steps;
    private final ChunkList bins;
    private final long[] bitmap = new long[WORDS];
    private long wilderness;
    /// The end of the segment whose last chunk is the wilderness; 0 if that one was given back.
    private long wildernessEnd;

    DlBins(ChunkTags tags, Steps steps) {
        this.tags = tags;
        this.steps = steps;
        bins = new ChunkList(tags, BINS);
    }

    /// The bin for chunks of a size.
    static int binOf(long size) {
        if (size < 1 << FIRST_LARGE_LOG2) {
            return (int) (size / ChunkTags.ALIGNMENT);
        }
        int log2 = Long.SIZE - 1 - Long.numberOfLeadingZeros(size);
        int quarter = (int) (size >>> (log2 - 2)) & 3;
        return FIRST_LARGE + (log2 - FIRST_LARGE_LOG2) * 4 + quarter;
    }

    @Override
    public long take(long size) {
        int bin = binOf(size);
        long chunk = firstNotBelow(bin, size);
        if (chunk == 0) {
            int larger = notEmptyFrom(bin + 1);
            if (larger < BINS) {
                steps.look();
                chunk = bins.first(larger);
            }
        }
        if (chunk == 0 && wilderness != 0) {
            steps.look();
            chunk = tags.size(wilderness) >= size ? wilderness : 0;
        }
        if (chunk != 0) {
            remove(chunk);
        }
        return chunk;
    }

    private long firstNotBelow(int bin, long size) {
        steps.look();
        long chunk = bins.first(bin);
        while (chunk != 0 && tags.size(chunk) < size) {
            steps.look();
            chunk = tags.next(chunk);
        }
        return chunk;
    }

    /// The first bin from this one on that has a chunk; [#BINS] if none has.
    private int notEmptyFrom(int bin) {
        long mask = -1L << bin;
        for (int word = bin / Long.SIZE; word < WORDS; word++) {
            steps.look();
            long found = bitmap[word] & mask;
            if (found != 0) {
                return word * Long.SIZE + Long.numberOfTrailingZeros(found);
            }
            mask = -1L;
        }
        return BINS;
    }

    @Override
    public void add(long chunk) {
        if (tags.after(chunk) == wildernessEnd) {
            wilderness = chunk;
            return;
        }
        long size = tags.size(chunk);
        int bin = binOf(size);
        steps.look();
        long before = 0;
        if (bin >= FIRST_LARGE) {
            for (long at = bins.first(bin); at != 0 && tags.size(at) < size; at = tags.next(at)) {
                steps.look();
                before = at;
            }
        }
        bins.insert(bin, before, chunk);
        bitmap[bin / Long.SIZE] |= 1L << bin;
    }

    @Override
    public void remove(long chunk) {
        if (chunk == wilderness) {
            wilderness = 0;
            return;
        }
        int bin = binOf(tags.size(chunk));
        bins.remove(bin, chunk);
        if (bins.first(bin) == 0) {
            bitmap[bin / Long.SIZE] &= ~(1L << bin);
        }
    }

    @Override
    public void grown(long end) {
        long former = wilderness;
        wilderness = 0;
        wildernessEnd = end;
        if (former != 0) {
            add(former);
        }
    }

    @Override
    public void shrunk(long end) {
        if (end == wildernessEnd) {
            wildernessEnd = 0;
        }
    }

    @Override
    public long metadataBytes() {
        return bins.metadataBytes() + (WORDS + 2) * (long) Long.BYTES;
    }

    @Override
    public long walk() {
        long count = 0;
        for (int bin = 0; bin < BINS; bin++) {
            boolean marked = (bitmap[bin / Long.SIZE] >>> bin & 1) != 0;
            Validate.validState(marked == (bins.first(bin) != 0),
                    "bin %d: bitmap and list disagree on whether it is empty", bin);
            count += bins.walk(bin, DlBins::binOf);
            checkAscending(bin);
        }
        if (wilderness == 0) {
            return count;
        }
        Validate.validState(
                !tags.isInUse(wilderness) && tags.after(wilderness) == wildernessEnd,
                "the wilderness 0x%x is not the free end of a segment", wilderness);
        return count + 1;
    }

    private void checkAscending(int bin) {
        long last = 0;
        for (long chunk = bins.first(bin); chunk != 0; chunk = tags.next(chunk)) {
            Validate.validState(tags.size(chunk) >= last,
                    "bin %d: %d bytes stand behind %d", bin, tags.size(chunk), last);
            last = tags.size(chunk);
        }
    }
}
