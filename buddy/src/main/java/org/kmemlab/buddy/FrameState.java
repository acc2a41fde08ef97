package org.kmemlab.buddy;

/// The state word of a page frame.
///
/// ```text
///   bit 15      12 11        8 7 6      4 3       0
///      ┌──────────┬───────────┬─┬────────┬─────────┐
///      │  unused  │   kind    │0│  type  │  order  │
///      └──────────┴───────────┴─┴────────┴─────────┘
/// ```
///
/// `order` is that of the block that the frame heads. `type` is the migrate type of the list that a
/// free block is on, or the one that a block on a per-CPU list remembers. A frame that heads nothing
/// has the word 0, so a block of any order is taken and given back by writing one word.
final class FrameState {

    /// Inside a block (free or in use), or never seen.
    static final int NOTHING = 0;
    /// Exists but is not managed, or does not exist.
    static final int RESERVED = 1;
    /// Heads a block on a free list of its zone.
    static final int FREE = 2;
    /// Heads a block on a per-CPU list.
    static final int PER_CPU = 3;
    /// Heads an allocated block of a [PageUse#PLAIN] user; the other uses follow.
    static final int USED = 4;
    /// In use since before the recorded state that the machine started from; order unknown.
    static final int USED_BEFORE = 8;
    /// Heads a block that is kept from everybody beside a block in use.
    static final int GUARD = 9;

    private FrameState() {
    }

    static short of(int kind, int order, int type) {
        return (short) (kind << 8 | type << 4 | order);
    }

    static int kind(short state) {
        return state >> 8;
    }

    static int order(short state) {
        return state & 0xf;
    }

    static int type(short state) {
        return state >> 4 & 0x7;
    }

    static boolean isUsed(short state) {
        int kind = kind(state);
        return kind >= USED && kind < USED + PageUse.COUNT;
    }

    static short used(PageUse use, int order) {
        return of(USED + use.ordinal(), order, 0);
    }

    static String describe(short state) {
        return switch (kind(state)) {
            case NOTHING -> "heads no block";
            case RESERVED -> "is reserved";
            case FREE -> "is free (order " + order(state) + ")";
            case PER_CPU -> "is on a per-CPU list (order " + order(state) + ")";
            case USED_BEFORE -> "is in use, order unknown";
            case GUARD -> "is a guard page (order " + order(state) + ")";
            default -> "is allocated with order " + order(state)
                    + (kind(state) == USED ? ""
                            : " and belongs to "
                                    + PageUse.of(kind(state) - USED));
        };
    }
}
