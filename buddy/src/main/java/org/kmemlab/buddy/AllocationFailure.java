package org.kmemlab.buddy;

import static org.kmemlab.machine.KernelProfile.MAX_PAGE_ORDER;

import java.util.ArrayList;
import java.util.List;

import org.kmemlab.machine.ConfigOption;
import org.kmemlab.machine.KernelProfile;
import org.kmemlab.machine.ZoneType;

/// What the kernel prints when a request for pages failed: who asked for what, and where the memory
/// of the zones is that could have served it.
///
/// Counters of things that do not exist here (page cache, anonymous memory, swap) are 0.
///
/// @param comm name of the task that asked
/// @param cpu number of the CPU that it ran on
/// @param gfp what the request could use and do
/// @param order log2 of the block length in frames
/// @param exhaustedNodes nodes whose background reclaimer has given up
/// @param zones the state of all zones
public record AllocationFailure(String comm, int cpu, GfpFlags gfp, int order,
        List<Integer> exhaustedNodes, List<ZoneState> zones) {

    private static final int KIB_PER_PAGE = 4;
    /// The letter of each type, in the order of their numbers.
    private static final String TYPE_LETTERS = "UMEH";

    /// Copies the lists.
    public AllocationFailure {
        exhaustedNodes = List.copyOf(exhaustedNodes);
        zones = List.copyOf(zones);
    }

    /// The first line of the report.
    public String headline(KernelProfile profile) {
        String line = "%s: page allocation failure: order:%d, mode:%s, nodemask=(null)"
                .formatted(comm, order, gfp.toMask());
        return profile.has(ConfigOption.CPUSETS) ? line + ",cpuset=/,mems_allowed=" + nodeList()
                : line;
    }

    private String nodeList() {
        int last = zones.stream().mapToInt(zone -> zone.span().node()).max().orElse(0);
        return last == 0 ? "0" : "0-" + last;
    }

    /// The lines after the stack: `Mem-Info:` and what follows it.
    public List<String> memInfo(KernelProfile profile) {
        List<ZoneState> shown = zones.stream().filter(zone -> zone.span().presentPages() > 0)
                .filter(zone -> zone.span().type().compareTo(gfp.highestZone()) <= 0).toList();
        List<String> lines = new ArrayList<>();
        addGlobal(lines, shown);
        shown.stream().filter(zone -> zone.span().managedPages() > 0)
                .map(zone -> zone.span().node()).distinct()
                .forEach(node -> lines.add(nodeLine(node, profile)));
        for (ZoneState zone : shown) {
            lines.add(zoneLine(zone));
            lines.add(reserveLine(zone, profile));
        }
        shown.forEach(zone -> lines.add(blocksLine(zone)));
        addTotals(lines);
        return lines;
    }

    private void addGlobal(List<String> lines, List<ZoneState> shown) {
        lines.add("Mem-Info:");
        lines.add("active_anon:0 inactive_anon:0 isolated_anon:0");
        lines.add(" active_file:0 inactive_file:0 isolated_file:0");
        lines.add(" unevictable:0 dirty:0 writeback:0");
        lines.add(" slab_reclaimable:0 slab_unreclaimable:0");
        lines.add(" mapped:0 shmem:0 pagetables:0");
        lines.add(" sec_pagetables:0 bounce:0");
        lines.add(" kernel_misc_reclaimable:0");
        long free = zones.stream().mapToLong(ZoneState::countedFreePages).sum();
        long perCpu = shown.stream().mapToLong(AllocationFailure::perCpuPages).sum();
        lines.add(" free:" + free + " free_pcp:" + perCpu + " free_cma:0");
    }

    private static long perCpuPages(ZoneState zone) {
        return zone.perCpu().stream().mapToLong(ZoneState.CpuLists::countPages).sum();
    }

    private String nodeLine(int node, KernelProfile profile) {
        String hugePages = profile.has(ConfigOption.TRANSPARENT_HUGEPAGE)
                ? " shmem_thp: 0kB shmem_pmdmapped: 0kB anon_thp: 0kB"
                : "";
        return "Node " + node + " active_anon:0kB inactive_anon:0kB active_file:0kB"
                + " inactive_file:0kB unevictable:0kB isolated(anon):0kB isolated(file):0kB"
                + " mapped:0kB dirty:0kB writeback:0kB shmem:0kB" + hugePages
                + " writeback_tmp:0kB kernel_stack:0kB pagetables:0kB sec_pagetables:0kB"
                + " all_unreclaimable? " + (exhaustedNodes.contains(node) ? "yes" : "no");
    }

    private String zoneLine(ZoneState zone) {
        int boost = zone.boostPages();
        Watermarks marks = zone.watermarks();
        int local = zone.perCpu().stream().filter(lists -> lists.cpu() == cpu)
                .mapToInt(ZoneState.CpuLists::countPages).sum();
        return ("Node %d %s free:%dkB boost:%dkB min:%dkB low:%dkB high:%dkB"
                + " reserved_highatomic:%dKB active_anon:0kB inactive_anon:0kB active_file:0kB"
                + " inactive_file:0kB unevictable:0kB writepending:0kB present:%dkB managed:%dkB"
                + " mlocked:0kB bounce:0kB free_pcp:%dkB local_pcp:%dkB free_cma:0kB").formatted(
                        zone.span().node(), zone.span().type().label(),
                        kib(zone.countedFreePages()), kib(boost), kib(marks.min() + boost),
                        kib(marks.low() + boost), kib(marks.high() + boost),
                        kib(zone.highatomicPages()), kib(zone.span().presentPages()),
                        kib(zone.span().managedPages()), kib(perCpuPages(zone)), kib(local));
    }

    private static String reserveLine(ZoneState zone, KernelProfile profile) {
        StringBuilder line = new StringBuilder("lowmem_reserve[]:");
        zone.lowmemReserve().forEach(pages -> line.append(' ').append(pages));
        if (profile.has(ConfigOption.ZONE_DEVICE)) {
            line.append(' ').append(zone.lowmemReserve().get(ZoneType.MOVABLE.ordinal()));
        }
        return line.toString();
    }

    private static String blocksLine(ZoneState zone) {
        StringBuilder line = new StringBuilder("Node ").append(zone.span().node()).append(' ')
                .append(zone.span().type().label()).append(": ");
        int[] counts = zone.nrFree();
        for (int order = 0; order <= MAX_PAGE_ORDER; order++) {
            line.append(counts[order]).append('*').append(kib(1L << order)).append("kB ");
            if (counts[order] > 0) {
                line.append('(').append(letters(zone, order)).append(") ");
            }
        }
        return line.append("= ").append(kib(zone.freePages())).append("kB").toString();
    }

    private static String letters(ZoneState zone, int order) {
        StringBuilder letters = new StringBuilder();
        for (MigrateType type : MigrateType.values()) {
            boolean any = zone.freeLists().stream().anyMatch(list -> list.order() == order
                    && list.type() == type && !list.pfns().isEmpty());
            if (any) {
                letters.append(TYPE_LETTERS.charAt(type.ordinal()));
            }
        }
        return letters.toString();
    }

    private void addTotals(List<String> lines) {
        long present = zones.stream().mapToLong(zone -> zone.span().presentPages()).sum();
        long managed = zones.stream().mapToLong(zone -> zone.span().managedPages()).sum();
        long movableOnly = zones.stream().filter(zone -> zone.span().type() == ZoneType.MOVABLE)
                .mapToLong(zone -> zone.span().managedPages()).sum();
        lines.add("0 total pagecache pages");
        lines.add("0 pages in swap cache");
        lines.add("Free swap  = 0kB");
        lines.add("Total swap = 0kB");
        lines.add(present + " pages RAM");
        lines.add(movableOnly + " pages HighMem/MovableOnly");
        lines.add((present - managed) + " pages reserved");
    }

    private static long kib(long pages) {
        return pages * KIB_PER_PAGE;
    }
}
