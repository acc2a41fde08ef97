package org.kmemlab.mempool.pools;

import java.util.List;

/// A pool as the common suite sees it: whatever its interface looks like, its entry in
/// [PoolEntries] translates.
interface PoolUnderTest extends AutoCloseable {

    /// A block of one of [#sizes]; 0 if there is no memory.
    long alloc(int bytes);

    /// Takes a block back.
    void free(long block);

    /// Tries to give back what is not a block in use.
    ///
    /// @return whether the pool refused it, in the way it documents
    default boolean refuses(long address) {
        try {
            free(address);
            return false;
        } catch (PoolMisuseException refusal) {
            return refusal.address() == address;
        }
    }

    /// The sizes that may be asked for.
    List<Integer> sizes();

    /// What every block is aligned to.
    int alignment();

    /// Whether blocks are given back one by one; otherwise only all at once.
    default boolean freesSingly() {
        return true;
    }

    /// Gives all blocks back at once, for pools that can; others do nothing.
    default void clear() {
    }

    /// Blocks in use, as the pool counts them; -1 if it does not count.
    long used();

    void validate();

    @Override
    void close();
}
