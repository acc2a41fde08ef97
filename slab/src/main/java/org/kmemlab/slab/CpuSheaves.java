package org.kmemlab.slab;

import org.jspecify.annotations.Nullable;
import org.kmemlab.buddy.GfpFlags;
import org.kmemlab.machine.Cpu;

/// The sheaves that one CPU has of one cache (`struct slub_percpu_sheaves`).
///
/// ```text
///   main     objects are taken from it and put into it; never missing
///   spare    takes main's place when that is empty or full; may be missing
///   rcuFree  what kfree_rcu gathers; may be missing
///      │ one whole sheaf for another
///    barn    full and empty sheaves of the node
///      │ a sheaf's content at once
///   slabs
/// ```
///
/// Sheaves are exchanged rather than emptied, so that a CPU that only allocates and one that only
/// frees meet at the barn, once for each sheaf. Whatever may sleep or reclaim can end up in the same
/// sheaves by way of a shrinker; so a sheaf is put in place only after another look.
final class CpuSheaves {

    /// Objects that are given back at once when nothing else helps.
    static final int FLUSH_BATCH = 32;

    /// What room is not worth: sleeping or a warning.
    private static final GfpFlags NOWAIT = GfpFlags.GFP_NOWAIT.with(GfpFlags.NOWARN);

    /// The CPU.
    final Cpu cpu;
    /// What is used first.
    SlabSheaf main;
    /// What is used next.
    @Nullable
    SlabSheaf spare;
    /// What gathers objects for a grace period; never full.
    @Nullable
    SlabSheaf rcuFree;

    private final NodeBarn barn;
    private final SheafSupply supply;
    private final SheafCounters counters;
    private final int capacity;

    /// @param main empty
    CpuSheaves(Cpu cpu, SlabSheaf main, NodeBarn barn, SheafSupply supply) {
        this.cpu = cpu;
        this.main = main;
        this.barn = barn;
        this.supply = supply;
        this.counters = supply.counters();
        this.capacity = main.capacity();
    }

    NodeBarn barn() {
        return barn;
    }

    private void count(SheafStat stat) {
        counters.count(cpu, stat);
    }

    /// Sees to it that there are objects in `main`.
    ///
    /// @return false if that cannot be done with what `gfp` allows
    boolean provideObjects(GfpFlags gfp) {
        return !main.isEmpty() || takeNearby() || (gfp.mayBlock() && refill(gfp));
    }

    /// Puts objects into `main`, which is empty, without asking the slabs.
    ///
    /// @return false if there are none in sheaves nearby
    boolean takeNearby() {
        SlabSheaf next = spare;
        if (next != null && !next.isEmpty()) {
            spare = main;
            main = next;
            return true;
        }
        SlabSheaf full = barn.exchangeEmpty(main);
        if (full == null) {
            count(SheafStat.BARN_GET_FAIL);
            return false;
        }
        count(SheafStat.BARN_GET);
        main = full;
        return true;
    }

    private boolean refill(GfpFlags gfp) {
        GfpFlags modest = gfp.with(GfpFlags.NOMEMALLOC);
        SlabSheaf sheaf = spare;
        if (sheaf != null) {
            spare = null;
        } else {
            sheaf = barn.takeEmpty();
        }
        if (sheaf == null) {
            sheaf = create(modest);
        }
        if (sheaf == null) {
            return false;
        }
        if (!fill(sheaf, modest)) {
            discard(sheaf);
            return false;
        }
        installFull(sheaf);
        return true;
    }

    private void installFull(SlabSheaf full) {
        SlabSheaf next = spare;
        if (main.isEmpty()) {
            barn.putEmpty(main);
            main = full;
        } else if (next == null) {
            spare = full;
        } else if (next.isEmpty()) {
            barn.putEmpty(next);
            spare = full;
        } else {
            barn.putFull(full);
            count(SheafStat.BARN_PUT);
        }
    }

    /// Sees to it that `main` has room, whatever that takes.
    void provideRoom() {
        while (main.isFull() && !makeRoomNearby(true)) {
            SlabSheaf fresh = create(NOWAIT);
            if (fresh != null) {
                installEmpty(fresh);
                continue;
            }
            countBarnFailure();
            flushMain();
        }
    }

    /// Counts that room could not be made: if both sheaves are full, the barn was asked.
    void countBarnFailure() {
        if (spare != null) {
            count(SheafStat.BARN_PUT_FAIL);
        }
    }

    /// Makes room in `main`, which is full, without a new sheaf.
    ///
    /// @param flushes whether the spare sheaf may be given back to the slabs because the barn is
    ///        full
    /// @return false if that cannot be done
    boolean makeRoomNearby(boolean flushes) {
        SlabSheaf next = spare;
        if (next == null) {
            SlabSheaf empty = barn.takeEmpty();
            if (empty == null) {
                return false;
            }
            spare = main;
            main = empty;
            return true;
        }
        if (!next.isFull()) {
            spare = main;
            main = next;
            return true;
        }
        if (!barn.hasRoomForFull()) {
            if (flushes) {
                count(SheafStat.BARN_PUT_FAIL);
                spare = null;
                flush(next);
                installEmpty(next);
            }
            return flushes;
        }
        SlabSheaf empty = barn.exchangeFull(main);
        if (empty == null) {
            return false;
        }
        count(SheafStat.BARN_PUT);
        main = empty;
        return true;
    }

    private void installEmpty(SlabSheaf empty) {
        SlabSheaf next = spare;
        if (next == null) {
            spare = main;
            main = empty;
        } else if (!main.isFull()) {
            barn.putEmpty(empty);
        } else if (!next.isFull()) {
            spare = main;
            main = next;
            barn.putEmpty(empty);
        } else {
            barn.putFull(main);
            count(SheafStat.BARN_PUT);
            main = empty;
        }
    }

    /// Sees to it that there is a sheaf for `kfree_rcu`; null if there is no memory.
    @Nullable
    SlabSheaf provideRcuSheaf() {
        SlabSheaf next = spare;
        if (rcuFree == null && next != null && next.isEmpty()) {
            rcuFree = next;
            spare = null;
        }
        if (rcuFree == null) {
            rcuFree = barn.takeEmpty();
        }
        if (rcuFree == null) {
            SlabSheaf fresh = create(NOWAIT);
            if (fresh != null && rcuFree != null) {
                barn.putEmpty(fresh);
            } else if (fresh != null) {
                rcuFree = fresh;
            }
        }
        return rcuFree;
    }

    /// Takes what `kfree_rcu` has gathered; null if that is nothing.
    @Nullable
    SlabSheaf takeRcuSheaf() {
        SlabSheaf gathered = rcuFree;
        rcuFree = null;
        return gathered;
    }

    /// Gives all objects of `main` and the spare sheaf back to the slabs, and the latter up.
    void flush() {
        SlabSheaf next = spare;
        spare = null;
        if (next != null) {
            flush(next);
            discard(next);
        }
        flushMain();
    }

    private void flushMain() {
        do {
            supply.flush(cpu, main, FLUSH_BATCH);
        } while (!main.isEmpty());
    }

    /// Gives all objects of a sheaf back to the slabs.
    void flush(SlabSheaf sheaf) {
        supply.flush(cpu, sheaf, sheaf.size());
    }

    /// A new empty sheaf; null if there is no memory.
    @Nullable
    SlabSheaf create(GfpFlags gfp) {
        SlabSheaf sheaf = supply.create(cpu, capacity, gfp);
        if (sheaf != null) {
            count(SheafStat.SHEAF_ALLOC);
        }
        return sheaf;
    }

    /// Gives an empty sheaf up.
    void discard(SlabSheaf sheaf) {
        supply.discard(cpu, sheaf);
        count(SheafStat.SHEAF_FREE);
    }

    /// Fills a sheaf; false, and nothing is put in, if there is not memory enough.
    boolean fill(SlabSheaf sheaf, GfpFlags gfp) {
        int wanted = capacity - sheaf.size();
        boolean filled = wanted == 0 || supply.fill(cpu, sheaf, gfp);
        counters.add(cpu, SheafStat.SHEAF_REFILL, filled ? wanted : 0);
        return filled;
    }
}
