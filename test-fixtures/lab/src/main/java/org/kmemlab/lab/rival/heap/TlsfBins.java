package org.kmemlab.lab.rival.heap;

import org.apache.commons.lang3.Validate;
import org.kmemlab.lab.rival.base.Steps;

/// Two-level segregated fit: finding, adding and removing take a bounded number of steps.
///
/// **Picture.** The first level splits sizes at powers of two, the second splits each of those into
/// 32 equal ranges; below 512 bytes each list holds one size. Two levels of bitmaps say which lists
/// are not empty.
///
/// ```text
///  first level   0: 0-511    1: 512-1023   2: 1024-2047  ...  bitmap: which have a chunk
///  second level  32 x 16 B   32 x 16 B     32 x 32 B     ...  a bitmap each
/// ```
///
/// A request is rounded up to the next range, so that any chunk of the list that is found will do
/// (good fit): that may miss a chunk of its own range that would do.
///
/// Source: M. Masmano, I. Ripoll, A. Crespo, J. Real, TLSF: a new dynamic memory allocator for
/// real-time systems (ECRTS 2004). Leaves out nothing of it; pools are added where the paper has one.
final class TlsfBins implements FreeChunks {

    private static final int SECOND_LOG2 = 5;
    private static final int SECOND = 1 << SECOND_LOG2;
    /// log2 of the first size of level 1; below it, lists are 16 bytes apart.
    private static final int SMALL_LOG2 = SECOND_LOG2 + 4;
    /// Sizes up to 4 MiB, the page allocator's largest block.
    private static final int FIRST = 23 - SMALL_LOG2 + 1;

    private final ChunkTags tags;
    private final Steps steps;
    private final ChunkList lists;
    private int firstBitmap;
    private final int[] secondBitmaps = new int[FIRST];

    TlsfBins(ChunkTags tags, Steps steps) {
        this.tags = tags;
        this.steps = steps;
        lists = new ChunkList(tags, FIRST * SECOND);
    }

    /// The list for chunks of a size: 32 times the first level plus the second.
    static int listOf(long size) {
        if (size < 1 << SMALL_LOG2) {
            return (int) (size / ChunkTags.ALIGNMENT);
        }
        int log2 = log2(size);
        int second = (int) (size >>> (log2 - SECOND_LOG2)) - SECOND;
        return (log2 - SMALL_LOG2 + 1) * SECOND + second;
    }

    /// The first list of which every chunk has at least `size` bytes.
    static int listFrom(long size) {
        return size < 1 << SMALL_LOG2
                ? listOf(size)
                : listOf(size + (1L << (log2(size) - SECOND_LOG2)) - 1);
    }

    private static int log2(long size) {
        return Long.SIZE - 1 - Long.numberOfLeadingZeros(size);
    }

    @Override
    public long take(long size) {
        int list = notEmptyFrom(listFrom(size));
        if (list < 0) {
            return 0;
        }
        steps.look();
        long chunk = lists.first(list);
        remove(chunk);
        return chunk;
    }

    private int notEmptyFrom(int list) {
        int first = list / SECOND;
        if (first >= FIRST) {
            return -1;
        }
        steps.look();
        int second = secondBitmaps[first] & (-1 << list);
        if (second == 0) {
            steps.look();
            int levels = first + 1 < FIRST ? firstBitmap & (-1 << (first + 1)) : 0;
            if (levels == 0) {
                return -1;
            }
            steps.look();
            first = Integer.numberOfTrailingZeros(levels);
            second = secondBitmaps[first];
        }
        return first * SECOND + Integer.numberOfTrailingZeros(second);
    }

    @Override
    public void add(long chunk) {
        steps.look();
        int list = listOf(tags.size(chunk));
        lists.addFirst(list, chunk);
        secondBitmaps[list / SECOND] |= 1 << list;
        firstBitmap |= 1 << (list / SECOND);
    }

    @Override
    public void remove(long chunk) {
        int list = listOf(tags.size(chunk));
        lists.remove(list, chunk);
        if (lists.first(list) == 0) {
            int first = list / SECOND;
            secondBitmaps[first] &= ~(1 << list);
            if (secondBitmaps[first] == 0) {
                firstBitmap &= ~(1 << first);
            }
        }
    }

    @Override
    public long metadataBytes() {
        return lists.metadataBytes() + (FIRST + 1) * (long) Integer.BYTES;
    }

    @Override
    public long walk() {
        long count = 0;
        for (int list = 0; list < FIRST * SECOND; list++) {
            int first = list / SECOND;
            boolean marked = (secondBitmaps[first] >>> list & 1) != 0;
            Validate.validState(marked == (lists.first(list) != 0),
                    "list %d: bitmap and list disagree on whether it is empty", list);
            Validate.validState((firstBitmap >>> first & 1) != 0 == (secondBitmaps[first] != 0),
                    "level %d: the two bitmaps disagree on whether it is empty", first);
            count += lists.walk(list, TlsfBins::listOf);
        }
        return count;
    }
}
