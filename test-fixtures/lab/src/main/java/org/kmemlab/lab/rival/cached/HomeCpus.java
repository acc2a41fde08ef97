package org.kmemlab.lab.rival.cached;

import org.agrona.collections.Long2LongHashMap;
import org.kmemlab.machine.Cpu;

/// Counts blocks that are freed on another CPU than they were allocated on. For the one who
/// compares: the allocators do not look at it, and it is no metadata of theirs.
final class HomeCpus {

    private static final long NONE = -1;

    private final Long2LongHashMap cpuOf = new Long2LongHashMap(NONE);
    private long remoteFrees;

    void allocated(Cpu cpu, long address) {
        cpuOf.put(address, cpu.id());
    }

    void freed(Cpu cpu, long address) {
        long home = cpuOf.remove(address);
        if (home != NONE && home != cpu.id()) {
            remoteFrees++;
        }
    }

    long remoteFrees() {
        return remoteFrees;
    }

    void clear() {
        cpuOf.clear();
    }
}
