package org.kmemlab.lab.policy;

import com.google.errorprone.annotations.CheckReturnValue;
import org.kmemlab.machine.Cpu;

/// An allocator of blocks of `2^order` page frames, to be compared with others on one workload: what
/// [Policy] is for bytes.
///
/// It manages the memory of one stepped machine. Not for several threads at once.
public interface PagePolicy extends AutoCloseable {

    /// No page frame.
    int NONE = -1;

    /// Takes a block.
    ///
    /// @param cpu the CPU the request is made on
    /// @param order log2 of the block's length in frames, 0 to 10
    /// @return its first frame, a multiple of `2^order`; [#NONE] if there is no memory
    @CheckReturnValue
    int alloc(Cpu cpu, int order);

    /// Takes a block back, on any CPU.
    ///
    /// @param order as it was requested
    /// @throws IllegalArgumentException if the policy can see that no such block is in use; nothing
    ///         is changed then
    void free(Cpu cpu, int pfn, int order);

    /// What it holds and what it has done so far.
    PagePolicyUsage usage();

    /// Walks everything.
    ///
    /// @throws IllegalStateException at the first thing that is not as it must be
    void validate();

    /// Gives back what is in use; the blocks become invalid.
    @Override
    void close();
}
