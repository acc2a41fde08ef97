package org.kmemlab.slab;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

import org.kmemlab.machine.Cpu;

/// What `kfree_rcu` does with objects of one cache that has sheaves: each CPU gathers them in a
/// sheaf, which waits for its grace period as a whole and then is a full one for the barn.
///
/// An object that waits is marked as free, so that freeing it again is refused.
final class RcuSheaves {

    private final SlabCache cache;
    private final SlubEngine slabs;
    private final SheafCounters counters;
    private final Set<SlabSheaf> waiting = Collections.newSetFromMap(new IdentityHashMap<>());

    RcuSheaves(SlabCache cache, SlubEngine slabs, SheafCounters counters) {
        this.cache = cache;
        this.slabs = slabs;
        this.counters = counters;
    }

    /// Takes an object of the CPU's node that is to be free after a grace period.
    ///
    /// @return false if no sheaf can take it; it is in use then as before
    boolean add(CpuSheaves mine, long object) {
        SlabSheaf sheaf = mine.provideRcuSheaf();
        if (sheaf == null) {
            counters.count(mine.cpu, SheafStat.FREE_RCU_SHEAF_FAIL);
            return false;
        }
        slabs.claim(object);
        sheaf.push(object);
        counters.count(mine.cpu, SheafStat.FREE_RCU_SHEAF);
        if (sheaf.isFull()) {
            mine.takeRcuSheaf();
            afterGrace(sheaf, () -> toBarn(mine, sheaf));
        }
        return true;
    }

    private void afterGrace(SlabSheaf sheaf, Runnable action) {
        waiting.add(sheaf);
        cache.allocator().rcu().call(() -> {
            waiting.remove(sheaf);
            sheaf.contents().forEach(cache::leaveAfterGrace);
            action.run();
        });
    }

    private void toBarn(CpuSheaves mine, SlabSheaf sheaf) {
        if (mine.barn().hasRoomForFull()) {
            counters.count(mine.cpu, SheafStat.BARN_PUT);
            mine.barn().putFull(sheaf);
            return;
        }
        counters.count(mine.cpu, SheafStat.BARN_PUT_FAIL);
        mine.flush(sheaf);
        if (mine.barn().hasRoomForEmpty()) {
            mine.barn().putEmpty(sheaf);
        } else {
            mine.discard(sheaf);
        }
    }

    /// Starts the grace period of what a CPU has gathered. These objects go back to their slabs: who
    /// asks for this wants memory back.
    void startGracePeriod(CpuSheaves mine) {
        SlabSheaf gathered = mine.takeRcuSheaf();
        if (gathered != null) {
            afterGrace(gathered, () -> {
                mine.flush(gathered);
                mine.discard(gathered);
            });
        }
    }

    boolean isAnyWaiting() {
        return !waiting.isEmpty();
    }

    /// The sheaves whose grace period has begun.
    List<SlabSheaf> waiting() {
        return new ArrayList<>(waiting);
    }
}
