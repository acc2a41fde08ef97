package org.kmemlab.buddy;

import java.util.ArrayList;
import java.util.List;

/// A list of page frame numbers that grows and shrinks at both ends: a ring in an array.
///
/// O(1) at the ends; grows by doubling, which is the only allocation.
final class PfnDeque {

    private int[] ring = new int[16];
    private int first;
    private int size;

    int size() {
        return size;
    }

    boolean isEmpty() {
        return size == 0;
    }

    void addFirst(int pfn) {
        ensureRoom();
        first = first - 1 & ring.length - 1;
        ring[first] = pfn;
        size++;
    }

    void addLast(int pfn) {
        ensureRoom();
        ring[first + size & ring.length - 1] = pfn;
        size++;
    }

    int removeFirst() {
        assert size > 0;
        int pfn = ring[first];
        first = first + 1 & ring.length - 1;
        size--;
        return pfn;
    }

    int removeLast() {
        assert size > 0;
        size--;
        return ring[first + size & ring.length - 1];
    }

    int get(int index) {
        return ring[first + index & ring.length - 1];
    }

    List<Integer> toList() {
        List<Integer> list = new ArrayList<>(size);
        for (int i = 0; i < size; i++) {
            list.add(get(i));
        }
        return list;
    }

    private void ensureRoom() {
        if (size == ring.length) {
            int[] larger = new int[2 * size];
            for (int i = 0; i < size; i++) {
                larger[i] = get(i);
            }
            ring = larger;
            first = 0;
        }
    }
}
