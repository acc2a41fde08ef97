package org.kmemlab.machine;

import java.util.ArrayList;
import java.util.List;

/// How an x86-64 PC lays out its memory: a hole below 1 MiB, another below 4 GiB, and zones cut at
/// 16 MiB and 4 GiB.
///
/// Of a real machine's memory the kernel image and early tables are reserved too; how much depends
/// on the image, so here only the first MiB is.
final class PcMemory {

    private static final int PAGES_PER_MIB = 256;
    private static final int LOW_END = 0x9f;
    private static final int MIB_1 = PAGES_PER_MIB;
    private static final int MIB_16 = 16 * PAGES_PER_MIB;
    private static final int GIB_3 = 3 * 1024 * PAGES_PER_MIB;
    private static final int GIB_4 = 4 * 1024 * PAGES_PER_MIB;

    private PcMemory() {
    }

    /// The zones of a PC.
    ///
    /// Memory past 3 GiB continues at 4 GiB, so that devices find their addresses below it.
    ///
    /// @param nodePages pages of each node, in the order of their addresses
    static List<ZoneSpan> zones(List<Integer> nodePages) {
        List<ZoneSpan> zones = new ArrayList<>();
        int from = 0;
        for (int node = 0; node < nodePages.size(); node++) {
            int to = from + nodePages.get(node);
            addZone(zones, node, ZoneType.DMA, from, Math.min(to, MIB_16));
            addZone(zones, node, ZoneType.DMA32, Math.max(from, MIB_16), Math.min(to, GIB_3));
            int shift = GIB_4 - GIB_3;
            addZone(zones, node, ZoneType.NORMAL, Math.max(from, GIB_3) + shift, to + shift);
            from = to;
        }
        return zones;
    }

    private static void addZone(List<ZoneSpan> zones, int node, ZoneType type, int from, int to) {
        if (from >= to) {
            return;
        }
        if (from >= MIB_1) {
            zones.add(ZoneSpan.solid(node, type, from, to - from));
            return;
        }
        int start = Math.max(from, 1);
        int holePages = Math.max(0, Math.min(to, MIB_1) - LOW_END);
        List<PfnRange> managed = to > MIB_1 ? List.of(new PfnRange(MIB_1, to)) : List.of();
        zones.add(ZoneSpan.of(node, type, start, to - start, to - start - holePages, managed));
    }
}
