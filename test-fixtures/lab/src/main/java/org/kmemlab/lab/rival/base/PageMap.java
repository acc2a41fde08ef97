package org.kmemlab.lab.rival.base;

import java.util.Arrays;

import org.jspecify.annotations.Nullable;

/// From a page frame to a number, such as the number of its owner: two levels, the second built
/// where it is needed. O(1).
///
/// The page map of TCMalloc, also the chunk tree of jemalloc. 4 bytes a page where anything is
/// noted, counted as metadata.
public final class PageMap {

    /// The number of a frame of which nothing is noted.
    public static final int NONE = 0;

    private static final int LEAF_SHIFT = 9;
    private static final int LEAF_PAGES = 1 << LEAF_SHIFT;

    private final int[] @Nullable [] leaves;
    private int leafCount;

    /// A map of frames 0 to `endPfn - 1`.
    public PageMap(int endPfn) {
        leaves = new int[(endPfn + LEAF_PAGES - 1) >>> LEAF_SHIFT][];
    }

    /// The number of a frame, [#NONE] if nothing is noted of it or there is no such frame.
    public int get(int pfn) {
        int high = pfn >> LEAF_SHIFT;
        if (high < 0 || high >= leaves.length) {
            return NONE;
        }
        int[] leaf = leaves[high];
        return leaf == null ? NONE : leaf[pfn & (LEAF_PAGES - 1)];
    }

    /// Notes the same number for `count` frames from `pfn` on.
    public void set(int pfn, int count, int number) {
        int end = pfn + count;
        for (int from = pfn; from < end;) {
            int to = Math.min(end, (from | (LEAF_PAGES - 1)) + 1);
            int low = from & (LEAF_PAGES - 1);
            Arrays.fill(leaf(from), low, low + to - from, number);
            from = to;
        }
    }

    private int[] leaf(int pfn) {
        int high = pfn >> LEAF_SHIFT;
        int[] leaf = leaves[high];
        if (leaf == null) {
            leaf = new int[LEAF_PAGES];
            leaves[high] = leaf;
            leafCount++;
        }
        return leaf;
    }

    /// Bytes of the leaves that were built. The root costs what the machine's size makes it cost
    /// and is not counted.
    public long metadataBytes() {
        return (long) leafCount * LEAF_PAGES * Integer.BYTES;
    }
}
