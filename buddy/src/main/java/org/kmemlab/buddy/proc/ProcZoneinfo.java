package org.kmemlab.buddy.proc;

import java.util.Collection;
import java.util.List;
import java.util.Locale;

import org.kmemlab.buddy.ZoneState;
import org.kmemlab.machine.ConfigOption;
import org.kmemlab.machine.KernelProfile;
import org.kmemlab.machine.ZoneType;

/// `/proc/zoneinfo`: sizes, marks, reserves and per-CPU lists of every zone of every node.
///
/// The counters of a node (`per-node stats`) and of a zone's users (`nr_zone_...`, `numa_...`) are
/// left out: what they count does not exist here. All other lines are the kernel's.
public final class ProcZoneinfo {

    private static final String DEVICE = "Device";

    private final KernelProfile profile;
    private final Collection<Integer> exhaustedNodes;
    private final StringBuilder text = new StringBuilder();

    private ProcZoneinfo(KernelProfile profile, Collection<Integer> exhaustedNodes) {
        this.profile = profile;
        this.exhaustedNodes = exhaustedNodes;
    }

    /// The file without the lines that the class leaves out.
    ///
    /// @param exhaustedNodes nodes whose background reclaimer has given up
    public static String text(KernelProfile profile, List<ZoneState> zones,
            Collection<Integer> exhaustedNodes) {
        ProcZoneinfo file = new ProcZoneinfo(profile, exhaustedNodes);
        zones.stream().map(zone -> zone.span().node()).distinct()
                .forEach(node -> file.addNode(node, zones));
        return file.text.toString();
    }

    private void addNode(int node, List<ZoneState> zones) {
        for (ZoneType type : ZoneType.values()) {
            zones.stream().filter(zone -> zone.span().node() == node)
                    .filter(zone -> zone.span().type() == type)
                    .filter(zone -> zone.span().presentPages() > 0).findFirst()
                    .ifPresentOrElse(this::addZone, () -> addEmpty(node, type.label()));
        }
        if (profile.has(ConfigOption.ZONE_DEVICE)) {
            addEmpty(node, DEVICE);
        }
    }

    private void addZone(ZoneState zone) {
        addHeader(zone.span().node(), zone.span().type().label());
        int boost = zone.boostPages();
        addPages(zone.countedFreePages(), boost, zone.watermarks().min() + boost,
                zone.watermarks().low() + boost, zone.watermarks().high() + boost,
                zone.span().spannedPages(), zone.span().presentPages(),
                zone.span().managedPages());
        addProtection(zone.lowmemReserve());
        addCounter("nr_free_pages", zone.countedFreePages());
        addCounter("nr_free_cma", 0);
        text.append("  pagesets\n");
        for (ZoneState.CpuLists cpu : zone.perCpu()) {
            text.append("    cpu: ").append(cpu.cpu()).append('\n');
            addPageset("count: ", cpu.countPages());
            addPageset("high:  ", cpu.high());
            addPageset("batch: ", cpu.batch());
            text.append("  vm stats threshold: ")
                    .append(zone.countThreshold(zone.perCpu().size())).append('\n');
        }
        text.append("  node_unreclaimable:  ")
                .append(exhaustedNodes.contains(zone.span().node()) ? 1 : 0).append('\n');
        text.append("  start_pfn:           ").append(zone.span().startPfn()).append('\n');
    }

    private void addEmpty(int node, String label) {
        addHeader(node, label);
        addPages(0, 0, 0, 0, 0, 0, 0, 0);
        addProtection(List.of());
    }

    private void addHeader(int node, String label) {
        text.append(String.format(Locale.ROOT, "Node %d, zone %8s\n", node, label));
    }

    private void addPages(long free, int boost, int min, int low, int high, int spanned,
            int present, int managed) {
        text.append("  pages free     ").append(free).append('\n');
        addSize("boost    ", boost);
        addSize("min      ", min);
        addSize("low      ", low);
        addSize("high     ", high);
        addSize("spanned  ", spanned);
        addSize("present  ", present);
        addSize("managed  ", managed);
        addSize("cma      ", 0);
    }

    private void addSize(String name, int pages) {
        text.append("        ").append(name).append(pages).append('\n');
    }

    private void addCounter(String name, long value) {
        text.append(String.format(Locale.ROOT, "      %-12s %d\n", name, value));
    }

    private void addPageset(String name, int value) {
        text.append("              ").append(name).append(value).append('\n');
    }

    /// One column for each type of zone; devices' memory is above all others.
    private void addProtection(List<Integer> reserve) {
        int columns = ZoneType.values().length + (profile.has(ConfigOption.ZONE_DEVICE) ? 1 : 0);
        text.append("        protection: (");
        for (int column = 0; column < columns; column++) {
            int known = Math.min(column, reserve.size() - 1);
            text.append(column == 0 ? "" : ", ").append(known < 0 ? 0 : reserve.get(known));
        }
        text.append(")\n");
    }
}
