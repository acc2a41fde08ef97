package org.kmemlab.machine;

import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.function.BooleanSupplier;

/// The machine's time, in timer ticks (jiffies). It moves only when told or when something sleeps.
///
/// Timers due at one tick run in the order in which they were set, so a run is the same every time.
/// Not safe for use by several Java threads at once.
public final class VirtualClock {

    private record Timer(long dueJiffies, long sequence, Runnable action) {}

    private final PriorityQueue<Timer> timers = new PriorityQueue<>(
            Comparator.comparingLong(Timer::dueJiffies).thenComparingLong(Timer::sequence));
    private final int hz;
    private final KernelLock lock;
    private long nowJiffies;
    private long sequence;

    VirtualClock(int hz, KernelLock lock) {
        this.hz = hz;
        this.lock = lock;
    }

    /// Ticks since boot.
    public long jiffies() {
        return nowJiffies;
    }

    /// Ticks per second.
    public int hz() {
        return hz;
    }

    /// Ticks that cover `millis` milliseconds, rounded up.
    public long jiffiesOfMillis(long millis) {
        return Math.ceilDiv(millis * hz, 1000L);
    }

    /// Runs `action` when `delayJiffies` ticks have passed.
    ///
    /// @throws IllegalArgumentException if the delay is negative
    public void after(long delayJiffies, Runnable action) {
        if (delayJiffies < 0) {
            throw new IllegalArgumentException(
                    "delay of " + delayJiffies + " jiffies: expected 0 or more");
        }
        lock.during(() -> {
            timers.add(new Timer(nowJiffies + delayJiffies, sequence++, action));
        });
    }

    /// Whether any timer is set.
    public boolean hasTimers() {
        return lock.during(() -> !timers.isEmpty());
    }

    /// Moves time forward and runs what falls due on the way.
    public void advance(long jiffies) {
        lock.during(() -> {
            sleep(nowJiffies + jiffies, () -> false);
        });
    }

    /// Sleeps until a timer made `woken` true, at the latest until `deadlineJiffies`.
    ///
    /// @return whether it was woken before the deadline
    public boolean sleepUntil(long deadlineJiffies, BooleanSupplier woken) {
        return lock.during(() -> sleep(deadlineJiffies, woken));
    }

    private boolean sleep(long deadlineJiffies, BooleanSupplier woken) {
        while (!woken.getAsBoolean()) {
            Timer next = timers.peek();
            if (next == null || next.dueJiffies > deadlineJiffies) {
                nowJiffies = Math.max(nowJiffies, deadlineJiffies);
                return false;
            }
            timers.remove();
            nowJiffies = Math.max(nowJiffies, next.dueJiffies);
            next.action.run();
        }
        return true;
    }
}
