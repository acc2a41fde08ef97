package org.kmemlab.buddy;

import java.util.ArrayList;
import java.util.List;

/// A list of page frame numbers that grows and shrinks at both ends: a ring in an array.
///
/// Both ends are positions that only count up or down, wrapping around; the low bits of a position
/// are an index. So an operation at one end writes one field. O(1); grows by doubling, which is the
/// only allocation.
final class PfnDeque {

    private int[] ring = new int[16];
    /// Position of the first number.
    private int first;
    /// Position after the last number.
    private int end;

    int size() {
        return end - first;
    }

    boolean isEmpty() {
        return first == end;
    }

    void addFirst(int pfn) {
        ensureRoom();
        first--;
        ring[index(first)] = pfn;
    }

    void addLast(int pfn) {
        ensureRoom();
        ring[index(end)] = pfn;
        end++;
    }

    int removeFirst() {
        assert !isEmpty();
        int pfn = ring[index(first)];
        first++;
        return pfn;
    }

    int removeLast() {
        assert !isEmpty();
        end--;
        return ring[index(end)];
    }

    int get(int index) {
        return ring[index(first + index)];
    }

    List<Integer> toList() {
        List<Integer> list = new ArrayList<>(size());
        for (int i = 0; i < size(); i++) {
            list.add(get(i));
        }
        return list;
    }

    private int index(int position) {
        return position & ring.length - 1;
    }

    private void ensureRoom() {
        if (size() == ring.length) {
            grow();
        }
    }

    private void grow() {
        int size = size();
        int[] larger = new int[2 * size];
        for (int i = 0; i < size; i++) {
            larger[i] = get(i);
        }
        ring = larger;
        first = 0;
        end = size;
    }
}
