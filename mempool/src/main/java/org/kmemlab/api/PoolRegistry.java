package org.kmemlab.api;

import java.util.ArrayList;
import java.util.List;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import org.jspecify.annotations.Nullable;
import org.kmemlab.machine.Machine;
import org.kmemlab.mempool.FailMempool;
import org.kmemlab.mempool.Mempool;

/// The pools of one kernel, all under the same fault injection.
final class PoolRegistry {

    private final FailMempool faults;
    private final List<Mempool> pools = new ArrayList<>();

    PoolRegistry(Machine machine) {
        faults = new FailMempool(machine);
    }

    FailMempool faults() {
        return faults;
    }

    /// Adds a pool that was made; nothing if it is null.
    @CanIgnoreReturnValue
    @Nullable
    Mempool added(@Nullable Mempool pool) {
        if (pool != null) {
            pool.failBy(faults);
            pools.add(pool);
        }
        return pool;
    }

    void remove(Mempool pool) {
        pools.remove(pool);
    }

    List<Mempool> pools() {
        return List.copyOf(pools);
    }
}
