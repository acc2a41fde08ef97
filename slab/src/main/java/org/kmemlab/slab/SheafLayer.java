package org.kmemlab.slab;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.Machine;

/// All that a kernel with sheaves has of them above the slabs of one cache, in a stepped run.
///
/// A cache without sheaves of its own, because it did not ask or has debug flags, still lends some.
final class SheafLayer {

    private final SlabCache cache;
    private final SlubEngine slabs;
    private final SheafCounters counters;
    private final SheafSupply supply;
    private final @Nullable SheafEngine sheaves;
    private final SheafLoans loans;
    private final int capacity;
    private int holders;

    private SheafLayer(SlabCache cache, SlubEngine slabs) {
        this.cache = cache;
        this.slabs = slabs;
        this.capacity = cache.geometry().slub().isDebug() ? 0 : cache.args().sheafCapacity();
        this.counters = new SheafCounters(cache.allocator().machine().cpus().size());
        this.supply = new SheafSupply(cache, slabs, counters);
        this.sheaves = capacity == 0 ? null : new SheafEngine(cache, slabs, supply);
        this.loans = new SheafLoans(cache, supply, sheaves, capacity);
    }

    /// What a new cache gets; null if its kernel has no sheaves or its threads have stocks instead.
    static @Nullable SheafLayer above(SlabCache cache, SlubEngine slabs) {
        Machine machine = cache.allocator().machine();
        boolean has = cache.allocator().settings().rules().hasBarns()
                && !machine.config().isLive();
        return has ? new SheafLayer(cache, slabs) : null;
    }

    /// Gives each CPU its first sheaf.
    ///
    /// @return false if there is not memory enough
    boolean start(Cpu cpu) {
        return sheaves == null || sheaves.start(cpu, capacity);
    }

    /// What serves requests.
    SlabEngine engine() {
        return sheaves == null ? slabs : sheaves;
    }

    /// What lends sheaves.
    SheafLoans loans() {
        return loans;
    }

    SheafSupply supply() {
        return supply;
    }

    /// Takes an object that is to be free after a grace period.
    ///
    /// @return false if there is no sheaf for that
    boolean freeAfterGrace(Cpu cpu, long object) {
        return sheaves != null && sheaves.freeAfterGrace(cpu, object);
    }

    /// Starts the grace period of what sheaves have gathered.
    ///
    /// @return whether anything waits for one
    boolean startGracePeriods() {
        if (sheaves == null) {
            return false;
        }
        sheaves.cpus().forEach(sheaves.rcu()::startGracePeriod);
        return sheaves.rcu().isAnyWaiting();
    }

    /// Counts objects of the cache that are sheaves.
    void countHolders(int number) {
        holders += number;
    }

    /// Sets a counter of all CPUs to 0.
    void clearCounter(SheafStat stat) {
        counters.clear(stat);
    }

    /// The objects that lie in sheaves, free or waiting to be.
    ///
    /// @throws IllegalStateException if something is wrong with one of them
    Set<Long> objects() {
        List<SlabSheaf> all = loans.lent();
        if (sheaves != null) {
            all.addAll(sheaves.sheaves());
        }
        return supply.checked(all);
    }

    SheafView view() {
        List<SheafView.Cpu> cpus = new ArrayList<>();
        for (Cpu cpu : cache.allocator().machine().cpus()) {
            cpus.add(view(cpu));
        }
        List<SheafView.Barn> barns = sheaves == null ? List.of()
                : sheaves.barns().stream().map(SheafLayer::view).toList();
        return new SheafView(capacity, cpus, barns,
                waitingObjects(),
                loans.lent().stream().mapToLong(SlabSheaf::size).sum(), holders);
    }

    private long waitingObjects() {
        if (sheaves == null) {
            return 0;
        }
        List<SlabSheaf> all = sheaves.rcu().waiting();
        for (CpuSheaves mine : sheaves.cpus()) {
            if (mine.rcuFree != null) {
                all.add(mine.rcuFree);
            }
        }
        return all.stream().mapToLong(SlabSheaf::size).sum();
    }

    private SheafView.Cpu view(Cpu cpu) {
        if (sheaves == null || sheaves.isStopped()) {
            return new SheafView.Cpu(List.of(), null, null, counters.of(cpu.id()));
        }
        CpuSheaves mine = sheaves.of(cpu);
        return new SheafView.Cpu(mine.main.contents(), contents(mine.spare),
                contents(mine.rcuFree), counters.of(cpu.id()));
    }

    private static SheafView.Barn view(NodeBarn barn) {
        return new SheafView.Barn(barn.full().stream().map(SlabSheaf::contents).toList(),
                barn.emptyCount());
    }

    private static @Nullable List<Long> contents(@Nullable SlabSheaf sheaf) {
        return sheaf == null ? null : sheaf.contents();
    }
}
