package org.kmemlab.mempool.pools.embedded;

import java.util.function.Consumer;

import com.google.errorprone.annotations.CheckReturnValue;
import org.apache.commons.lang3.Validate;
import org.kmemlab.mempool.pools.PoolStatistics;

/// A pool that tells somebody when it gets full: once when its use rises above a threshold, and
/// again only after it fell back to it or below. It counts what goes through it.
@CheckReturnValue
public final class WatchedPool implements SizedPool {

    /// The threshold that is commonly watched.
    public static final int THRESHOLD_PERCENT = 90;

    private final SizedPool pool;
    private final Consumer<PoolStatistics> listener;
    private final long blocksMost;
    private long used;
    private boolean above;

    /// Watches a pool at [#THRESHOLD_PERCENT]; the pool has its blocks already.
    public WatchedPool(SizedPool pool, Consumer<PoolStatistics> listener) {
        this(pool, THRESHOLD_PERCENT, listener);
    }

    /// Watches a pool that has its blocks already.
    ///
    /// @param thresholdPercent of its blocks, 0 to 99
    /// @param listener is called when more than that are in use, during the allocation that makes
    ///        it so
    /// @throws IllegalArgumentException if the threshold is out of range
    public WatchedPool(SizedPool pool, int thresholdPercent, Consumer<PoolStatistics> listener) {
        Validate.isTrue(thresholdPercent >= 0 && thresholdPercent < 100,
                "a threshold of %d %%: expected 0 to 99", thresholdPercent);
        this.pool = pool;
        this.listener = listener;
        PoolStatistics now = pool.statistics();
        blocksMost = now.total() * thresholdPercent / 100;
        used = now.used();
        above = used > blocksMost;
    }

    @Override
    public long alloc() {
        long block = pool.alloc();
        if (block != 0) {
            used++;
            look();
        }
        return block;
    }

    @Override
    public boolean free(long block) {
        boolean freed = pool.free(block);
        if (freed) {
            used--;
            look();
        }
        return freed;
    }

    private void look() {
        boolean crossed = used > blocksMost && !above;
        above = used > blocksMost;
        if (crossed) {
            listener.accept(pool.statistics());
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
