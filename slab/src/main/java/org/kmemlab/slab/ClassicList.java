package org.kmemlab.slab;

import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

/// One of the three lists of a node of the classic allocator SLAB: doubly linked through
/// [ClassicSlab#next] and [ClassicSlab#prev]. All operations are O(1).
final class ClassicList {

    private @Nullable ClassicSlab first;
    private @Nullable ClassicSlab last;

    @Nullable
    ClassicSlab first() {
        return first;
    }

    @Nullable
    ClassicSlab last() {
        return last;
    }

    boolean isEmpty() {
        return first == null;
    }

    /// Puts a slab to the head, from whatever list it is on.
    void moveFirst(ClassicSlab slab) {
        unlink(slab);
        slab.list = this;
        slab.next = first;
        if (first == null) {
            last = slab;
        } else {
            first.prev = slab;
        }
        first = slab;
    }

    /// Puts a slab to the tail, from whatever list it is on.
    void moveLast(ClassicSlab slab) {
        unlink(slab);
        slab.list = this;
        slab.prev = last;
        if (last == null) {
            first = slab;
        } else {
            last.next = slab;
        }
        last = slab;
    }

    /// Takes a slab from the list that it is on, if any.
    static void unlink(ClassicSlab slab) {
        ClassicList list = slab.list;
        if (list == null) {
            return;
        }
        ClassicSlab before = slab.prev;
        ClassicSlab after = slab.next;
        if (before == null) {
            list.first = after;
        } else {
            before.next = after;
        }
        if (after == null) {
            list.last = before;
        } else {
            after.prev = before;
        }
        slab.list = null;
        slab.prev = null;
        slab.next = null;
    }

    /// Visits the slabs, the head first; the action may move the slab it gets.
    void forEach(Consumer<ClassicSlab> action) {
        for (ClassicSlab slab = first; slab != null;) {
            ClassicSlab after = slab.next;
            action.accept(slab);
            slab = after;
        }
    }
}
