package org.kmemlab.mempool.pools.embedded;

import com.google.errorprone.annotations.CheckReturnValue;
import org.kmemlab.mempool.pools.PoolStatistics;

/// What all pools of this family can do, so that layers are put around any of them.
public interface SizedPool {

    /// What reports call it.
    String name();

    /// Bytes that the user of a block gets.
    int blockBytes();

    /// Takes a block.
    ///
    /// @return its first byte; 0 if none is free
    /// @throws IllegalStateException if the first free block was written to and its link leads
    ///         nowhere; nothing is changed then
    @CheckReturnValue
    long alloc();

    /// Takes a block back. Anything but a block of this pool in use is refused: nothing changes,
    /// and the machine's log says what is wrong.
    ///
    /// @param block 0 is ignored
    /// @return whether it was taken back
    boolean free(long block);

    /// Whether an address lies in the pool's memory.
    boolean owns(long address);

    /// All six figures: total, used and free blocks, peak use, allocations, frees; and the steps.
    PoolStatistics statistics();

    /// Checks the whole pool while nobody uses it. O(blocks).
    ///
    /// @throws IllegalStateException naming what does not hold
    void validate();
}
