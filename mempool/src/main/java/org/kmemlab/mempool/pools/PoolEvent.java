package org.kmemlab.mempool.pools;

/// What happens inside a pool of equal blocks, in the words of the usual description of pools.
public enum PoolEvent {

    /// It got a region; the number is its bytes.
    REGION,
    /// A region was divided; the number is its blocks.
    DIVIDE,
    /// All blocks were put on the free list; the number is the blocks.
    LINK,
    /// A block of the free list was given out; the number is the blocks that are left there.
    ALLOC_LISTED,
    /// A block that was never used was given out; the number is the blocks in use.
    ALLOC_FRESH,
    /// A block came back; the number is the blocks of the free list.
    FREE,
    /// A region went back; the number is its bytes.
    RELEASE
}
