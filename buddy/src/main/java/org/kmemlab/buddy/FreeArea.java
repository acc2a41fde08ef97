package org.kmemlab.buddy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// The free blocks of one order in a zone: a doubly linked list for each migrate type.
///
/// The links are in [MemMap]; a block's state says which list it is on, so that it can be unlinked
/// without a search. All operations are O(1) and allocate nothing.
final class FreeArea {

    private final MemMap map;
    private final int order;
    private final int[] first = new int[MigrateType.COUNT];
    private final int[] last = new int[MigrateType.COUNT];
    private int nrFree;

    FreeArea(MemMap map, int order) {
        this.map = map;
        this.order = order;
        Arrays.fill(first, PageAllocator.NONE);
        Arrays.fill(last, PageAllocator.NONE);
    }

    /// Blocks on all lists together.
    int nrFree() {
        return nrFree;
    }

    /// The block to hand out next; [PageAllocator#NONE] if the list is empty.
    int first(MigrateType type) {
        return first[type.ordinal()];
    }

    boolean isEmpty(MigrateType type) {
        return first[type.ordinal()] == PageAllocator.NONE;
    }

    void addFirst(int pfn, MigrateType type) {
        int list = type.ordinal();
        int second = first[list];
        link(pfn, list, PageAllocator.NONE, second);
        first[list] = pfn;
        if (second == PageAllocator.NONE) {
            last[list] = pfn;
        } else {
            map.setPrev(second, order, pfn);
        }
    }

    void addLast(int pfn, MigrateType type) {
        int list = type.ordinal();
        int before = last[list];
        link(pfn, list, before, PageAllocator.NONE);
        last[list] = pfn;
        if (before == PageAllocator.NONE) {
            first[list] = pfn;
        } else {
            map.setNext(before, order, pfn);
        }
    }

    private void link(int pfn, int list, int prev, int next) {
        assert !map.isFreeBlock(pfn, order) : "pfn " + pfn + " is on a list already";
        map.setState(pfn, FrameState.of(FrameState.FREE, order, list));
        map.setPrev(pfn, order, prev);
        map.setNext(pfn, order, next);
        nrFree++;
    }

    /// Takes a block off its list; afterwards its first frame heads nothing.
    void remove(int pfn) {
        assert map.isFreeBlock(pfn, order) : "pfn " + pfn + " is on no list of order " + order;
        int list = FrameState.type(map.state(pfn));
        int prev = map.prev(pfn, order);
        int next = map.next(pfn, order);
        if (prev == PageAllocator.NONE) {
            first[list] = next;
        } else {
            map.setNext(prev, order, next);
        }
        if (next == PageAllocator.NONE) {
            last[list] = prev;
        } else {
            map.setPrev(next, order, prev);
        }
        map.setState(pfn, (short) 0);
        nrFree--;
    }

    /// Moves a block to the end of another type's list.
    void moveLast(int pfn, MigrateType type) {
        remove(pfn);
        addLast(pfn, type);
    }

    /// The blocks of one list, from the one handed out next to the last.
    List<Integer> list(MigrateType type) {
        List<Integer> pfns = new ArrayList<>();
        int pfn = first(type);
        // A broken list could be a ring; one block more than there are shows that it is.
        while (pfn != PageAllocator.NONE && pfns.size() <= nrFree) {
            pfns.add(pfn);
            pfn = map.next(pfn, order);
        }
        return pfns;
    }

    /// Length of one list, counted up to `limit`.
    int length(MigrateType type, int limit) {
        int length = 0;
        for (int pfn = first(type); pfn != PageAllocator.NONE && length < limit; length++) {
            pfn = map.next(pfn, order);
        }
        return length;
    }
}
