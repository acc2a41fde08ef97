package org.kmemlab.mempool.pools;

/// Bytes of a pool.
///
/// @param heldBytes what it took from its source
/// @param usableBytes what the owners of the blocks in use may write to
/// @param metadataBytes what it needs to know its blocks: headers, red zones, bitmaps; only headers
///        and red zones lie in `heldBytes`
/// @param overheadPerBlock bytes a block takes beyond its size in the pool's memory: header, red
///        zones and padding
public record PoolFootprint(long heldBytes, long usableBytes, long metadataBytes,
        int overheadPerBlock) {}
