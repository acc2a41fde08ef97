package org.kmemlab.slab;

/// The layout of a slab's shared word: everything about a slab that several CPUs change.
///
/// ```text
///   63          47 46 45         31 30         16 15          0
///  │    free      │ f │  objects   │   inuse     │    head     │
/// ```
///
/// `head` is the index of the first free object, [#NO_OBJECT] for none, [#WILD] for something that
/// is no object; `f` says that the slab is frozen, that is, belongs to one CPU. All of it fits one
/// `long`, so one compare-and-set can replace it; the free bits have room for a version.
final class SlabWord {

    /// The head of an empty free list.
    static final int NO_OBJECT = 0xffff;
    /// The head of a free list that was damaged and begins at no object; the slab has the address.
    static final int WILD = 0xfffe;

    private static final int INUSE_SHIFT = 16;
    private static final int OBJECTS_SHIFT = 31;
    private static final long COUNT_MASK = 0x7fff;
    private static final long FROZEN = 1L << 46;

    private SlabWord() {
    }

    static long of(int head, int inuse, int objects, boolean frozen) {
        return head | (long) inuse << INUSE_SHIFT | (long) objects << OBJECTS_SHIFT
                | (frozen ? FROZEN : 0);
    }

    static int head(long word) {
        return (int) word & NO_OBJECT;
    }

    static int inuse(long word) {
        return (int) (word >>> INUSE_SHIFT & COUNT_MASK);
    }

    static int objects(long word) {
        return (int) (word >>> OBJECTS_SHIFT & COUNT_MASK);
    }

    static boolean frozen(long word) {
        return (word & FROZEN) != 0;
    }
}
