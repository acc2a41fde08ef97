package org.kmemlab.buddy;

import java.util.Arrays;

/// Every way to cut 16 pages into free and allocated blocks, list order put aside.
///
/// A layout is a number of 16 hex digits, that of page 0 lowest:
///
/// ```text
///   1 to 5    first page of a free block of order 0 to 4
///   6 to a    first page of an allocated block of order 0 to 4
///   0         page inside a block
/// ```
///
/// A block of order `o` is free, allocated, or cut into two of order `o - 1` that are not both free
/// (they would have merged). So `S(0) = 2` and `S(o) = 2 + S(o - 1)^2 - 1`: 2, 5, 26, 677, 458,330.
final class BuddyLayouts {

    static final int PAGES = 16;
    static final int MAX_ORDER = 4;

    private static final int FREE = 1;
    private static final int USED = FREE + MAX_ORDER + 1;
    private static final int UNKNOWN = 0xf;

    private BuddyLayouts() {
    }

    /// All layouts of 16 pages.
    static long[] all() {
        return of(MAX_ORDER);
    }

    private static long[] of(int order) {
        long[] whole = {free(0, order), used(0, order)};
        if (order == 0) {
            return whole;
        }
        long[] halves = of(order - 1);
        long[] all = Arrays.copyOf(whole, whole.length + halves.length * halves.length - 1);
        int count = whole.length;
        for (long low : halves) {
            for (long high : halves) {
                boolean merged = low == free(0, order - 1) && high == low;
                if (!merged) {
                    all[count++] = low | high << (4 << (order - 1));
                }
            }
        }
        return all;
    }

    /// The digit of a free block, in its place.
    static long free(int pfn, int order) {
        return (long) (FREE + order) << (4 * pfn);
    }

    /// The digit of an allocated block, in its place.
    static long used(int pfn, int order) {
        return (long) (USED + order) << (4 * pfn);
    }

    /// The digit of an allocated page whose block is not known, in its place.
    static long unknown(int pfn) {
        return (long) UNKNOWN << (4 * pfn);
    }

    /// The order of the free block that starts at a page, -1 if none does.
    static int freeOrder(long layout, int pfn) {
        int digit = digit(layout, pfn);
        return digit >= FREE && digit < USED ? digit - FREE : -1;
    }

    /// The order of the allocated block that starts at a page, -1 if none does.
    static int usedOrder(long layout, int pfn) {
        int digit = digit(layout, pfn);
        return digit >= USED && digit != UNKNOWN ? digit - USED : -1;
    }

    private static int digit(long layout, int pfn) {
        return (int) (layout >>> (4 * pfn)) & 0xf;
    }

    /// The layout with each allocated page for itself, as far as a record of free lists tells.
    static long withoutUsedOrders(long layout) {
        long result = layout;
        for (int pfn = 0; pfn < PAGES; pfn++) {
            int order = usedOrder(layout, pfn);
            if (order >= 0) {
                result &= ~unknown(pfn);
                for (int at = pfn; at < pfn + (1 << order); at++) {
                    result |= unknown(at);
                }
            }
        }
        return result;
    }

    /// The layout in words: `0:free1 2:used1 4:free2 8:used3`, each first page with its block.
    static String describe(long layout) {
        StringBuilder text = new StringBuilder();
        for (int pfn = 0; pfn < PAGES; pfn++) {
            int digit = digit(layout, pfn);
            if (digit != 0) {
                text.append(text.isEmpty() ? "" : " ").append(pfn).append(':');
                int free = freeOrder(layout, pfn);
                int used = usedOrder(layout, pfn);
                text.append(free >= 0 ? "free" + free : used >= 0 ? "used" + used : "used?");
            }
        }
        return text.toString();
    }
}
