package org.kmemlab.buddy;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

import org.jspecify.annotations.Nullable;
import org.kmemlab.machine.PfnRange;

/// Single pages that one thread has in stock in live use: a stack for each of the first three
/// migrate types.
///
/// ```text
///   words   ┌─────────┬───────┬──────────────┬───────┬──────────────┬───────┬──────────────┬─────────┐
///           │ nothing │ count │ pages        │ count │ pages        │ count │ pages        │ nothing │
///           └─────────┴───────┴──────────────┴───────┴──────────────┴───────┴──────────────┴─────────┘
///                       UNMOVABLE              MOVABLE                RECLAIMABLE
/// ```
///
/// All that changes often lies in one array with room around it, so that no two stocks share a cache
/// line, however the JVM lays objects out.
///
/// **Ownership.** Only the [#owner] uses it, a thread that claimed it by compare-and-set. Nothing
/// else is atomic here.
final class PageStock {

    private static final VarHandle OWNER;

    static {
        try {
            OWNER = MethodHandles.lookup().findVarHandle(PageStock.class, "owner", Thread.class);
        } catch (ReflectiveOperationException impossible) {
            throw new ExceptionInInitializerError(impossible);
        }
    }

    /// Words of two cache lines, as processors fetch them in pairs.
    private static final int ROOM = 32;

    private final int[] words;
    private final int stride;
    private int homeStart;
    private int homePages;
    private @Nullable Thread owner;
    /// Whether somebody wants the pages back; the owner honours it when it comes by.
    private volatile boolean revoked;

    /// An empty stock, owned by nobody.
    ///
    /// @param capacity most pages of each type
    PageStock(int capacity) {
        this.stride = 1 + capacity;
        this.words = new int[ROOM + MigrateType.PCP_TYPES * stride + ROOM];
    }

    /// Says where the pages are to be from, while there are none.
    void settle(PfnRange home) {
        homeStart = home.start();
        homePages = home.end() - home.start();
    }

    /// Whether a page is from where those of this stock are to be.
    boolean isHome(int pfn) {
        return Integer.compareUnsigned(pfn - homeStart, homePages) < 0;
    }

    /// Takes the page of a type that was put last.
    ///
    /// The room behind the stacks reads as one more stack, always empty: the number that stands for
    /// both mobility bits, which no request may have, ends there.
    ///
    /// @return [PageAllocator#NONE] if there is none
    int take(int type) {
        int at = bottom(type);
        int count = words[at];
        if (count == 0) {
            return PageAllocator.NONE;
        }
        words[at] = count - 1;
        return words[at + count];
    }

    /// Where the stack of a type starts. A branch that processors foresee is better than arithmetic
    /// here, for which the next access would have to wait until the type is known.
    private int bottom(int type) {
        if (type == 0) {
            return ROOM;
        }
        return type == 1 ? ROOM + stride : ROOM + type * stride;
    }

    /// Whether there is room for another page of a type.
    boolean hasRoom(int type) {
        return words[bottom(type)] < stride - 1;
    }

    /// Puts a page of a type that there is room for.
    void put(int type, int pfn) {
        int at = bottom(type);
        int count = words[at] + 1;
        words[at] = count;
        words[at + count] = pfn;
    }

    /// Pages of a type.
    int count(int type) {
        return words[bottom(type)];
    }

    /// A page of a type.
    ///
    /// @param index 0 for the one that was put first
    int get(int type, int index) {
        return words[bottom(type) + 1 + index];
    }

    /// Drops the `number` pages of a type that were put first.
    void dropOldest(int type, int number) {
        int at = bottom(type);
        int left = words[at] - number;
        System.arraycopy(words, at + 1 + number, words, at + 1, left);
        words[at] = left;
    }

    /// Pages of all types.
    int countPages() {
        int pages = 0;
        for (int type = 0; type < MigrateType.PCP_TYPES; type++) {
            pages += count(type);
        }
        return pages;
    }

    @SuppressWarnings("ReferenceEquality") // a thread is equal to itself only
    boolean isOwnedBy(Thread thread) {
        return owner == thread;
    }

    /// The thread whose stock it is; null if it is nobody's.
    @Nullable
    Thread owner() {
        return (Thread) OWNER.getAcquire(this);
    }

    /// Makes it another's.
    ///
    /// @return false if it was not `expected`'s
    boolean changeOwner(@Nullable Thread expected, @Nullable Thread next) {
        return OWNER.compareAndSet(this, expected, next);
    }

    /// Asks the owner for the pages.
    void revoke() {
        revoked = true;
    }

    /// Whether the owner was asked for the pages since this was last called.
    boolean wasRevoked() {
        boolean was = revoked;
        if (was) {
            revoked = false;
        }
        return was;
    }
}
