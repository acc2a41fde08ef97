package org.kmemlab.mempool;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

import org.jspecify.annotations.Nullable;
import org.kmemlab.machine.LiveClock;
import org.kmemlab.machine.Machine;

/// The lock of a pool, and those who sleep until an element comes back to it.
///
/// The lock guards the reserve and this queue, never a call of the source. Whoever finds the reserve
/// empty joins the queue before letting go of the lock, and whoever fills the reserve wakes the queue
/// before letting go of it: so no wake-up can fall between the look and the sleep. All are woken,
/// because one who is woken may take from the source and leave the element to another.
final class WaitQueue {

    private static final int SLEEP_SECONDS = 5;

    private final Machine machine;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition returned = lock.newCondition();
    private final List<Sleeper> sleepers = new ArrayList<>();

    WaitQueue(Machine machine) {
        this.machine = machine;
    }

    void lock() {
        lock.lock();
    }

    void unlock() {
        lock.unlock();
    }

    void add(Sleeper sleeper) {
        assert lock.isHeldByCurrentThread();
        sleepers.add(sleeper);
    }

    void remove(Sleeper sleeper) {
        lock.lock();
        try {
            sleepers.remove(sleeper);
        } finally {
            lock.unlock();
        }
    }

    void wakeAll() {
        assert lock.isHeldByCurrentThread();
        if (!sleepers.isEmpty()) {
            sleepers.forEach(Sleeper::wake);
            returned.signalAll();
        }
    }

    /// How many sleep.
    int size() {
        return sleepers.size();
    }

    /// The time by which sleeps are measured.
    long nowJiffies() {
        LiveClock live = machine.liveClock();
        return live == null ? machine.clock().jiffies() : live.jiffies(machine.clock().hz());
    }

    /// When a sleep that begins now ends if nobody wakes it.
    long deadlineJiffies() {
        return nowJiffies() + (long) SLEEP_SECONDS * machine.clock().hz();
    }

    /// Sleeps until woken, at the latest until the deadline. In a stepped run that moves the clock.
    void sleep(Sleeper sleeper, long deadlineJiffies) {
        LiveClock live = machine.liveClock();
        if (live == null) {
            boolean _ = machine.clock().sleepUntil(deadlineJiffies, sleeper::isWoken);
        } else {
            block(sleeper, deadlineJiffies, live);
        }
    }

    /// Like the kernel's, the sleep cannot be interrupted; an interrupt is kept for later.
    private void block(Sleeper sleeper, long deadlineJiffies, LiveClock clock) {
        int hz = machine.clock().hz();
        InterruptedException interrupt = null;
        lock.lock();
        try {
            long left = deadlineJiffies - clock.jiffies(hz);
            while (!sleeper.isWoken() && left > 0) {
                interrupt = await(clock, left, hz, interrupt);
                left = deadlineJiffies - clock.jiffies(hz);
            }
        } finally {
            lock.unlock();
        }
        if (interrupt != null) {
            Thread.currentThread().interrupt();
        }
    }

    private @Nullable InterruptedException await(LiveClock clock, long jiffies, int hz,
            @Nullable InterruptedException earlier) {
        try {
            clock.await(returned, jiffies, hz);
            return earlier;
        } catch (InterruptedException interrupt) {
            return interrupt;
        }
    }
}
