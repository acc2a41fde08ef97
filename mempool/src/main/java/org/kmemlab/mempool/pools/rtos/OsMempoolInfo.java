package org.kmemlab.mempool.pools.rtos;

/// What one pool tells about itself (`struct os_mempool_info`). Filled by
/// [Mynewt#os_mempool_info_get_next].
public final class OsMempoolInfo {

    /// Characters of a name with the 0 that ends it; longer names are cut.
    public static final int OS_MEMPOOL_INFO_NAME_LEN = 32;

    private int blockSize;
    private int numBlocks;
    private int numFree;
    private int minFree;
    private String name = "";

    /// An empty record.
    public OsMempoolInfo() {
        // Its fields are filled by os_mempool_info_get_next.
    }

    void fill(OsMempool pool) {
        blockSize = pool.blockSize;
        numBlocks = pool.numBlocks;
        numFree = pool.numFree();
        minFree = pool.minFree();
        name = pool.name.substring(0, Math.min(pool.name.length(), OS_MEMPOOL_INFO_NAME_LEN - 1));
    }

    /// Bytes in a block (`omi_block_size`).
    public int blockSize() {
        return blockSize;
    }

    /// How many blocks there are (`omi_num_blocks`).
    public int numBlocks() {
        return numBlocks;
    }

    /// How many are free (`omi_num_free`).
    public int numFree() {
        return numFree;
    }

    /// The fewest that ever were free (`omi_min_free`).
    public int minFree() {
        return minFree;
    }

    /// What the pool is called, cut to 31 characters (`omi_name`).
    public String name() {
        return name;
    }

    @Override
    public String toString() {
        return "%s: %d blocks of %d bytes, %d free, never fewer than %d".formatted(name,
                numBlocks, blockSize, numFree, minFree);
    }
}
