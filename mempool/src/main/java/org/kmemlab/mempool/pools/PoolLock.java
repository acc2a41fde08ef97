package org.kmemlab.mempool.pools;

/// What a pool holds while it works; whoever holds it may take it again.
///
/// The caller's own implementation may do anything here: count, hand over to another task of a
/// simulated scheduler, switch interrupts off.
public interface PoolLock {

    /// Waits until nobody else holds it, and takes it.
    void lock();

    /// Gives it back, as often as it was taken.
    void unlock();
}
