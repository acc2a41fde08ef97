package org.kmemlab.slab;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import org.kmemlab.buddy.GfpFlags;
import org.kmemlab.machine.Cpu;

/// Sheaves that callers borrow filled, so that the allocations that follow cannot fail.
///
/// A sheaf that is larger than the cache's own, which caches without sheaves have none of, is made
/// for one loan only.
final class SheafLoans {

    private final SlabCache cache;
    private final SheafSupply supply;
    private final SheafCounters counters;
    private final @Nullable SheafEngine sheaves;
    private final int capacity;
    private final Set<SlabSheaf> lent = Collections.newSetFromMap(new IdentityHashMap<>());

    /// @param sheaves null if the cache has none
    /// @param capacity of its sheaves, 0 for none
    SheafLoans(SlabCache cache, SheafSupply supply, @Nullable SheafEngine sheaves, int capacity) {
        this.cache = cache;
        this.supply = supply;
        this.counters = supply.counters();
        this.sheaves = sheaves;
        this.capacity = capacity;
    }

    /// Lends a sheaf with at least `size` objects; null if there is not memory enough.
    @Nullable
    SlabSheaf lend(Cpu cpu, GfpFlags gfp, int size) {
        SlabSheaf sheaf = sheaves == null || size > capacity ? oversize(cpu, gfp, size)
                : common(sheaves.of(cpu), gfp, size);
        if (sheaf != null) {
            supply.keep(sheaf.address, -1);
            lent.add(sheaf);
        }
        return sheaf;
    }

    private @Nullable SlabSheaf oversize(Cpu cpu, GfpFlags gfp, int size) {
        if (capacity == 0 && !cache.geometry().slub().isDebug()) {
            cache.allocator().reports().warnOnce("prefill-without-sheaves", cpu,
                    "cache " + cache.name() + ": a sheaf is asked for, but it has none");
        }
        SlabSheaf sheaf = supply.create(cpu, size, gfp);
        if (sheaf == null) {
            return null;
        }
        counters.count(cpu, SheafStat.SHEAF_PREFILL_OVERSIZE);
        if (!supply.fill(cpu, sheaf, gfp)) {
            supply.discard(cpu, sheaf);
            return null;
        }
        return sheaf;
    }

    private @Nullable SlabSheaf common(CpuSheaves mine, GfpFlags gfp, int size) {
        SlabSheaf sheaf = mine.spare;
        mine.spare = null;
        if (sheaf != null) {
            counters.count(mine.cpu, SheafStat.SHEAF_PREFILL_FAST);
        } else {
            sheaf = mine.barn().takeAny();
            counters.count(mine.cpu, SheafStat.SHEAF_PREFILL_SLOW);
            counters.count(mine.cpu, sheaf == null || sheaf.isEmpty() ? SheafStat.BARN_GET_FAIL
                    : SheafStat.BARN_GET);
        }
        if (sheaf == null) {
            sheaf = mine.create(gfp);
        }
        if (sheaf != null && sheaf.size() < size && !mine.fill(sheaf, gfp)) {
            giveUp(mine, sheaf);
            return null;
        }
        return sheaf;
    }

    /// Fills a lent sheaf; if that is too small, another one takes its place.
    ///
    /// @return what is lent now, with at least `size` objects; null, and nothing changes, if there
    ///         is not memory enough
    @Nullable
    SlabSheaf refill(Cpu cpu, GfpFlags gfp, SlabSheaf sheaf, int size) {
        if (sheaf.size() >= size) {
            return sheaf;
        }
        if (sheaf.capacity() < size) {
            SlabSheaf larger = lend(cpu, gfp, size);
            if (larger != null) {
                takeBack(cpu, gfp, sheaf);
            }
            return larger;
        }
        return fill(cpu, gfp, sheaf) ? sheaf : null;
    }

    private boolean fill(Cpu cpu, GfpFlags gfp, SlabSheaf sheaf) {
        if (sheaves != null && sheaf.capacity() == capacity) {
            return sheaves.of(cpu).fill(sheaf, gfp);
        }
        return supply.fill(cpu, sheaf, gfp);
    }

    /// Takes a lent sheaf back with what is left in it.
    void takeBack(Cpu cpu, GfpFlags gfp, SlabSheaf sheaf) {
        lent.remove(sheaf);
        supply.keep(sheaf.address, 1);
        if (sheaves == null || sheaf.capacity() != capacity) {
            supply.flush(cpu, sheaf, sheaf.size());
            supply.discard(cpu, sheaf);
            return;
        }
        CpuSheaves mine = sheaves.of(cpu);
        if (mine.spare == null) {
            mine.spare = sheaf;
            counters.count(cpu, SheafStat.SHEAF_RETURN_FAST);
            return;
        }
        counters.count(cpu, SheafStat.SHEAF_RETURN_SLOW);
        if (mine.barn().hasRoomForFull() && mine.fill(sheaf, gfp)) {
            mine.barn().putFull(sheaf);
            counters.count(cpu, SheafStat.BARN_PUT);
        } else {
            giveUp(mine, sheaf);
        }
    }

    private static void giveUp(CpuSheaves mine, SlabSheaf sheaf) {
        mine.flush(sheaf);
        mine.discard(sheaf);
    }

    /// The sheaves that are lent.
    List<SlabSheaf> lent() {
        return new ArrayList<>(lent);
    }
}
