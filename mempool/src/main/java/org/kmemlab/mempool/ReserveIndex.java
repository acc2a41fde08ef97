package org.kmemlab.mempool;

/// Which elements lie in a reserve: a hash table with open addressing, so that giving an element back
/// does not look at all of them. One that was pushed twice is in it twice.
///
/// Changed under the pool's lock. [#contains] without the lock ends, too, but may be wrong about an
/// element that comes or goes meanwhile.
final class ReserveIndex {

    private static final long GOLDEN_RATIO = 0x9e37_79b9_7f4a_7c15L;
    private static final int SMALLEST = 4;

    /// 0 where there is none; the length is a power of two.
    private long[] slots = new long[SMALLEST];

    /// Makes room for so many elements; at least half of the slots stay empty.
    void ensureRoom(int elements) {
        int needed = Math.max(SMALLEST, Integer.highestOneBit(Math.max(elements, 1)) << 2);
        if (needed <= slots.length) {
            return;
        }
        long[] old = slots;
        slots = new long[needed];
        for (long element : old) {
            if (element != 0) {
                add(element);
            }
        }
    }

    private static int home(long element, long[] table) {
        return (int) ((element * GOLDEN_RATIO) >>> 32) & (table.length - 1);
    }

    boolean contains(long element) {
        long[] table = slots;
        int at = home(element, table);
        for (int probes = 0; probes < table.length && table[at] != 0; probes++) {
            if (table[at] == element) {
                return true;
            }
            at = (at + 1) & (table.length - 1);
        }
        return false;
    }

    void add(long element) {
        int at = home(element, slots);
        while (slots[at] != 0) {
            at = (at + 1) & (slots.length - 1);
        }
        slots[at] = element;
    }

    /// Takes an element out that is in it.
    void remove(long element) {
        int mask = slots.length - 1;
        int hole = home(element, slots);
        while (slots[hole] != element) {
            assert slots[hole] != 0 : "element " + element + " is not in the index";
            hole = (hole + 1) & mask;
        }
        slots[hole] = 0;
        // Those after the hole move up, unless they would land before their home.
        for (int at = (hole + 1) & mask; slots[at] != 0; at = (at + 1) & mask) {
            int fromHome = (at - home(slots[at], slots)) & mask;
            if (fromHome >= ((at - hole) & mask)) {
                slots[hole] = slots[at];
                slots[at] = 0;
                hole = at;
            }
        }
    }
}
