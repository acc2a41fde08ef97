package org.kmemlab.slab;

import java.util.ArrayDeque;

import org.apache.commons.lang3.Validate;
import org.kmemlab.machine.KernelLock;
import org.kmemlab.machine.VirtualClock;

/// Grace periods of read-copy-update: actions that must wait until every reader that might still
/// look has gone.
///
/// Readers are not modelled; a grace period is a fixed time on the machine's clock, so the pages of
/// a [SlabFlags#TYPESAFE_BY_RCU] slab are released only when time moves.
public final class RcuClock {

    /// Length of a grace period unless set otherwise, in jiffies.
    public static final int DEFAULT_GRACE_JIFFIES = 4;

    private record Callback(long dueJiffies, Runnable action) {}

    private final ArrayDeque<Callback> callbacks = new ArrayDeque<>();
    private final VirtualClock clock;
    private final KernelLock lock;
    private int graceJiffies = DEFAULT_GRACE_JIFFIES;

    RcuClock(VirtualClock clock, KernelLock lock) {
        this.clock = clock;
        this.lock = lock;
    }

    /// Length of a grace period in jiffies.
    public int graceJiffies() {
        return graceJiffies;
    }

    /// Sets the length of the grace periods that start from now on.
    ///
    /// @param jiffies at least 0; 0 still waits until time moves or somebody sleeps
    public void setGraceJiffies(int jiffies) {
        Validate.isTrue(jiffies >= 0, "grace period of %d jiffies: expected 0 or more", jiffies);
        graceJiffies = jiffies;
    }

    /// Runs `action` after a grace period (`call_rcu`).
    public void call(Runnable action) {
        lock.during(() -> {
            callbacks.addLast(new Callback(clock.jiffies() + graceJiffies, action));
            clock.after(graceJiffies, this::runDue);
        });
    }

    /// Actions that still wait.
    public int pending() {
        return lock.during(callbacks::size);
    }

    /// Sleeps until all actions queued so far have run (`rcu_barrier`).
    public void barrier() {
        boolean[] done = {false};
        call(() -> done[0] = true);
        clock.sleepUntil(Long.MAX_VALUE, () -> done[0]);
    }

    /// Actions run in the order they were queued, also when a later one has a shorter period.
    private void runDue() {
        while (!callbacks.isEmpty() && callbacks.getFirst().dueJiffies <= clock.jiffies()) {
            callbacks.removeFirst().action.run();
        }
    }
}
