package org.kmemlab.lab.metric.machine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import org.kmemlab.buddy.MigrateType;
import org.kmemlab.buddy.ZoneState;
import org.kmemlab.machine.KernelProfile;

/// The free lists of one zone over time.
///
/// @param node the zone's memory node
/// @param zone the zone's name
/// @param managedPages pages that the zone hands out
/// @param rows for each sample the blocks on the free lists: order by order, and for each order
///        migrate type by migrate type
public record FreeBlocks(int node, String zone, int managedPages, List<int[]> rows) {

    /// How many orders there are.
    public static final int ORDERS = KernelProfile.MAX_PAGE_ORDER + 1;

    /// A zone before the first sample; zones without pages of their own are left out.
    static List<FreeBlocks> of(List<ZoneState> zones) {
        return zones.stream().filter(zone -> zone.span().managedPages() > 0)
                .map(zone -> new FreeBlocks(zone.span().node(), zone.span().type().label(),
                        zone.span().managedPages(), new ArrayList<>()))
                .toList();
    }

    /// Adds a sample to the zones that [#of] made of earlier states of the same machine.
    static void add(List<FreeBlocks> all, List<ZoneState> zones) {
        List<ZoneState> managed = zones.stream()
                .filter(zone -> zone.span().managedPages() > 0).toList();
        for (int i = 0; i < all.size(); i++) {
            all.get(i).rows.add(counts(managed.get(i)));
        }
    }

    private static int[] counts(ZoneState zone) {
        int[] counts = new int[ORDERS * MigrateType.COUNT];
        zone.freeLists().forEach(list -> counts[list.order() * MigrateType.COUNT
                + list.type().ordinal()] += list.pfns().size());
        return counts;
    }

    /// Blocks of each order at a sample, whatever their type, in all zones together.
    static int[] byOrder(List<FreeBlocks> zones, int row) {
        int[] sum = new int[ORDERS];
        for (FreeBlocks zone : zones) {
            int[] counts = zone.rows.get(row);
            Arrays.setAll(sum, order -> {
                int first = order * MigrateType.COUNT;
                return sum[order]
                        + Arrays.stream(counts, first, first + MigrateType.COUNT).sum();
            });
        }
        return sum;
    }
}
