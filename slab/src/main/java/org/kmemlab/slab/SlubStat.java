package org.kmemlab.slab;

import java.util.Locale;

/// What the SLUB allocator counts for each cache and CPU, in the order of the files in
/// `/sys/kernel/slab/<cache>`.
public enum SlubStat {
    /// Allocated from the CPU's free list.
    ALLOC_FASTPATH,
    /// Allocations that found it empty or on the wrong node.
    ALLOC_SLOWPATH,
    /// Freed to the CPU's free list.
    FREE_FASTPATH,
    /// Freed to another slab.
    FREE_SLOWPATH,
    /// ... which some CPU had frozen.
    FREE_FROZEN,
    /// Slabs that a free or a drain put on a partial list.
    FREE_ADD_PARTIAL,
    /// Slabs that a free took off a partial list.
    FREE_REMOVE_PARTIAL,
    /// Slabs taken from a partial list for allocation.
    ALLOC_FROM_PARTIAL,
    /// New slabs.
    ALLOC_SLAB,
    /// Free lists of slabs taken over by their CPU.
    ALLOC_REFILL,
    /// CPU slabs given up because another node was asked for.
    ALLOC_NODE_MISMATCH,
    /// Slabs given back to the page allocator.
    FREE_SLAB,
    /// CPU slabs given up because somebody else needed that.
    CPUSLAB_FLUSH,
    /// CPU slabs given up without free objects.
    DEACTIVATE_FULL,
    /// Slabs given up without objects in use.
    DEACTIVATE_EMPTY,
    /// CPU slabs that went to the head of a partial list.
    DEACTIVATE_TO_HEAD,
    /// CPU slabs that went to the tail of a partial list.
    DEACTIVATE_TO_TAIL,
    /// CPU slabs given up whose own free list had objects.
    DEACTIVATE_REMOTE_FREES,
    /// CPU slabs dropped because nothing was free.
    DEACTIVATE_BYPASS,
    /// Slabs of the minimum order, because the preferred one could not be had.
    ORDER_FALLBACK,
    /// Lost races for a slab's word; never in a stepped run.
    CMPXCHG_DOUBLE_FAIL,
    /// Lost races for a CPU's free list; never in a stepped run.
    CMPXCHG_DOUBLE_CPU_FAIL,
    /// Slabs that came from the CPU's partial stack.
    CPU_PARTIAL_ALLOC,
    /// Slabs that a free put on the CPU's partial stack.
    CPU_PARTIAL_FREE,
    /// Slabs moved from a node's partial list to the CPU's stack.
    CPU_PARTIAL_NODE,
    /// Full stacks moved to the nodes.
    CPU_PARTIAL_DRAIN;

    /// How many there are.
    public static final int COUNT = values().length;

    /// The name of the file, for example `alloc_fastpath`.
    public String fileName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
