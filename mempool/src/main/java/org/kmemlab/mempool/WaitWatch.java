package org.kmemlab.mempool;

import org.kmemlab.buddy.GfpFlags;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.Machine;

/// Counts the sleeps of one request, and says when they count as a deadlock.
final class WaitWatch {

    private final Mempool pool;
    private final Cpu cpu;
    private final GfpFlags gfp;
    private final WaitLimit limit;
    private final WaitQueue queue;
    private final long startJiffies;
    private int sleeps;
    private int idleSleeps;

    WaitWatch(Mempool pool, Cpu cpu, GfpFlags gfp, WaitLimit limit) {
        this.pool = pool;
        this.cpu = cpu;
        this.gfp = gfp;
        this.limit = limit;
        this.queue = pool.reserve().queue();
        this.startJiffies = queue.nowJiffies();
    }

    /// Whether one more sleep is one too many.
    boolean isOver() {
        return idleSleeps == limit.idleSleeps() || sleeps == limit.sleeps();
    }

    /// Sleeps until woken, at the latest until the deadline.
    void sleep(Sleeper sleeper, long deadlineJiffies) {
        Machine machine = pool.machine();
        // In live use another thread may always come and free.
        boolean idle = machine.liveClock() == null && !machine.clock().hasTimers();
        queue.sleep(sleeper, deadlineJiffies);
        idleSleeps = idle ? idleSleeps + 1 : 0;
        sleeps++;
    }

    DeadlockException deadlock() {
        long nowJiffies = queue.nowJiffies();
        boolean live = pool.machine().liveClock() != null;
        long waitedSeconds = (nowJiffies - startJiffies) / pool.machine().clock().hz();
        String why = live ? "and no thread freed an element for it"
                : idleSleeps == limit.idleSleeps()
                        ? "no timer is set, so nobody is left to free an element"
                : "timers fired, but none freed an element";
        return new DeadlockException("deadlock: " + cpu + " waits for an element of " + pool
                + " with gfp " + gfp + "; waited " + waitedSeconds + " s of "
                + (live ? "real" : "virtual") + " time up to jiffy " + nowJiffies
                + ", the source failed at every wake-up, " + why);
    }
}
