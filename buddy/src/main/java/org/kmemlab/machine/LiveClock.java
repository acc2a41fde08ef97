package org.kmemlab.machine;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;

import org.apache.commons.lang3.Validate;

/// Real time, for live use: the only place in the library that looks at the host's clock.
///
/// A live machine lets callers that must wait really wait by it, each on its own Java thread;
/// virtual threads are welcome. What happens then depends on the host, so such a run cannot be
/// repeated. The machine's [VirtualClock] stands still unless it is told to move.
///
/// Safe for use by several Java threads at once.
public final class LiveClock {

    private final double speed;
    private final long startNanos = System.nanoTime();

    private LiveClock(double speed) {
        Validate.isTrue(speed > 0 && Double.isFinite(speed),
                "clock speed %s: expected more than 0", speed);
        this.speed = speed;
    }

    /// A clock as fast as the host's.
    public static LiveClock realTime() {
        return new LiveClock(1);
    }

    /// A clock on which time passes `speed` times as fast as on the host's: a wait of 5 s is over
    /// sooner, or hardly ever.
    ///
    /// @throws IllegalArgumentException if the speed is not more than 0
    public static LiveClock ofSpeed(double speed) {
        return new LiveClock(speed);
    }

    /// Time since the clock was made.
    ///
    /// @param hz ticks per second
    public long jiffies(int hz) {
        long nanos = System.nanoTime() - startNanos;
        return (long) (nanos * speed * hz / TimeUnit.SECONDS.toNanos(1));
    }

    /// Waits until a condition is signalled or some time has passed; may return earlier.
    ///
    /// @param signal its lock is held by the calling thread
    /// @param jiffies how long to wait at most
    /// @param hz ticks per second
    @SuppressWarnings("WaitNotInLoop") // The loop is the caller's, who knows what he waits for.
    public void await(Condition signal, long jiffies, int hz) throws InterruptedException {
        long nanos = (long) (jiffies * (double) TimeUnit.SECONDS.toNanos(1) / hz / speed);
        // At least a little, so that rounding does not make a busy loop of the last tick.
        long _ = signal.awaitNanos(Math.max(nanos, TimeUnit.MICROSECONDS.toNanos(50)));
    }
}
