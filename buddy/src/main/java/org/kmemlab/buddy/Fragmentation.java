package org.kmemlab.buddy;

/// How far free memory is in pieces too small to use.
///
/// @see <a href="https://www.kernel.org/doc/gorman/pdf/understand.pdf">Mel Gorman, external
///      fragmentation indices; in the kernel: debugfs extfrag</a>
public final class Fragmentation {

    private static final int WHOLE = 1000;

    private final int[] nrFree;

    /// Takes a copy of the counts.
    ///
    /// @param nrFree free blocks by order
    public Fragmentation(int[] nrFree) {
        this.nrFree = nrFree.clone();
    }

    /// Pages in all free blocks.
    public long freePages() {
        long pages = 0;
        for (int order = 0; order < nrFree.length; order++) {
            pages += (long) nrFree[order] << order;
        }
        return pages;
    }

    /// The order of the largest free block; -1 if nothing is free.
    public int largestOrder() {
        int order = nrFree.length - 1;
        while (order >= 0 && nrFree[order] == 0) {
            order--;
        }
        return order;
    }

    /// How many requests of an order the free blocks can serve.
    public long suitableBlocks(int order) {
        long blocks = 0;
        for (int size = order; size < nrFree.length; size++) {
            blocks += (long) nrFree[size] << (size - order);
        }
        return blocks;
    }

    /// Free memory that cannot serve an order, in thousandths: 0 none of it, 1000 all of it.
    public int unusableIndex(int order) {
        long free = freePages();
        return free == 0 ? 0
                : (int) ((free - (suitableBlocks(order) << order)) * WHOLE / free);
    }

    /// Why a request of an order would fail: towards 0 for lack of memory, towards 1000 because it
    /// is in pieces; -1000 if it would not fail, 0 if nothing is free.
    public int index(int order) {
        long blocks = 0;
        for (int count : nrFree) {
            blocks += count;
        }
        if (blocks == 0) {
            return 0;
        }
        if (suitableBlocks(order) > 0) {
            return -WHOLE;
        }
        return (int) (WHOLE - (WHOLE + freePages() * WHOLE / (1L << order)) / blocks);
    }
}
