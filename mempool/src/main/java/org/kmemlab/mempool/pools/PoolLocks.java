package org.kmemlab.mempool.pools;

import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import org.kmemlab.machine.KernelLock;
import org.kmemlab.machine.Machine;

/// Gives pools their locks, and counts what that costs.
///
/// Several pools may be given the same one: then it counts for all of them, and if it is [#shared],
/// they have one lock together.
public final class PoolLocks {

    private final @Nullable Supplier<PoolLock> maker;
    private final boolean isShared;
    private final LongAdder acquisitions = new LongAdder();
    private @Nullable PoolLock latest;
    private int made;

    private PoolLocks(@Nullable Supplier<PoolLock> maker, boolean isShared) {
        this.maker = maker;
        this.isShared = isShared;
    }

    /// No lock: for one thread at a time.
    public static PoolLocks none() {
        return new PoolLocks(null, true);
    }

    /// A lock of its own for each pool, for Java threads.
    public static PoolLocks own() {
        return of(() -> {
            ReentrantLock lock = new ReentrantLock();
            return of(lock::lock, lock::unlock);
        });
    }

    /// The lock of the machine's slow paths: it does nothing in a stepped machine.
    public static PoolLocks ofMachine(Machine machine) {
        KernelLock lock = machine.lock();
        return of(() -> of(lock::acquire, lock::release)).shared();
    }

    /// What the caller makes for each pool.
    public static PoolLocks of(Supplier<PoolLock> maker) {
        return new PoolLocks(maker, false);
    }

    private static PoolLock of(Runnable lock, Runnable unlock) {
        return new PoolLock() {

            @Override
            public void lock() {
                lock.run();
            }

            @Override
            public void unlock() {
                unlock.run();
            }
        };
    }

    /// The same kind, but all pools that it is given to have one lock together: fewer locks, more
    /// waiting.
    public PoolLocks shared() {
        return new PoolLocks(maker, true);
    }

    /// The lock of a new pool.
    public synchronized PoolLock next() {
        if (maker == null) {
            return of(() -> {}, () -> {});
        }
        if (latest == null || !isShared) {
            PoolLock lock = maker.get();
            made++;
            latest = of(() -> {
                lock.lock();
                acquisitions.increment();
            }, lock::unlock);
        }
        return latest;
    }

    /// How many locks were made.
    public synchronized int made() {
        return made;
    }

    /// How often pools took one of them.
    public long acquisitions() {
        return acquisitions.sum();
    }
}
