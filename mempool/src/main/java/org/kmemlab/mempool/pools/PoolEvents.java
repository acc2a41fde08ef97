package org.kmemlab.mempool.pools;

/// Is told what happens inside a pool, while the pool has its lock.
@FunctionalInterface
public interface PoolEvents {

    /// Nobody looks.
    PoolEvents NONE = (event, address, number) -> {};

    /// Something happened.
    ///
    /// @param address of the region or block
    /// @param number see [PoolEvent]
    void happened(PoolEvent event, long address, long number);
}
