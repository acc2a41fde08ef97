package org.kmemlab.mempool.pools.embedded;

import com.google.errorprone.annotations.CheckReturnValue;
import org.apache.commons.lang3.Validate;
import org.kmemlab.machine.VirtualClock;
import org.kmemlab.mempool.pools.PoolStatistics;

/// A pool for work that must not wait longer than so long: it waits for a block at most that time,
/// and keeps the longest time and the most steps that any allocation took.
///
/// Time is the machine's virtual time, in jiffies; it passes only while somebody waits. The steps
/// are the pool's own, [PoolStatistics#stepsMax]. For stepped runs.
@CheckReturnValue
public final class TimedPool implements SizedPool {

    private final SizedPool pool;
    private final VirtualClock clock;
    private final long limitJiffies;
    private long longestJiffies;
    private long tooLate;

    /// Puts a limit on a pool.
    ///
    /// @param clock the clock of the machine that the pool is on
    /// @param limitJiffies how long an allocation may wait; 0 or more
    /// @throws IllegalArgumentException if the limit is negative
    public TimedPool(SizedPool pool, VirtualClock clock, long limitJiffies) {
        Validate.isTrue(limitJiffies >= 0, "a limit of %d jiffies: expected 0 or more",
                limitJiffies);
        this.pool = pool;
        this.clock = clock;
        this.limitJiffies = limitJiffies;
    }

    /// Takes a block; if none is free, waits until one is, at most as long as the limit says.
    ///
    /// @return its first byte; 0 if none came free in time
    @Override
    public long alloc() {
        long block = pool.alloc();
        return block != 0 ? block : allocSlow();
    }

    private long allocSlow() {
        long began = clock.jiffies();
        long[] block = {0};
        boolean inTime = clock.sleepUntil(began + limitJiffies, () -> {
            block[0] = hasFree() ? pool.alloc() : 0;
            return block[0] != 0;
        });
        longestJiffies = Math.max(longestJiffies, clock.jiffies() - began);
        if (!inTime) {
            tooLate++;
        }
        return block[0];
    }

    private boolean hasFree() {
        return pool.statistics().free() > 0;
    }

    /// The longest that an allocation took, in jiffies.
    public long longestJiffies() {
        return longestJiffies;
    }

    /// The most steps that a request took.
    public int longestSteps() {
        return pool.statistics().stepsMax();
    }

    /// How many allocations got nothing within the limit.
    public long tooLate() {
        return tooLate;
    }

    @Override
    public boolean free(long block) {
        return pool.free(block);
    }

    @Override
    public String name() {
        return pool.name();
    }

    @Override
    public int blockBytes() {
        return pool.blockBytes();
    }

    @Override
    public boolean owns(long address) {
        return pool.owns(address);
    }

    @Override
    public PoolStatistics statistics() {
        return pool.statistics();
    }

    @Override
    public void validate() {
        pool.validate();
    }
}
