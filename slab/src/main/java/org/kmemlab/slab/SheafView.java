package org.kmemlab.slab;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/// What can be seen of the sheaves of a cache at one moment, on kernels that have sheaves.
///
/// @param capacity objects that a sheaf holds; 0 if the cache has none
/// @param cpus what each CPU has
/// @param barns what each memory node has; empty if the cache has no sheaves
/// @param waiting objects that wait for a grace period in sheaves, begun or not
/// @param lent objects in sheaves that callers have borrowed
/// @param holders objects of the cache that are themselves sheaves of caches
public record SheafView(int capacity, List<Cpu> cpus, List<Barn> barns, long waiting, long lent,
        long holders) {

    /// The sheaves of one CPU, by the addresses in them, the next one to be taken last.
    ///
    /// @param main what objects are taken from and put into
    /// @param spare what takes its place; null if there is none
    /// @param rcuFree what `kfree_rcu` gathers; null if there is none
    /// @param counters by the ordinals of [SheafStat]
    public record Cpu(List<Long> main, @Nullable List<Long> spare, @Nullable List<Long> rcuFree,
            List<Long> counters) {

        /// Copies the lists.
        public Cpu {
            main = List.copyOf(main);
            spare = spare == null ? null : List.copyOf(spare);
            rcuFree = rcuFree == null ? null : List.copyOf(rcuFree);
            counters = List.copyOf(counters);
        }

        private long objects() {
            return main.size() + (spare == null ? 0L : spare.size());
        }
    }

    /// The sheaves of one memory node.
    ///
    /// @param full the addresses in its full sheaves, the sheaf that goes first is the first
    /// @param empty how many empty sheaves there are
    public record Barn(List<List<Long>> full, int empty) {

        /// Copies the lists.
        public Barn {
            full = full.stream().map(List::copyOf).toList();
        }

        private long objects() {
            return full.stream().mapToLong(List::size).sum();
        }
    }

    /// Copies the lists.
    public SheafView {
        cpus = List.copyOf(cpus);
        barns = List.copyOf(barns);
    }

    /// Free objects that wait in sheaves to be allocated.
    public long objects() {
        return cpus.stream().mapToLong(Cpu::objects).sum()
                + barns.stream().mapToLong(Barn::objects).sum();
    }

    /// The addresses of these objects.
    Set<Long> addresses() {
        Set<Long> all = new HashSet<>();
        for (Cpu cpu : cpus) {
            all.addAll(cpu.main);
            all.addAll(cpu.spare == null ? List.of() : cpu.spare);
        }
        barns.forEach(barn -> barn.full.forEach(all::addAll));
        return all;
    }

    /// A counter, summed over all CPUs.
    public long counter(SheafStat stat) {
        return cpus.stream().mapToLong(cpu -> cpu.counters.get(stat.ordinal())).sum();
    }
}
