package org.kmemlab.slab;

/// What a cache of the classic allocator SLAB has counted: the statistics of `/proc/slabinfo`,
/// which a kernel shows if it was built with `CONFIG_DEBUG_SLAB`.
///
/// @param allocations objects handed out or put into an array
/// @param high most of them at a time
/// @param grown new slabs
/// @param reaped slabs given up because nobody wanted them
/// @param errors requests for pages that failed
/// @param maxFreeable most free slabs of a node after a batch came back
/// @param nodeAllocs objects that were asked from a certain node
/// @param nodeFrees objects that were freed on another node than their own
/// @param overflows full arrays of objects of another node
/// @param allocHit requests that an array served
/// @param allocMiss requests that found the array empty
/// @param freeHit objects that an array took
/// @param freeMiss objects that found the array full
public record ClassicStats(long allocations, long high, long grown, long reaped, long errors,
        long maxFreeable, long nodeAllocs, long nodeFrees, long overflows, long allocHit,
        long allocMiss, long freeHit, long freeMiss) {

    /// The counters as they are counted.
    static final class Counter {
        long active;
        long allocations;
        long high;
        long grown;
        long reaped;
        long errors;
        long maxFreeable;
        long nodeAllocs;
        long nodeFrees;
        long overflows;
        long allocHit;
        long allocMiss;
        long freeHit;
        long freeMiss;

        /// Objects leave their slabs.
        void leaveSlabs(int objects) {
            active += objects;
            allocations += objects;
            high = Math.max(high, active);
        }

        /// Goes on from what was counted.
        ///
        /// @param activeNow objects that are in no slab's stack
        void set(ClassicStats counted, long activeNow) {
            active = activeNow;
            allocations = counted.allocations;
            high = counted.high;
            grown = counted.grown;
            reaped = counted.reaped;
            errors = counted.errors;
            maxFreeable = counted.maxFreeable;
            nodeAllocs = counted.nodeAllocs;
            nodeFrees = counted.nodeFrees;
            overflows = counted.overflows;
            allocHit = counted.allocHit;
            allocMiss = counted.allocMiss;
            freeHit = counted.freeHit;
            freeMiss = counted.freeMiss;
        }

        ClassicStats read() {
            return new ClassicStats(allocations, high, grown, reaped, errors, maxFreeable,
                    nodeAllocs, nodeFrees, overflows, allocHit, allocMiss, freeHit, freeMiss);
        }
    }
}
