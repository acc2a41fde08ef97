package org.kmemlab.mempool.pools.embedded;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/// A stack of block numbers without a lock, whose head carries a tag.
///
/// ```text
///   head   63 ....... 32 | 31 ........ 0        link of a free block
///          tag, +1 at    | number + 1,          number + 1 of the one below,
///          each change   | 0 = empty            0 = none
/// ```
///
/// A pop reads the head, then the link of the block that it names, then puts that link into the
/// head, if the head is still what it was. Without the tag "still what it was" may be wrong: if
/// others took two blocks meanwhile and gave the first one back, the head names that one again, but
/// the link read before leads to a block in use (the ABA problem). With the tag the head differs
/// after any change.
///
/// Invariants: I1 following the links from the head visits each free block once. I2 a block that is
/// not on the stack is nobody's but its user's; its link may then hold anything.
///
/// Lock-free: some caller always gets on. A tag comes round after 2^32 changes; a pop would have to
/// sleep through exactly so many to be fooled.
///
/// @see <a href="https://dominoweb.draco.res.ibm.com/58319a2ed2b1078985257003004617ef.html">
///      Treiber, Systems Programming: Coping with Parallelism, IBM RJ 5118 (1986): the stack, and
///      the counter beside its head</a>
final class TaggedStack {

    /// What [#pop] returns if the stack is empty.
    static final int NONE = -1;

    private static final long TAG_ONE = 1L << 32;
    private static final long NUMBER_MASK = TAG_ONE - 1;

    private final StackWords words;
    private final int blocks;
    private final LongAdder steps = new LongAdder();
    private final AtomicInteger stepsMax = new AtomicInteger();

    /// @param blocks how many there are, on the stack or not
    TaggedStack(StackWords words, int blocks) {
        this.words = words;
        this.blocks = blocks;
    }

    /// Puts all blocks on the empty stack, number 0 on top. Before others know the stack.
    void fill() {
        for (int index = 0; index < blocks; index++) {
            words.setLink(index, index + 1 < blocks ? index + 2 : 0);
        }
        boolean done = words.compareAndSetHead(0, changed(0, 1));
        assert done : "the stack is in use";
    }

    /// Takes the newest block.
    ///
    /// @return its number; [#NONE] if there is none
    /// @throws IllegalStateException if its link was overwritten and leads nowhere; nothing is
    ///         changed then
    int pop() {
        for (int attempts = 1;; attempts++) {
            long head = words.head();
            int top = (int) head;
            if (top == 0) {
                count(attempts);
                return NONE;
            }
            int below = words.link(top - 1);
            if (below < 0 || below > blocks) {
                requireChanged(head, below);
            } else if (words.compareAndSetHead(head, changed(head, below))) {
                count(attempts);
                return top - 1;
            }
        }
    }

    /// A link that leads nowhere is a user's data, if the block was taken before the link was read.
    private void requireChanged(long head, int link) {
        if (words.head() == head) {
            throw new IllegalStateException("the free block %d links to block %d of %d"
                    .formatted((int) head - 1, link - 1, blocks));
        }
    }

    /// Puts a block on top that is on no stack.
    void push(int index) {
        for (int attempts = 1;; attempts++) {
            long head = words.head();
            words.setLink(index, (int) head);
            if (words.compareAndSetHead(head, changed(head, index + 1))) {
                count(attempts);
                return;
            }
        }
    }

    private void count(int attempts) {
        steps.add(attempts);
        if (attempts > stepsMax.get()) {
            stepsMax.accumulateAndGet(attempts, Math::max);
        }
    }

    /// Attempts to change the head so far.
    long steps() {
        return steps.sum();
    }

    /// The most of them in one call.
    int stepsMax() {
        return stepsMax.get();
    }

    private static long changed(long head, int top) {
        return ((head & ~NUMBER_MASK) + TAG_ONE) | (top & NUMBER_MASK);
    }
}
