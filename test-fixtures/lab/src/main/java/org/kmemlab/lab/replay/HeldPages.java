package org.kmemlab.lab.replay;

/// Page requests of one CPU that wait for an answer to one question: is it the page of a slab?
///
/// The event of a slab's page comes before the event of the first object in it, on the same CPU,
/// with few object events of interrupts or of nested allocations between them. A request that has
/// seen [#PATIENCE] of them, or is pushed out by newer ones, is not a slab's.
final class HeldPages {

    /// Object allocations that a request waits for.
    static final int PATIENCE = 8;

    private static final int CAPACITY = 8;

    private final long[] pfn = new long[CAPACITY];
    private final int[] order = new int[CAPACITY];
    private final int[] gfp = new int[CAPACITY];
    private final int[] seen = new int[CAPACITY];
    private int count;

    boolean isEmpty() {
        return count == 0;
    }

    boolean isFull() {
        return count == CAPACITY;
    }

    int count() {
        return count;
    }

    /// Adds a request behind the others.
    void add(long requestPfn, int requestOrder, int requestGfp) {
        pfn[count] = requestPfn;
        order[count] = requestOrder;
        gfp[count] = requestGfp;
        seen[count] = 0;
        count++;
    }

    /// Takes a request out; the ones behind it move up.
    void remove(int index) {
        int behind = count - index - 1;
        System.arraycopy(pfn, index + 1, pfn, index, behind);
        System.arraycopy(order, index + 1, order, index, behind);
        System.arraycopy(gfp, index + 1, gfp, index, behind);
        System.arraycopy(seen, index + 1, seen, index, behind);
        count--;
    }

    /// Tells all requests of an object allocation that was not theirs.
    void age() {
        for (int i = 0; i < count; i++) {
            seen[i]++;
        }
    }

    /// Whether the oldest request has waited enough.
    boolean isOldestTired() {
        return count > 0 && seen[0] >= PATIENCE;
    }

    /// The request whose block overlaps `[from, to)`; -1 if none does.
    int overlapping(long from, long to) {
        for (int i = 0; i < count; i++) {
            if (pfn[i] < to && from < pfn[i] + (1L << order[i])) {
                return i;
            }
        }
        return -1;
    }

    long pfn(int index) {
        return pfn[index];
    }

    int order(int index) {
        return order[index];
    }

    int gfp(int index) {
        return gfp[index];
    }
}
