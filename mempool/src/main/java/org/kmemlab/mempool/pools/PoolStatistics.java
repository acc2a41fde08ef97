package org.kmemlab.mempool.pools;

/// What a pool has and what it has done.
///
/// @param total blocks it can give out without more memory, those in use included
/// @param used blocks in use
/// @param peak most blocks that were in use at once
/// @param allocations blocks given out so far
/// @param frees blocks taken back so far
/// @param failures requests that got nothing
/// @param steps places that were looked at to serve all requests: list heads, headers, table
///        entries
/// @param stepsMax the most of them in one request
public record PoolStatistics(long total, long used, long peak, long allocations, long frees,
        long failures, long steps, int stepsMax) {

    /// Blocks that are not in use.
    public long free() {
        return total - used;
    }
}
