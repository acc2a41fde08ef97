package org.kmemlab.lab.policy;

import com.google.errorprone.annotations.CheckReturnValue;
import org.kmemlab.machine.Cpu;

/// An allocator of blocks of any size, to be compared with others on one workload.
///
/// It takes its memory from the page allocator of one stepped machine and keeps no other memory;
/// what it knows about blocks beside them counts as metadata. Not for several threads at once.
public interface Policy extends AutoCloseable {

    /// Serves a request.
    ///
    /// @param cpu the CPU it is made on
    /// @param kind what is asked for; policies that know no kinds look at `bytes` alone
    /// @param bytes wanted size, at least 1
    /// @return the first byte of the block, aligned to 8 bytes at least; 0 if there is no memory
    @CheckReturnValue
    long alloc(Cpu cpu, RequestKind kind, int bytes);

    /// Takes a block back, on any CPU.
    ///
    /// @param kind as it was requested
    /// @throws IllegalArgumentException if the policy can see that this is no block in use; nothing
    ///         is changed then
    void free(Cpu cpu, RequestKind kind, long address);

    /// Bytes that the owner of a block may use: what was asked for, rounded up as this policy does.
    long usableSize(long address);

    /// What it holds and what it has done so far.
    PolicyUsage usage();

    /// Walks everything.
    ///
    /// @throws IllegalStateException at the first thing that is not as it must be
    void validate();

    /// Gives all pages back; blocks in use become invalid.
    @Override
    void close();
}
