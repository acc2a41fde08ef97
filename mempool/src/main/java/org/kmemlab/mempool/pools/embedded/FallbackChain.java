package org.kmemlab.mempool.pools.embedded;

import java.util.List;

import com.google.errorprone.annotations.CheckReturnValue;
import org.apache.commons.lang3.Validate;
import org.kmemlab.machine.KernelLog;

/// Pools that stand in for one another: a request goes to the first one that has a block, and the
/// machine's log tells which ones had none.
@CheckReturnValue
public final class FallbackChain {

    private final KernelLog log;
    private final List<SizedPool> pools;

    /// Makes a chain.
    ///
    /// @param log where the order is told
    /// @param pools in the order in which they are asked, at least one
    /// @throws IllegalArgumentException if there is none
    public FallbackChain(KernelLog log, List<? extends SizedPool> pools) {
        Validate.isTrue(!pools.isEmpty(), "a chain of 0 pools: expected 1 or more");
        this.log = log;
        this.pools = List.copyOf(pools);
    }

    /// Takes a block of the first pool whose blocks are large enough and of which one is free.
    ///
    /// @param bytes that are needed
    /// @return its first byte; 0 if no pool has one
    public long alloc(int bytes) {
        Validate.isTrue(bytes > 0, "a request for %d bytes: expected 1 or more", bytes);
        for (SizedPool pool : pools) {
            if (pool.blockBytes() < bytes) {
                continue;
            }
            long block = pool.alloc();
            if (block != 0) {
                return block;
            }
            log.print("pool '%s' has no block for %d bytes: trying the next".formatted(pool.name(),
                    bytes));
        }
        log.print("no pool has a block for %d bytes".formatted(bytes));
        return 0;
    }

    /// Gives a block back to its pool.
    ///
    /// @return whether it was taken back; the log says why not
    public boolean free(long block) {
        for (SizedPool pool : pools) {
            if (pool.owns(block)) {
                return pool.free(block);
            }
        }
        if (block != 0) {
            log.print("0x%x is of no pool of the chain".formatted(block));
        }
        return false;
    }

    /// Checks all pools.
    ///
    /// @throws IllegalStateException naming what does not hold
    public void validate() {
        pools.forEach(SizedPool::validate);
    }
}
