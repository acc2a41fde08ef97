package org.kmemlab.lab.trace;

import java.io.IOException;

/// What a replay needs to know of a trace before it can build its machine: one pass over it.
///
/// @param cpus CPUs of the recording machine: what the header says, but at least one more than the
///        highest CPU number seen
/// @param endPfn one more than the highest page frame number seen; 0 if no page was seen
/// @param hashedPointers whether the kernel printed hashes instead of addresses
/// @param namedAllocations whether allocations from caches tell the cache's name
/// @param counts what the lines were
public record TraceSurvey(int cpus, long endPfn, boolean hashedPointers, boolean namedAllocations,
        TraceCounts counts) {

    /// Reads a trace from where the cursor stands to its end.
    public static TraceSurvey of(TraceCursor cursor) throws IOException {
        int cpus = Math.max(1, cursor.announcedCpus());
        long endPfn = 0;
        boolean hashed = false;
        boolean named = false;
        while (cursor.next()) {
            cpus = Math.max(cpus, cursor.cpu() + 1);
            TraceEventKind kind = cursor.kind();
            if (kind.isObjectAlloc() || kind.isObjectFree()) {
                hashed |= TraceCursor.isHashed(cursor.pointer());
                named |= kind.isObjectAlloc() && cursor.cacheName() != SymbolTable.NONE;
            } else if (!cursor.isPageFailure()) {
                endPfn = Math.max(endPfn, cursor.pfn() + (1L << cursor.order()));
            }
        }
        return new TraceSurvey(Math.max(cpus, cursor.announcedCpus()), endPfn, hashed, named,
                cursor.counts());
    }
}
