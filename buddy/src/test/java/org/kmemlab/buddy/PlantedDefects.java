package org.kmemlab.buddy;

import java.util.List;

/// Damage to a zone that a faulty buddy algorithm would do.
final class PlantedDefects {

    private PlantedDefects() {
    }

    /// Merges a free block that is an upper half with the block behind it, as if that were its
    /// buddy.
    static void mergeWithWrongBuddy(Zone zone, int pfn, int order) {
        int next = pfn + (1 << order);
        boolean possible = (pfn & 1 << order) != 0 && zone.contains(next)
                && zone.map.isFreeBlock(pfn, order) && zone.map.isFreeBlock(next, order);
        if (possible) {
            MigrateType type = typeOf(zone, pfn);
            zone.areas[order].remove(pfn);
            zone.areas[order].remove(next);
            zone.areas[order + 1].addFirst(pfn, type);
        }
    }

    /// Cuts a free block into buddies that should have merged; does nothing if there is none.
    static void unmerge(Zone zone, int pfn, int order) {
        if (zone.map.isFreeBlock(pfn, order)) {
            MigrateType type = typeOf(zone, pfn);
            zone.areas[order].remove(pfn);
            zone.areas[order - 1].addFirst(pfn + (1 << (order - 1)), type);
            zone.areas[order - 1].addFirst(pfn, type);
        }
    }

    /// Lists a frame inside a free block as a block of its own.
    static void listInnerFrame(Zone zone, int pfn, int order) {
        if (order > 0 && zone.map.isFreeBlock(pfn, order)) {
            zone.areas[0].addFirst(pfn + 1, typeOf(zone, pfn));
        }
    }

    /// A recorded state with other lists.
    static ZoneState withLists(ZoneState zone, List<ZoneState.FreeList> freeLists,
            List<ZoneState.CpuLists> perCpu) {
        return new ZoneState(zone.span(), zone.pageblockTypes(), freeLists, perCpu,
                zone.watermarks(), zone.lowmemReserve(), zone.countedFreePages(),
                zone.highatomicPages(), zone.boostPages());
    }

    private static MigrateType typeOf(Zone zone, int pfn) {
        return MigrateType.of(FrameState.type(zone.map.state(pfn)));
    }
}
