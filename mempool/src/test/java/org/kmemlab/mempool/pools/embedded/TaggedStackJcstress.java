package org.kmemlab.mempool.pools.embedded;

import java.util.concurrent.atomic.AtomicLong;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;

/// The lock-free stack by the memory model: its links are plain, as they are in the pool's memory,
/// and so is what users write into blocks.
public final class TaggedStackJcstress {

    private TaggedStackJcstress() {
    }

    /// A head that is changed atomically, and plain links.
    private static class PlainLinks implements StackWords {

        final AtomicLong head = new AtomicLong();
        private final int[] links;

        PlainLinks(int blocks) {
            links = new int[blocks];
        }

        @Override
        public long head() {
            return head.get();
        }

        @Override
        public boolean compareAndSetHead(long expected, long updated) {
            return head.compareAndSet(expected, updated);
        }

        @Override
        public int link(int index) {
            return links[index];
        }

        @Override
        public void setLink(int index, int link) {
            links[index] = link;
        }
    }

    private static TaggedStack stackOn(StackWords words, int blocks) {
        TaggedStack stack = new TaggedStack(words, blocks);
        stack.fill();
        return stack;
    }

    /// Two users take from two blocks.
    @JCStressTest
    @Outcome(id = {"0, 1", "1, 0"}, expect = Expect.ACCEPTABLE, desc = "Each has one.")
    @Outcome(expect = Expect.FORBIDDEN, desc = "Both have one, or one has none.")
    @State
    public static class Take {

        private final TaggedStack stack = stackOn(new PlainLinks(2), 2);

        /// One.
        @Actor
        public void first(II_Result result) {
            result.r1 = stack.pop();
        }

        /// The other.
        @Actor
        public void second(II_Result result) {
            result.r2 = stack.pop();
        }
    }

    /// A user writes into a block and gives it back; the next one sees that.
    @JCStressTest
    @Outcome(id = "-1, 0", expect = Expect.ACCEPTABLE, desc = "Too early.")
    @Outcome(id = "0, 42", expect = Expect.ACCEPTABLE, desc = "It sees what was written.")
    @Outcome(expect = Expect.FORBIDDEN, desc = "It has the block, but not what is in it.")
    @State
    public static class HandOver {

        private final TaggedStack stack = stackOn(new PlainLinks(1), 1);
        private int content;

        /// The giver has it from the start.
        public HandOver() {
            int _ = stack.pop();
        }

        /// The giver.
        @Actor
        public void giver() {
            content = 42;
            stack.push(0);
        }

        /// The taker.
        @Actor
        public void taker(II_Result result) {
            result.r1 = stack.pop();
            result.r2 = result.r1 == 0 ? content : 0;
        }
    }

    /// One takes; the other takes two and gives the first one back: the schedule of the ABA
    /// problem.
    @JCStressTest
    @Outcome(id = "7", expect = Expect.ACCEPTABLE, desc = "Each of the three blocks is somewhere.")
    @Outcome(expect = Expect.FORBIDDEN, desc = "A block is in two places, or in none.")
    @State
    public static class Aba {

        private final TaggedStack stack = stackOn(new PlainLinks(3), 3);
        private int heldByFirst;
        private int heldBySecond;

        /// One.
        @Actor
        public void first() {
            heldByFirst = stack.pop();
        }

        /// The other.
        @Actor
        public void second() {
            int top = stack.pop();
            heldBySecond = stack.pop();
            stack.push(top);
        }

        /// A bit for each block that is somewhere; -1 if one is in two places.
        @Arbiter
        public void count(I_Result result) {
            int left = stack.pop();
            int seen = 1 << heldByFirst | 1 << heldBySecond | 1 << left;
            boolean isEmpty = stack.pop() == TaggedStack.NONE;
            result.r1 = isEmpty ? seen : -1;
        }
    }

    /// The canary: a head that is changed by a look and a write. jcstress must find both having
    /// one.
    @JCStressTest
    @Outcome(id = {"0, 1", "1, 0"}, expect = Expect.ACCEPTABLE, desc = "Each has one.")
    @Outcome(expect = Expect.FORBIDDEN, desc = "Both have one, or one has none.")
    @State
    public static class Canary {

        private final TaggedStack stack = stackOn(new PlainLinks(2) {
            @Override
            public boolean compareAndSetHead(long expected, long updated) {
                if (head.get() != expected) {
                    return false;
                }
                head.set(updated);
                return true;
            }
        }, 2);

        /// One.
        @Actor
        public void first(II_Result result) {
            result.r1 = stack.pop();
        }

        /// The other.
        @Actor
        public void second(II_Result result) {
            result.r2 = stack.pop();
        }
    }
}
