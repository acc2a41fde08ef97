package org.kmemlab.buddy.proc;

import static org.kmemlab.machine.KernelProfile.MAX_PAGE_ORDER;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

import org.kmemlab.buddy.MigrateType;
import org.kmemlab.buddy.ZoneState;
import org.kmemlab.machine.ConfigOption;
import org.kmemlab.machine.KernelProfile;

/// `/proc/pagetypeinfo`: free blocks by migrate type, and how many pageblocks each type has.
public final class ProcPagetypeinfo {

    /// List walks stop here; such a list shows `>` before this number.
    private static final int COUNT_MOST = 100_000;
    private static final String ISOLATE = "Isolate";

    private final KernelProfile profile;
    private final StringBuilder text = new StringBuilder();

    private ProcPagetypeinfo(KernelProfile profile) {
        this.profile = profile;
    }

    /// The whole file.
    public static String text(KernelProfile profile, List<ZoneState> zones) {
        ProcPagetypeinfo file = new ProcPagetypeinfo(profile);
        zones.stream().map(zone -> zone.span().node()).distinct().forEach(node -> file.addNode(
                zones.stream().filter(zone -> zone.span().node() == node)
                        .filter(zone -> zone.span().managedPages() > 0).toList()));
        return file.text.toString();
    }

    private void addNode(List<ZoneState> zones) {
        text.append("Page block order: ").append(profile.pageblockOrder()).append('\n');
        text.append("Pages per block:  ").append(1 << profile.pageblockOrder()).append("\n\n");
        text.append(
                String.format(Locale.ROOT, "%-43s ", "Free pages count per migrate type at order"));
        for (int order = 0; order <= MAX_PAGE_ORDER; order++) {
            text.append(String.format(Locale.ROOT, "%6d ", order));
        }
        text.append('\n');
        zones.forEach(this::addFree);
        text.append('\n').append(String.format(Locale.ROOT, "%-23s", "Number of blocks type "));
        typeNames().forEach(name -> text.append(String.format(Locale.ROOT, "%12s ", name)));
        text.append('\n');
        zones.forEach(this::addBlocks);
    }

    private void addFree(ZoneState zone) {
        for (int type = 0; type < typeNames().size(); type++) {
            text.append(
                    String.format(Locale.ROOT, "Node %4d, zone %8s, type %12s ", zone.span().node(),
                            zone.span().type().label(), typeNames().get(type)));
            for (int order = 0; order <= MAX_PAGE_ORDER; order++) {
                int blocks = count(zone, order, type);
                text.append(blocks >= COUNT_MOST ? ">" : "")
                        .append(String.format(Locale.ROOT, "%6d ", Math.min(blocks, COUNT_MOST)));
            }
            text.append('\n');
        }
    }

    private static int count(ZoneState zone, int order, int type) {
        return zone.freeLists().stream()
                .filter(list -> list.order() == order && list.type().ordinal() == type)
                .mapToInt(list -> list.pfns().size()).sum();
    }

    private void addBlocks(ZoneState zone) {
        text.append(String.format(Locale.ROOT, "Node %d, zone %8s ", zone.span().node(),
                zone.span().type().label()));
        for (int type = 0; type < typeNames().size(); type++) {
            int number = type;
            text.append(String.format(Locale.ROOT, "%12d ", zone.pageblockTypes().stream()
                    .limit(pageblocksWithMemory(zone))
                    .filter(block -> block.ordinal() == number).count()));
        }
        text.append('\n');
    }

    /// A large hole, such as the one for devices below 4 GiB, ends the zone's memory.
    private int pageblocksWithMemory(ZoneState zone) {
        return Math.ceilDiv(zone.span().presentPages(), 1 << profile.pageblockOrder());
    }

    /// Isolation has a column of its own if the kernel supports it; no pageblock is ever isolated.
    private List<String> typeNames() {
        List<String> names = new ArrayList<>();
        for (MigrateType type : MigrateType.values()) {
            names.add(type.label());
        }
        if (profile.has(ConfigOption.MEMORY_ISOLATION)) {
            names.add(ISOLATE);
        }
        return names;
    }
}
