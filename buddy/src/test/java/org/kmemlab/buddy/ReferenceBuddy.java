package org.kmemlab.buddy;

import static org.kmemlab.buddy.BuddyLayouts.MAX_ORDER;
import static org.kmemlab.buddy.BuddyLayouts.PAGES;

import java.util.Arrays;

/// The buddy algorithm of 16 pages as simple as can be: for each order a set of free blocks and a
/// set of allocated ones. Shares nothing with the allocator that it judges.
final class ReferenceBuddy implements SmallBuddy {

    /// Sets of pages: bit `p` is set if a block of the order starts at page `p`.
    private final int[] free = new int[MAX_ORDER + 1];
    private final int[] used = new int[MAX_ORDER + 1];

    /// The one block that may be out of its list's ascending order: the one freed last.
    private int freedOrder = -1;
    private int freedPfn;
    private boolean freedToTail;

    @Override
    public void load(long layout) {
        Arrays.fill(free, 0);
        Arrays.fill(used, 0);
        freedOrder = -1;
        for (int pfn = 0; pfn < PAGES; pfn++) {
            int freeOrder = BuddyLayouts.freeOrder(layout, pfn);
            int usedOrder = BuddyLayouts.usedOrder(layout, pfn);
            if (freeOrder >= 0) {
                free[freeOrder] |= 1 << pfn;
            } else if (usedOrder >= 0) {
                used[usedOrder] |= 1 << pfn;
            }
        }
    }

    /// Takes the first block of the smallest order that suffices and keeps its lower half until it
    /// has the order.
    @Override
    public int alloc(int order) {
        int size = order;
        while (size <= MAX_ORDER && free[size] == 0) {
            size++;
        }
        if (size > MAX_ORDER) {
            return PageAllocator.NONE;
        }
        int pfn = first(free[size]);
        free[size] &= ~(1 << pfn);
        while (size > order) {
            size--;
            free[size] |= 1 << (pfn + (1 << size));
        }
        used[order] |= 1 << pfn;
        return pfn;
    }

    /// Merges with the buddy as long as that is free, then goes to the front of the list, or to its
    /// end if the block next to the parent is free: then two merges are near.
    @Override
    public void free(int pfn, int order) {
        used[order] &= ~(1 << pfn);
        int head = pfn;
        int size = order;
        while (size < MAX_ORDER && isFree(head ^ 1 << size, size)) {
            free[size] &= ~(1 << (head ^ 1 << size));
            head &= ~(1 << size);
            size++;
        }
        free[size] |= 1 << head;
        freedOrder = size;
        freedPfn = head;
        int parent = head & ~(1 << size);
        freedToTail = size < MAX_ORDER && isFree(parent ^ 2 << size, size + 1);
    }

    private boolean isFree(int pfn, int order) {
        return (free[order] & 1 << pfn) != 0;
    }

    @Override
    public long layout() {
        long layout = 0;
        for (int order = 0; order <= MAX_ORDER; order++) {
            for (int left = free[order]; left != 0; left &= left - 1) {
                layout |= BuddyLayouts.free(first(left), order);
            }
            for (int left = used[order]; left != 0; left &= left - 1) {
                layout |= BuddyLayouts.used(first(left), order);
            }
        }
        return layout;
    }

    private static int first(int pages) {
        return Integer.numberOfTrailingZeros(pages);
    }

    @Override
    public long list(int order) {
        boolean apart = order == freedOrder;
        long list = apart && !freedToTail ? 1 << 4 | freedPfn : 1;
        int ascending = apart ? free[order] & ~(1 << freedPfn) : free[order];
        for (int left = ascending; left != 0; left &= left - 1) {
            list = list << 4 | first(left);
        }
        return apart && freedToTail ? list << 4 | freedPfn : list;
    }

    @Override
    public long freePages() {
        long pages = 0;
        for (int order = 0; order <= MAX_ORDER; order++) {
            pages += (long) Integer.bitCount(free[order]) << order;
        }
        return pages;
    }
}
