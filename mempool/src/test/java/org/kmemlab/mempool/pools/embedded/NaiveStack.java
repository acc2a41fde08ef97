package org.kmemlab.mempool.pools.embedded;

/// The lock-free stack as it is often printed: its head names the top block and nothing else. What
/// is wrong with it shows only when others take two blocks and give the first one back between two
/// steps of a pop.
final class NaiveStack implements SharedStack.Stack {

    private final StackWords words;

    NaiveStack(StackWords words) {
        this.words = words;
    }

    @Override
    public int pop() {
        while (true) {
            long head = words.head();
            if (head == 0) {
                return -1;
            }
            int below = words.link((int) head - 1);
            if (words.compareAndSetHead(head, below)) {
                return (int) head - 1;
            }
        }
    }

    @Override
    public void push(int index) {
        while (true) {
            long head = words.head();
            words.setLink(index, (int) head);
            if (words.compareAndSetHead(head, index + 1)) {
                return;
            }
        }
    }
}
