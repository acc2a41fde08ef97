package org.kmemlab.lab.policy;

import java.util.EnumSet;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import org.kmemlab.slab.CacheSnapshot;
import org.kmemlab.slab.ClassicSnapshot;
import org.kmemlab.slab.ClassicStats;
import org.kmemlab.slab.SheafStat;
import org.kmemlab.slab.SheafView;
import org.kmemlab.slab.SlobSnapshot;
import org.kmemlab.slab.SlubSnapshot;
import org.kmemlab.slab.SlubStat;

/// How many lists and arrays the kernel's engines looked at, from the counters that they keep anyway:
/// each event that looks at one counts one.
///
/// SLOB counts nothing: its steps are not known.
final class KernelSteps {

    private static final Set<SlubStat> SLUB = EnumSet.of(SlubStat.ALLOC_FASTPATH,
            SlubStat.ALLOC_SLOWPATH, SlubStat.FREE_FASTPATH, SlubStat.FREE_SLOWPATH,
            SlubStat.ALLOC_REFILL, SlubStat.ALLOC_FROM_PARTIAL, SlubStat.CPU_PARTIAL_ALLOC,
            SlubStat.CPU_PARTIAL_NODE, SlubStat.CPU_PARTIAL_FREE, SlubStat.CPU_PARTIAL_DRAIN,
            SlubStat.FREE_ADD_PARTIAL, SlubStat.FREE_REMOVE_PARTIAL, SlubStat.ALLOC_SLAB,
            SlubStat.FREE_SLAB);
    private static final Set<SheafStat> SHEAVES = EnumSet.of(SheafStat.ALLOC_CPU_SHEAF,
            SheafStat.FREE_CPU_SHEAF, SheafStat.SHEAF_FLUSH, SheafStat.SHEAF_REFILL,
            SheafStat.BARN_GET, SheafStat.BARN_GET_FAIL, SheafStat.BARN_PUT,
            SheafStat.BARN_PUT_FAIL);

    private KernelSteps() {
    }

    /// Whether an engine's snapshot tells them.
    static boolean areKnown(CacheSnapshot cache) {
        return !(cache instanceof SlobSnapshot);
    }

    /// The steps of a cache since it was made.
    static long of(CacheSnapshot cache) {
        return switch (cache) {
            case SlubSnapshot slub -> SLUB.stream().mapToLong(slub::counter).sum()
                    + sheaves(slub.sheaves());
            case ClassicSnapshot classic -> classic(classic.stats());
            case SlobSnapshot _ -> 0;
        };
    }

    private static long sheaves(@Nullable SheafView sheaves) {
        return sheaves == null ? 0 : SHEAVES.stream().mapToLong(sheaves::counter).sum();
    }

    /// A miss looks at the array and at the node's lists.
    private static long classic(ClassicStats stats) {
        return stats.allocHit() + stats.freeHit() + 2 * (stats.allocMiss() + stats.freeMiss())
                + stats.grown() + stats.reaped();
    }
}
