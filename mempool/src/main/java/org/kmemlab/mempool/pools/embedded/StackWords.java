package org.kmemlab.mempool.pools.embedded;

/// The words that the users of a lock-free stack share: its head, and one link for each block.
///
/// Apart from the stack, so that each access is a step of its own to whoever checks the stack. The
/// head is read and changed as a `volatile` field is; links are plain, and whoever won the head
/// sees the link that was written before it.
interface StackWords {

    long head();

    boolean compareAndSetHead(long expected, long updated);

    /// What was last written; anything at all while a block is in use.
    int link(int index);

    void setLink(int index, int link);
}
