package org.kmemlab.bench.suite;

import org.kmemlab.bench.pool.Contender;

/// What an object, or a page frame, costs in memory.
///
/// @param bytes what the user asked for; 0 for a frame, of which only the bookkeeping counts
/// @param heapBytes bytes of the Java heap for each
/// @param nativeBytes bytes outside the heap for each
public record Footprint(Contender contender, int bytes, double heapBytes, double nativeBytes) {

    /// Bytes beyond what the user asked for.
    public double overheadBytes() {
        return heapBytes + nativeBytes - bytes;
    }
}
