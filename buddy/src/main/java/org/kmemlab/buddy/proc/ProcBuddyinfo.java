package org.kmemlab.buddy.proc;

import java.util.List;
import java.util.Locale;

import org.kmemlab.buddy.ZoneState;

/// `/proc/buddyinfo`: free blocks of each order, a line for each zone.
public final class ProcBuddyinfo {

    private ProcBuddyinfo() {
    }

    /// The whole file.
    public static String text(List<ZoneState> zones) {
        StringBuilder text = new StringBuilder();
        for (ZoneState zone : zones) {
            if (zone.span().managedPages() > 0) {
                text.append(String.format(Locale.ROOT, "Node %d, zone %8s ", zone.span().node(),
                        zone.span().type().label()));
                for (int blocks : zone.nrFree()) {
                    text.append(String.format(Locale.ROOT, "%6d ", blocks));
                }
                text.append('\n');
            }
        }
        return text.toString();
    }
}
