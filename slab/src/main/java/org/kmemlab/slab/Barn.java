package org.kmemlab.slab;

import java.util.Arrays;
import java.util.concurrent.locks.ReentrantLock;

/// Free objects between the sheaves of a cache: what one user has too many of and another needs.
///
/// Objects come and go in batches, so the lock is taken once for many of them. O(batch).
final class Barn {

    private final ReentrantLock lock = new ReentrantLock();
    private final int capacity;
    private long[] objects = new long[0];
    private int count;

    /// @param capacity most objects that it keeps
    Barn(int capacity) {
        this.capacity = capacity;
    }

    /// Takes the objects that came last.
    ///
    /// @param into receives them from index 0 on
    /// @return how many there were, at most `wanted`
    int take(long[] into, int wanted) {
        lock.lock();
        try {
            int taken = Math.min(wanted, count);
            System.arraycopy(objects, count - taken, into, 0, taken);
            count -= taken;
            return taken;
        } finally {
            lock.unlock();
        }
    }

    /// Puts objects from the start of an array.
    ///
    /// @return how many it had room for, at most `offered`
    int put(long[] from, int offered) {
        lock.lock();
        try {
            int put = Math.min(offered, capacity - count);
            if (count + put > objects.length) {
                objects = Arrays.copyOf(objects,
                        Math.min(capacity, Math.max(2 * objects.length, count + put)));
            }
            System.arraycopy(from, 0, objects, count, put);
            count += put;
            return put;
        } finally {
            lock.unlock();
        }
    }
}
