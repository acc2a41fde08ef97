package org.kmemlab.slab;

import java.util.Arrays;

/// A stack of free objects of the classic allocator SLAB, filled and emptied in batches
/// (`struct array_cache`): of one CPU, shared by the CPUs of a node, or for objects of another node.
///
/// Objects at the bottom have waited longest and leave first, those at the top are the warmest and
/// are handed out first.
final class ArrayCache {

    /// Objects that it may hold.
    final int limit;
    /// Objects that go to it or come from it at once.
    final int batchCount;
    /// Objects that it holds.
    int avail;
    /// Whether it was used since it was aged last.
    boolean touched;

    private final long[] entries;

    ArrayCache(int limit, int batchCount) {
        this.limit = limit;
        this.batchCount = batchCount;
        this.entries = new long[limit];
    }

    boolean isFull() {
        return avail == limit;
    }

    void push(long object) {
        entries[avail++] = object;
    }

    /// The object at the top of an array that is not empty.
    long pop() {
        return entries[--avail];
    }

    /// The object at a place, 0 for the bottom.
    long at(int index) {
        return entries[index];
    }

    /// Forgets the objects at the bottom.
    void dropOldest(int count) {
        avail -= count;
        System.arraycopy(entries, count, entries, 0, avail);
    }

    /// Moves objects from the top of another array to the top of this one, as many as fit.
    ///
    /// @return how many that were
    int takeFrom(ArrayCache other, int most) {
        int count = Math.min(Math.min(other.avail, most), limit - avail);
        System.arraycopy(other.entries, other.avail - count, entries, avail, count);
        other.avail -= count;
        avail += count;
        return count;
    }

    /// Copies the objects at the bottom of another array to the top of this one, as many as fit.
    ///
    /// @return how many that were
    int copyOldest(ArrayCache other, int most) {
        int count = Math.min(most, limit - avail);
        System.arraycopy(other.entries, 0, entries, avail, count);
        avail += count;
        return count;
    }

    /// All objects, the bottom first.
    long[] toArray() {
        return Arrays.copyOf(entries, avail);
    }
}
