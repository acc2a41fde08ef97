package org.kmemlab.buddy;

import org.kmemlab.machine.ZoneType;

/// Counts what the allocator does from the moment it is made: plain fields, raised where it
/// happens. Single pages that come and go by [SinglePages] are counted by the CPU's lists.
final class VmCounters {

    /// Pages handed out, by the zone they came from.
    final long[] allocatedPages = new long[ZoneType.values().length];
    /// Pages taken back; those that boot hands over count too.
    long freedPages;
    /// Passes of direct reclaim, by the highest zone that the request could use.
    final long[] stalls = new long[ZoneType.values().length];
    /// Objects that shrinkers were told to look at.
    long scannedObjects;
    /// Runs of the background reclaimers.
    long backgroundRuns;
    /// Requests that compaction was tried for, and how they went on.
    long compactStalls;
    long compactFails;
    long compactSuccesses;

    void allocated(ZoneType zone, int order) {
        allocatedPages[zone.ordinal()] += 1L << order;
    }

    void freed(int order) {
        freedPages += 1L << order;
    }

    void stalled(ZoneType highest) {
        stalls[highest.ordinal()]++;
    }

    /// One request after compaction.
    void compacted(boolean served) {
        compactStalls++;
        if (served) {
            compactSuccesses++;
        } else {
            compactFails++;
        }
    }
}
