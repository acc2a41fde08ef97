package org.kmemlab.mempool;

import org.kmemlab.machine.Cpu;

/// A pool's reserve under its lock: each method is one visit, and none of them calls the source while
/// it holds the lock.
final class GuardedReserve {

    private final Mempool pool;
    private final ElementSource source;
    private final Reserve reserve;
    private final WaitQueue queue;

    GuardedReserve(Mempool pool, ElementSource source, int minNr) {
        this.pool = pool;
        this.source = source;
        this.reserve = new Reserve(pool.machine(), source, minNr);
        this.queue = new WaitQueue(pool.machine());
    }

    /// The lock, and those who wait.
    WaitQueue queue() {
        return queue;
    }

    /// The elements; to be touched with the lock held.
    Reserve elements() {
        return reserve;
    }

    /// Whether it holds fewer elements than it should, looked at without the lock.
    boolean isShort() {
        return reserve.isShort();
    }

    /// The newest element; 0 if there is none.
    long popOr0(Cpu cpu) {
        queue.lock();
        try {
            return reserve.currNr() == 0 ? 0 : reserve.pop(cpu);
        } finally {
            queue.unlock();
        }
    }

    /// Takes an element that its user gives back, and wakes all who wait.
    ///
    /// @return false if others filled the reserve meanwhile
    boolean putBack(long element) {
        boolean refuses = source.refusesMisuse();
        if (refuses) {
            refuseReserved(element);
            source.requireAllocated(element);
        }
        queue.lock();
        try {
            if (!reserve.isShort()) {
                return false;
            }
            if (refuses && reserve.holds(element)) {
                throw new ReservedElementException(element, pool);
            }
            reserve.push(element);
            queue.wakeAll();
            return true;
        } finally {
            queue.unlock();
        }
    }

    /// Refuses an element that lies here already. The first look, without the lock, finds next to
    /// nothing, and no element that its user may give back.
    void refuseReserved(long element) {
        if (reserve.holds(element)) {
            refuseSlow(element);
        }
    }

    private void refuseSlow(long element) {
        queue.lock();
        try {
            if (source.refusesMisuse() && reserve.holds(element)) {
                throw new ReservedElementException(element, pool);
            }
        } finally {
            queue.unlock();
        }
    }

    /// Takes an element from the source. Wakes nobody, as in the kernel: who waits looks again when
    /// his slice of time is over.
    ///
    /// @return false if others filled the reserve meanwhile
    boolean pushFresh(long element) {
        queue.lock();
        try {
            if (!reserve.isShort()) {
                return false;
            }
            reserve.push(element);
            return true;
        } finally {
            queue.unlock();
        }
    }

    /// Makes the reserve larger or smaller if it holds no more than it may then.
    ///
    /// @return an element that is too many, and nothing else was changed; 0 if it was done
    long setMinNrOrPop(Cpu cpu, int newMinNr) {
        queue.lock();
        try {
            if (reserve.currNr() > newMinNr) {
                return reserve.pop(cpu);
            }
            reserve.setMinNr(newMinNr);
            return 0;
        } finally {
            queue.unlock();
        }
    }

    MempoolSnapshot snapshot() {
        queue.lock();
        try {
            return new MempoolSnapshot(reserve.minNr(), reserve.elements(), queue.size());
        } finally {
            queue.unlock();
        }
    }

    void validate() {
        queue.lock();
        try {
            reserve.validate();
        } finally {
            queue.unlock();
        }
    }
}
