package org.kmemlab.mempool.pools.embedded;

import com.google.errorprone.annotations.CheckReturnValue;
import org.kmemlab.buddy.GfpFlags;
import org.kmemlab.machine.KernelLog;
import org.kmemlab.machine.StackDump;
import org.kmemlab.machine.VirtualClock;
import org.kmemlab.mempool.pools.PoolStatistics;

/// A pool that tasks and interrupt handlers of one CPU share: each operation holds interrupts off
/// and puts the mask back as it was, so operations may nest in whatever the caller holds off
/// itself.
///
/// A request that may sleep must not be made in an interrupt, nor while interrupts are held off:
/// that is flagged in the machine's log as the kernel does it, and the request then does not sleep.
@CheckReturnValue
public final class InterruptPool implements SizedPool {

    /// Bytes of a block in the pool that is commonly kept for interrupts.
    public static final int BLOCK_BYTES = 64;
    /// How many blocks it has.
    public static final int BLOCKS = 16;

    private final SizedPool pool;
    private final InterruptContext context;
    private final VirtualClock clock;
    private final KernelLog log;
    private long flagged;

    /// Lets interrupt handlers use a pool.
    ///
    /// @param context the interrupts of the CPU that uses it
    /// @param clock the clock of its machine, for requests that may sleep
    /// @param log the log of its machine
    public InterruptPool(SizedPool pool, InterruptContext context, VirtualClock clock,
            KernelLog log) {
        this.pool = pool;
        this.context = context;
        this.clock = clock;
        this.log = log;
    }

    /// Takes a block, never sleeping: `GFP_ATOMIC`.
    @Override
    public long alloc() {
        int mask = context.save();
        try {
            return pool.alloc();
        } finally {
            context.restore(mask);
        }
    }

    /// Takes a block; if none is free and the flags allow it, sleeps until somebody frees one.
    ///
    /// @param gfp with [GfpFlags#DIRECT_RECLAIM] the request may sleep
    /// @param patienceJiffies how long at most
    /// @return its first byte; 0 if none is free, or none came free
    public long alloc(GfpFlags gfp, long patienceJiffies) {
        boolean maySleep = gfp.mayBlock();
        if (maySleep && !context.maySleep()) {
            flag(gfp);
            maySleep = false;
        }
        long block = alloc();
        return block != 0 || !maySleep ? block : allocSleeping(patienceJiffies);
    }

    private long allocSleeping(long patienceJiffies) {
        long[] block = {0};
        boolean _ = clock.sleepUntil(clock.jiffies() + patienceJiffies, () -> {
            block[0] = pool.statistics().free() > 0 ? alloc() : 0;
            return block[0] != 0;
        });
        return block[0];
    }

    private void flag(GfpFlags gfp) {
        flagged++;
        log.print("BUG: sleeping function called from invalid context: pool '%s', %s, %s, %s"
                .formatted(pool.name(), gfp, context, StackDump.who(context.cpu())));
    }

    /// How many requests that may sleep were made where nobody may.
    public long flagged() {
        return flagged;
    }

    @Override
    public boolean free(long block) {
        int mask = context.save();
        try {
            return pool.free(block);
        } finally {
            context.restore(mask);
        }
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
