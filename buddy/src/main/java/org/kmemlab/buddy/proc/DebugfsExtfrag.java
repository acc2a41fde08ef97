package org.kmemlab.buddy.proc;

import java.util.List;
import java.util.Locale;
import java.util.function.IntUnaryOperator;

import org.kmemlab.buddy.Fragmentation;
import org.kmemlab.buddy.ZoneState;
import org.kmemlab.machine.KernelProfile;

/// `/sys/kernel/debug/extfrag`: how far the free memory of each zone is in pieces, for each order.
public final class DebugfsExtfrag {

    private static final int WHOLE = 1000;

    private DebugfsExtfrag() {
    }

    /// `unusable_index`: the part of the free memory that cannot serve an order, 0.000 to 1.000.
    public static String unusableIndex(List<ZoneState> zones) {
        StringBuilder text = new StringBuilder();
        for (ZoneState zone : zones) {
            Fragmentation fragmentation = new Fragmentation(zone.nrFree());
            line(text, zone, fragmentation::unusableIndex);
        }
        return text.toString();
    }

    /// `extfrag_index`: why a request of an order would fail, from 0.000 (too little memory) to 1.000
    /// (in pieces); -1.000 if it would not fail.
    public static String extfragIndex(List<ZoneState> zones) {
        StringBuilder text = new StringBuilder();
        for (ZoneState zone : zones) {
            Fragmentation fragmentation = new Fragmentation(zone.nrFree());
            line(text, zone, fragmentation::index);
        }
        return text.toString();
    }

    private static void line(StringBuilder text, ZoneState zone, IntUnaryOperator thousandths) {
        if (zone.span().managedPages() == 0) {
            return;
        }
        text.append(String.format(Locale.ROOT, "Node %d, zone %8s ", zone.span().node(),
                zone.span().type().label()));
        for (int order = 0; order <= KernelProfile.MAX_PAGE_ORDER; order++) {
            int value = thousandths.applyAsInt(order);
            // As in C, the sign stands with the whole part and the remainder keeps its own.
            text.append(String.format(Locale.ROOT, "%d.%03d ", value / WHOLE, value % WHOLE));
        }
        text.append('\n');
    }
}
