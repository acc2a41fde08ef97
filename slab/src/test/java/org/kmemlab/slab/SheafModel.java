package org.kmemlab.slab;

import java.util.ArrayList;
import java.util.List;

/// What the sheaves of one cache on one node look like and count, as numbers of objects only: the
/// rules once more, without any object. Memory never runs out here.
final class SheafModel {

    static final int NONE = -1;

    private static final int LIMIT = 10;

    /// One CPU; a missing sheaf is [#NONE].
    static final class PerCpu {
        int main;
        int spare = NONE;
        int rcu = NONE;
    }

    final List<PerCpu> cpus = new ArrayList<>();
    final long[] counters = new long[SheafStat.COUNT];
    int full;
    int empty;
    private final int capacity;

    SheafModel(int cpuCount, int capacity) {
        this.capacity = capacity;
        for (int cpu = 0; cpu < cpuCount; cpu++) {
            cpus.add(new PerCpu());
            add(SheafStat.SHEAF_ALLOC, 1);
        }
    }

    private void add(SheafStat stat, int number) {
        counters[stat.ordinal()] += number;
    }

    /// @param blocks whether the request may block
    void alloc(int cpu, boolean blocks) {
        PerCpu mine = cpus.get(cpu);
        if (mine.main > 0 || nearby(mine) || (blocks && refill(mine))) {
            mine.main--;
            add(SheafStat.ALLOC_CPU_SHEAF, 1);
        }
    }

    private boolean nearby(PerCpu mine) {
        if (mine.spare > 0) {
            swap(mine);
            return true;
        }
        boolean got = full > 0;
        add(got ? SheafStat.BARN_GET : SheafStat.BARN_GET_FAIL, 1);
        if (got) {
            full--;
            empty++;
            mine.main = capacity;
        }
        return got;
    }

    private boolean refill(PerCpu mine) {
        if (mine.spare != NONE) {
            mine.spare = NONE;
        } else {
            takeOrMakeEmpty();
        }
        add(SheafStat.SHEAF_REFILL, capacity);
        empty++;
        mine.main = capacity;
        return true;
    }

    private void takeOrMakeEmpty() {
        if (empty > 0) {
            empty--;
        } else {
            add(SheafStat.SHEAF_ALLOC, 1);
        }
    }

    private static void swap(PerCpu mine) {
        int main = mine.main;
        mine.main = mine.spare;
        mine.spare = main;
    }

    void free(int cpu) {
        PerCpu mine = cpus.get(cpu);
        if (mine.main == capacity) {
            makeRoom(mine);
        }
        mine.main++;
        add(SheafStat.FREE_CPU_SHEAF, 1);
    }

    private void makeRoom(PerCpu mine) {
        if (mine.spare == NONE) {
            takeOrMakeEmpty();
            mine.spare = mine.main;
        } else if (mine.spare < capacity) {
            swap(mine);
            return;
        } else if (full >= LIMIT) {
            add(SheafStat.BARN_PUT_FAIL, 1);
            add(SheafStat.SHEAF_FLUSH, mine.spare);
            mine.spare = mine.main;
        } else {
            takeOrMakeEmpty();
            add(SheafStat.BARN_PUT, 1);
            full++;
        }
        mine.main = 0;
    }

    void allocBulk(int cpu, int count) {
        PerCpu mine = cpus.get(cpu);
        int left = count;
        while (left > 0 && (mine.main > 0 || nearby(mine))) {
            int batch = Math.min(left, mine.main);
            mine.main -= batch;
            left -= batch;
            add(SheafStat.ALLOC_CPU_SHEAF, batch);
        }
    }

    void freeBulk(int cpu, int count) {
        PerCpu mine = cpus.get(cpu);
        int left = count;
        while (left > 0) {
            if (mine.main == capacity) {
                boolean both = mine.spare == capacity;
                if (mine.spare == NONE ? empty == 0 : both && (full >= LIMIT || empty == 0)) {
                    add(SheafStat.BARN_PUT_FAIL, both ? 1 : 0);
                    return;
                }
                makeRoom(mine);
            }
            int batch = Math.min(left, capacity - mine.main);
            mine.main += batch;
            left -= batch;
            add(SheafStat.FREE_CPU_SHEAF, batch);
        }
    }

    /// One object to `kfree_rcu`.
    ///
    /// @return whether a full sheaf waits for a grace period from now on
    boolean freeRcu(int cpu) {
        PerCpu mine = cpus.get(cpu);
        if (mine.rcu == NONE) {
            if (mine.spare == 0) {
                mine.spare = NONE;
            } else {
                takeOrMakeEmpty();
            }
            mine.rcu = 0;
        }
        mine.rcu++;
        add(SheafStat.FREE_RCU_SHEAF, 1);
        boolean isFull = mine.rcu == capacity;
        mine.rcu = isFull ? NONE : mine.rcu;
        return isFull;
    }

    /// A full sheaf has waited long enough.
    void graceOver() {
        if (full < LIMIT) {
            full++;
            add(SheafStat.BARN_PUT, 1);
            return;
        }
        add(SheafStat.BARN_PUT_FAIL, 1);
        add(SheafStat.SHEAF_FLUSH, capacity);
        if (empty < LIMIT) {
            empty++;
        } else {
            add(SheafStat.SHEAF_FREE, 1);
        }
    }

    /// Everything goes, except the main sheaves and what must wait.
    ///
    /// @return how many objects come to wait for a grace period, in sheaves of their own
    List<Integer> shrink() {
        List<Integer> waiting = new ArrayList<>();
        for (PerCpu mine : cpus) {
            add(SheafStat.SHEAF_FLUSH, mine.main + Math.max(0, mine.spare));
            add(SheafStat.SHEAF_FREE, mine.spare == NONE ? 0 : 1);
            if (mine.rcu != NONE) {
                waiting.add(mine.rcu);
            }
            mine.main = 0;
            mine.spare = NONE;
            mine.rcu = NONE;
        }
        add(SheafStat.SHEAF_FLUSH, full * capacity);
        add(SheafStat.SHEAF_FREE, full + empty);
        full = 0;
        empty = 0;
        return waiting;
    }

    /// A sheaf that a shrink took along has waited long enough.
    void graceOverAfterShrink(int objects) {
        add(SheafStat.SHEAF_FLUSH, objects);
        add(SheafStat.SHEAF_FREE, 1);
    }

    /// A caller borrows a sheaf.
    ///
    /// @return objects in it
    int lend(int cpu, int wanted) {
        PerCpu mine = cpus.get(cpu);
        if (wanted > capacity) {
            add(SheafStat.SHEAF_PREFILL_OVERSIZE, 1);
            return wanted;
        }
        int size = mine.spare;
        if (size != NONE) {
            mine.spare = NONE;
            add(SheafStat.SHEAF_PREFILL_FAST, 1);
        } else {
            add(SheafStat.SHEAF_PREFILL_SLOW, 1);
            size = full > 0 ? capacity : 0;
            add(size > 0 ? SheafStat.BARN_GET : SheafStat.BARN_GET_FAIL, 1);
            if (size > 0) {
                full--;
            } else {
                takeOrMakeEmpty();
            }
        }
        if (size >= wanted) {
            return size;
        }
        add(SheafStat.SHEAF_REFILL, capacity - size);
        return capacity;
    }

    void takeBack(int cpu, int size, boolean oversize) {
        PerCpu mine = cpus.get(cpu);
        if (oversize) {
            add(SheafStat.SHEAF_FLUSH, size);
        } else if (mine.spare == NONE) {
            mine.spare = size;
            add(SheafStat.SHEAF_RETURN_FAST, 1);
        } else if (full < LIMIT) {
            add(SheafStat.SHEAF_RETURN_SLOW, 1);
            add(SheafStat.SHEAF_REFILL, capacity - size);
            add(SheafStat.BARN_PUT, 1);
            full++;
        } else {
            add(SheafStat.SHEAF_RETURN_SLOW, 1);
            add(SheafStat.SHEAF_FLUSH, size);
            add(SheafStat.SHEAF_FREE, 1);
        }
    }
}
