package org.kmemlab.buddy;

import java.util.Arrays;
import java.util.List;

/// What the page allocator has done since it was made, and how many pages are free now: the
/// counters of `/proc/vmstat` that make sense without processes and files.
///
/// @param freePages the zones' counters of free pages together, without what CPUs have pending
/// @param allocatedPages pages handed out, by the ordinal of the zone they came from
/// @param freedPages pages taken back; those that boot hands over count too
/// @param stalls passes of direct reclaim, by the ordinal of the highest zone that the request
///        could use
/// @param scannedObjects objects that shrinkers were told to look at
/// @param backgroundRuns runs of the background reclaimers
/// @param compactStalls requests that compaction was tried for
/// @param compactFails how many of them failed afterwards
/// @param compactSuccesses how many of them were served afterwards
public record VmStat(long freePages, List<Long> allocatedPages, long freedPages, List<Long> stalls,
        long scannedObjects, long backgroundRuns, long compactStalls, long compactFails,
        long compactSuccesses) {

    /// Copies the lists.
    public VmStat {
        allocatedPages = List.copyOf(allocatedPages);
        stalls = List.copyOf(stalls);
    }

    static VmStat of(VmCounters counters, List<Zone> zones) {
        long[] allocated = counters.allocatedPages.clone();
        long freed = counters.freedPages;
        long free = 0;
        for (Zone zone : zones) {
            free += zone.freePages.counted();
            for (int cpu = 0; cpu < zone.cpus(); cpu++) {
                allocated[zone.span.type().ordinal()] += zone.perCpu(cpu).singlesAllocated();
                freed += zone.perCpu(cpu).singlesFreed();
            }
        }
        return new VmStat(free, Arrays.stream(allocated).boxed().toList(), freed,
                Arrays.stream(counters.stalls).boxed().toList(),
                counters.scannedObjects, counters.backgroundRuns, counters.compactStalls,
                counters.compactFails, counters.compactSuccesses);
    }
}
