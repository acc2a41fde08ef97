package org.kmemlab.mempool;

import java.util.function.BooleanSupplier;

import org.kmemlab.buddy.GfpFlags;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.VirtualClock;

/// Sleeps of one request in virtual time, and when they count as a deadlock.
final class WaitWatch {

    private static final int SLEEP_SECONDS = 5;

    private final Mempool pool;
    private final Cpu cpu;
    private final GfpFlags gfp;
    private final WaitLimit limit;
    private final VirtualClock clock;
    private final long startJiffies;
    private int sleeps;
    private int idleSleeps;

    WaitWatch(Mempool pool, Cpu cpu, GfpFlags gfp, WaitLimit limit) {
        this.pool = pool;
        this.cpu = cpu;
        this.gfp = gfp;
        this.limit = limit;
        this.clock = pool.machine().clock();
        this.startJiffies = clock.jiffies();
    }

    /// When a sleep that begins now ends if nobody wakes it.
    static long deadlineJiffies(VirtualClock clock) {
        return clock.jiffies() + (long) SLEEP_SECONDS * clock.hz();
    }

    /// Whether one more sleep is one too many.
    boolean isOver() {
        return idleSleeps == limit.idleSleeps() || sleeps == limit.sleeps();
    }

    /// Sleeps until woken, at the latest until the deadline.
    void sleep(long deadlineJiffies, BooleanSupplier woken) {
        boolean idle = !clock.hasTimers();
        clock.sleepUntil(deadlineJiffies, woken);
        idleSleeps = idle ? idleSleeps + 1 : 0;
        sleeps++;
    }

    DeadlockException deadlock() {
        long nowJiffies = clock.jiffies();
        long waitedSeconds = (nowJiffies - startJiffies) / clock.hz();
        String why = idleSleeps == limit.idleSleeps()
                ? "no timer is set, so nobody is left to free an element"
                : "timers fired, but none freed an element";
        return new DeadlockException("deadlock: " + cpu + " waits for an element of " + pool
                + " with gfp " + gfp + "; waited " + waitedSeconds
                + " s of virtual time up to jiffy " + nowJiffies
                + ", the source failed at every wake-up, " + why);
    }
}
