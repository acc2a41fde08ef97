package org.kmemlab.machine;

import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

/// The lock of a machine's slow paths: one at a time goes on below the stocks of CPUs and threads.
///
/// A thread that holds it may take it again, as reclaim does when it calls back into the layers
/// above. Whoever holds it must not wait for another thread that uses the machine. In a stepped
/// machine it does nothing.
///
/// Differs from Linux: there each list of slabs, zone and per-CPU list has a lock of its own. Here
/// what comes this far is rare, because stocks are exchanged in batches, and one lock has no order
/// to get wrong.
public final class KernelLock {

    private final @Nullable ReentrantLock lock;

    KernelLock(Execution execution) {
        lock = execution == Execution.LIVE ? new ReentrantLock() : null;
    }

    /// Waits until nobody else holds it, and takes it.
    public void acquire() {
        if (lock != null) {
            lock.lock();
        }
    }

    /// Does something while nobody else holds it.
    public <T> T during(Supplier<T> work) {
        acquire();
        try {
            return work.get();
        } finally {
            release();
        }
    }

    /// Does something while nobody else holds it.
    public void during(Runnable work) {
        acquire();
        try {
            work.run();
        } finally {
            release();
        }
    }

    /// Gives it back, as often as it was taken.
    public void release() {
        if (lock != null) {
            lock.unlock();
        }
    }
}
