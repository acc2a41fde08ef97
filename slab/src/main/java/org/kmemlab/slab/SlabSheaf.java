package org.kmemlab.slab;

import java.util.Arrays;
import java.util.List;

/// A stack of free objects of fixed capacity (`struct slab_sheaf`).
///
/// In live use caches have a [Sheaf] for each thread instead, which grows and has an owner.
///
/// Differs from Linux: the addresses are kept beside the machine. The memory that they would take
/// there is allocated all the same, at [#address], because it can run out.
final class SlabSheaf {

    /// Where the kernel would keep it; memory of `kmalloc`.
    final long address;
    private final long[] objects;
    private int size;

    /// An empty sheaf.
    SlabSheaf(long address, int capacity) {
        this.address = address;
        this.objects = new long[capacity];
    }

    int capacity() {
        return objects.length;
    }

    int size() {
        return size;
    }

    boolean isEmpty() {
        return size == 0;
    }

    boolean isFull() {
        return size == objects.length;
    }

    /// Puts an object into a sheaf that is not full.
    void push(long object) {
        objects[size++] = object;
    }

    /// The object that [#pop] would take; the sheaf is not empty.
    long top() {
        return objects[size - 1];
    }

    /// Takes the object that was put last out of a sheaf that is not empty.
    long pop() {
        return objects[--size];
    }

    /// Takes up to `count` of the objects that were put last; they keep their order.
    ///
    /// @return how many there were
    int popMany(long[] out, int from, int count) {
        int taken = Math.min(count, size);
        size -= taken;
        System.arraycopy(objects, size, out, from, taken);
        return taken;
    }

    /// Puts up to `count` objects of an array, the first one first.
    ///
    /// @return how many it had room for
    int pushMany(long[] in, int from, int count) {
        int put = Math.min(count, objects.length - size);
        System.arraycopy(in, from, objects, size, put);
        size += put;
        return put;
    }

    /// Its objects, the oldest first.
    List<Long> contents() {
        return Arrays.stream(objects, 0, size).boxed().toList();
    }
}
