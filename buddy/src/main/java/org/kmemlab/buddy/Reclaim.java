package org.kmemlab.buddy;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

import org.kmemlab.machine.Cpu;

/// Direct reclaim: asks registered shrinkers for memory, gently first, harder each round.
final class Reclaim {

    /// Objects that one pass wants to have freed.
    static final int CLUSTER = 32;

    private static final int PRIORITY_GENTLEST = 12;
    private static final int SCAN_BATCH = 128;
    private static final int SEEKS = 2;

    private final List<Shrinker> shrinkers = new ArrayList<>();
    private boolean active;
    private final VmCounters counters;

    Reclaim(VmCounters counters) {
        this.counters = counters;
    }

    void register(Shrinker shrinker) {
        shrinkers.add(shrinker);
    }

    /// Whether memory is being made free right now. Requests that are made meanwhile, by shrinkers
    /// and handlers, may use all reserves and make no room themselves, or there would be no end.
    boolean isActive() {
        return active;
    }

    /// Does something that makes memory free.
    ///
    /// @return what `work` returns
    boolean during(BooleanSupplier work) {
        boolean before = active;
        active = true;
        try {
            return work.getAsBoolean();
        } finally {
            active = before;
        }
    }

    /// One pass of direct reclaim.
    ///
    /// @return objects freed; 0 if nothing could be
    long run(Cpu cpu) {
        long[] freed = new long[1];
        during(() -> {
            freed[0] = pass(cpu);
            return true;
        });
        return freed[0];
    }

    private long pass(Cpu cpu) {
        long freed = 0;
        for (int priority = PRIORITY_GENTLEST; priority >= 0 && freed < CLUSTER; priority--) {
            for (Shrinker shrinker : shrinkers) {
                freed += shrink(cpu, shrinker, priority);
            }
        }
        return freed;
    }

    /// Objects that shrinkers could free.
    long reclaimable() {
        return shrinkers.stream().mapToLong(Shrinker::countObjects).sum();
    }

    private long shrink(Cpu cpu, Shrinker shrinker, int priority) {
        long left = (shrinker.countObjects() >> priority) * 4 / SEEKS;
        long freed = 0;
        while (left > 0) {
            long scan = Math.min(left, SCAN_BATCH);
            freed += shrinker.scanObjects(cpu, scan);
            counters.scannedObjects += scan;
            left -= scan;
        }
        return freed;
    }
}
