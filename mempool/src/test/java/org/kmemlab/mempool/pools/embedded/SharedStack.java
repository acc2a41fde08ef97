package org.kmemlab.mempool.pools.embedded;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;

/// A stack that programs share, each access a step; the check: nobody has what another has, and
/// nothing is lost.
final class SharedStack implements Interleavings.Case {

    /// What the stacks under test can do.
    interface Stack {

        /// A number; -1 if there is none.
        int pop();

        void push(int index);
    }

    /// A program's own view: what it took, and has not given back.
    static final class User {

        private final Stack stack;
        private final Deque<Integer> held = new ArrayDeque<>();

        User(Stack stack) {
            this.stack = stack;
        }

        void take() {
            int index = stack.pop();
            if (index >= 0) {
                held.addLast(index);
            }
        }

        /// Gives back what it has had longest.
        void giveBack() {
            Integer index = held.pollFirst();
            if (index != null) {
                stack.push(index);
            }
        }
    }

    /// Words in arrays, each access a step. Head and links are plain: one program runs at a time.
    private static final class SteppedWords implements StackWords {

        private final Interleavings steps;
        private final int[] links;
        private long head;

        SteppedWords(Interleavings steps, int blocks) {
            this.steps = steps;
            links = new int[blocks];
        }

        @Override
        public long head() {
            steps.step();
            return head;
        }

        @Override
        public boolean compareAndSetHead(long expected, long updated) {
            steps.step();
            boolean equal = head == expected;
            head = equal ? updated : head;
            return equal;
        }

        @Override
        public int link(int index) {
            steps.step();
            return links[index];
        }

        @Override
        public void setLink(int index, int link) {
            steps.step();
            links[index] = link;
        }
    }

    private final int blocks;
    private final Stack stack;
    private final List<User> users = new ArrayList<>();
    private final List<Runnable> programs = new ArrayList<>();

    /// @param made the stack under test, on given words
    @SafeVarargs
    SharedStack(Interleavings steps, int blocks, Function<StackWords, Stack> made,
            Consumer<User>... programs) {
        this.blocks = blocks;
        this.stack = made.apply(new SteppedWords(steps, blocks));
        for (int index = blocks - 1; index >= 0; index--) {
            stack.push(index);
        }
        for (Consumer<User> program : programs) {
            User user = new User(stack);
            users.add(user);
            this.programs.add(() -> program.accept(user));
        }
    }

    @Override
    public List<Runnable> programs() {
        return programs;
    }

    @Override
    public void check() {
        Set<Integer> seen = new HashSet<>();
        for (User user : users) {
            for (int index : user.held) {
                require(seen.add(index), "block " + index + " is held by two users");
            }
        }
        for (int index = stack.pop(); index >= 0; index = stack.pop()) {
            require(seen.add(index), "block " + index + " is on the stack and in use");
        }
        require(seen.size() == blocks, "only " + seen + " of " + blocks + " blocks are left");
    }

    private static void require(boolean holds, String message) {
        if (!holds) {
            throw new IllegalStateException(message);
        }
    }
}
