package org.kmemlab.buddy;

import java.util.List;

/// An allocated block and who took it: kept when the machine was booted with `page_owner=on`.
///
/// @param pfn its first frame
/// @param order log2 of its length in frames
/// @param gfp what the request could use and do
/// @param pid number of the task that asked
/// @param comm name of the task that asked
/// @param allocNanos virtual time at which it was taken, in nanoseconds since boot
/// @param freeNanos virtual time at which the frame was given back before; 0 if it never was
/// @param pageblockType the type of its pageblock now
/// @param flags the frame's flag word, as the kernel prints it
/// @param stack the innermost frames of the thread that asked
public record OwnedBlock(int pfn, int order, GfpFlags gfp, int pid, String comm, long allocNanos,
        long freeNanos, MigrateType pageblockType, String flags, List<String> stack) {

    /// Copies the list.
    public OwnedBlock {
        stack = List.copyOf(stack);
    }
}
