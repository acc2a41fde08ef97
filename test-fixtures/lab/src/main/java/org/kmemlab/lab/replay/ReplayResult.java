package org.kmemlab.lab.replay;

import java.util.List;

import org.kmemlab.lab.trace.TraceCounts;
import org.kmemlab.lab.trace.TraceEventKind;

/// What a replay did with a trace, in numbers. Equal traces on equal machines give equal results.
///
/// @param lines what the lines of the trace were
/// @param events what became of the events
/// @param objects figures of the recorded objects, as `perf kmem` sums them up
/// @param pages figures of the recorded page requests
/// @param caches how the caches of the trace got their names
/// @param hashedPointers whether the trace has hashes instead of addresses; then nobody can tell
///        which pages became slabs, and all page requests were executed as plain ones
public record ReplayResult(TraceCounts lines, EventTable events, ObjectFigures objects,
        PageFigures pages, CacheFigures caches, boolean hashedPointers) {

    /// Events by kind and bucket.
    ///
    /// @param rows a row for each [TraceEventKind], a number for each [ReplayBucket] in it
    public record EventTable(List<List<Long>> rows) {

        /// Copies the rows.
        public EventTable {
            rows = rows.stream().map(List::copyOf).toList();
        }

        /// Events of a kind that ended in a bucket.
        public long count(TraceEventKind kind, ReplayBucket bucket) {
            return rows.get(kind.ordinal()).get(bucket.ordinal());
        }

        /// Events of all kinds that ended in a bucket.
        public long count(ReplayBucket bucket) {
            return rows.stream().mapToLong(row -> row.get(bucket.ordinal())).sum();
        }

        /// Events of a kind.
        public long count(TraceEventKind kind) {
            return rows.get(kind.ordinal()).stream().mapToLong(Long::longValue).sum();
        }

        /// All events: equal to the number of events read.
        public long total() {
            return rows.stream().flatMap(List::stream).mapToLong(Long::longValue).sum();
        }
    }

    /// Figures of objects. Sizes are those that the recorded kernel printed.
    ///
    /// @param allocations allocations that succeeded in the trace
    /// @param frees frees of objects that the trace saw allocated
    /// @param requestedBytes sum of the requests
    /// @param allocatedBytes sum of what they took
    /// @param crossCpuFrees frees on another CPU than the allocation
    /// @param liveObjects objects not freed at the end
    /// @param liveBytes what they take
    /// @param peakLiveBytes the largest sum of bytes taken at one moment
    /// @param silentFrees objects that must have been freed without an event: their address was
    ///        handed out again, or their page was given back
    public record ObjectFigures(long allocations, long frees, long requestedBytes,
            long allocatedBytes, long crossCpuFrees, long liveObjects, long liveBytes,
            long peakLiveBytes, long silentFrees) {

        /// Allocated but not requested bytes, in percent of the allocated ones; 0 without any.
        public double fragmentationPercent() {
            return allocatedBytes == 0 ? 0 : 100.0 - 100.0 * requestedBytes / allocatedBytes;
        }
    }

    /// Requests of one kind.
    ///
    /// @param order log2 of the pages
    /// @param migrateType number of the wanted migrate type
    /// @param count how many
    public record PageRequests(int order, int migrateType, long count) {}

    /// Figures of page requests, those of slabs included.
    ///
    /// @param allocations requests that succeeded in the trace
    /// @param allocatedPages pages they got
    /// @param frees blocks given back
    /// @param freedPages pages in them
    /// @param matchedFrees frees of blocks that the trace saw allocated
    /// @param failures requests that failed in the trace
    /// @param requests all requests by order and type, ascending, those without any left out
    /// @param slabBlocks blocks that became slabs or large `kmalloc`s
    /// @param partialFrees frees of a part of an allocated block
    /// @param silentFrees blocks that must have been freed without an event
    public record PageFigures(long allocations, long allocatedPages, long frees, long freedPages,
            long matchedFrees, long failures, List<PageRequests> requests, long slabBlocks,
            long partialFrees, long silentFrees) {

        /// Copies the list.
        public PageFigures {
            requests = List.copyOf(requests);
        }
    }

    /// How caches were found.
    ///
    /// @param named caches whose name the trace told
    /// @param unresolved caches that stayed without a name, because no object of them was freed
    /// @param misplacedObjects objects whose free named another cache than the one they were put
    ///        into
    /// @param odd caches whose slots are of another size here than in the recorded kernel
    public record CacheFigures(int named, int unresolved, long misplacedObjects,
            List<String> odd) {

        /// Copies the list.
        public CacheFigures {
            odd = List.copyOf(odd);
        }
    }
}
