package org.kmemlab.slab;

import java.util.Arrays;
import java.util.List;

import org.kmemlab.machine.Cpu;

/// What the CPUs counted of the sheaves of one cache.
final class SheafCounters {

    private final long[][] byCpu;

    SheafCounters(int cpus) {
        byCpu = new long[cpus][SheafStat.COUNT];
    }

    void count(Cpu cpu, SheafStat stat) {
        add(cpu, stat, 1);
    }

    void add(Cpu cpu, SheafStat stat, int number) {
        byCpu[cpu.id()][stat.ordinal()] += number;
    }

    /// Sets a counter of all CPUs to 0.
    void clear(SheafStat stat) {
        for (long[] counters : byCpu) {
            counters[stat.ordinal()] = 0;
        }
    }

    /// By the ordinals of [SheafStat].
    List<Long> of(int cpu) {
        return Arrays.stream(byCpu[cpu]).boxed().toList();
    }
}
