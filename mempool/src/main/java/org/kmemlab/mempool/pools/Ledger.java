package org.kmemlab.mempool.pools;

import java.util.List;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.Machine;

/// What a pool has given out and taken back: its figures, and who allocated what is in use, if the
/// pool is to remember that.
final class Ledger {

    private final String name;
    private final @Nullable AllocationSites sites;
    private long used;
    private long peak;
    private long allocations;
    private long frees;
    private long failures;

    /// @param front the class that callers use, for allocation sites
    Ledger(PoolOptions options, Class<?> front) {
        name = options.name();
        sites = options.tracksSites() ? new AllocationSites(front) : null;
    }

    /// @param cpu whose task asked; null if that is not known
    void allocated(long block, @Nullable Cpu cpu) {
        allocations++;
        used++;
        peak = Math.max(peak, used);
        if (sites != null) {
            sites.allocated(block, cpu);
        }
    }

    void freed(long block) {
        frees++;
        used--;
        if (sites != null) {
            sites.freed(block);
        }
    }

    void failed() {
        failures++;
    }

    /// Nothing is in use any more, and nothing ever was.
    void clear() {
        used = 0;
        peak = 0;
        allocations = 0;
        frees = 0;
        failures = 0;
        if (sites != null) {
            sites.clear();
        }
    }

    /// All that was in use came back at once.
    void freedAll() {
        frees += used;
        used = 0;
        if (sites != null) {
            sites.clear();
        }
    }

    LiveBlock describe(long block, long bytes) {
        return sites == null ? new LiveBlock(block, bytes, "", List.of())
                : sites.describe(block, bytes);
    }

    /// Writes into the log how many blocks are in use, if any are, and names them if it is known
    /// who allocated.
    void reportLeaks(Machine machine, Supplier<List<LiveBlock>> live) {
        if (used > 0) {
            machine.log().print("pool '%s': closed with %d blocks in use".formatted(name, used));
        }
        if (sites != null) {
            live.get().forEach(block -> machine.log().print("  " + block));
        }
    }

    long used() {
        return used;
    }

    PoolStatistics statistics(long total, StepCount steps) {
        return new PoolStatistics(total, used, peak, allocations, frees, failures, steps.total(),
                steps.most());
    }
}
