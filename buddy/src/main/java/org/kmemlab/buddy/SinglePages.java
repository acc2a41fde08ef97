package org.kmemlab.buddy;

import java.util.Arrays;

import org.jspecify.annotations.Nullable;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.ZoneType;

/// How one CPU gets and gives single pages when nothing is out of the ordinary: a zone of the CPU's
/// node is above its low mark, and the CPU's list of that zone has a page.
///
/// Does what [ZoneWalk] and [PageAllocator#freePages] would do, or nothing at all; then these are
/// to be asked. All that depends on the request only is looked up in a table, so that what is left
/// is a comparison of counters, a ring of page numbers and one word of the memory map.
final class SinglePages {

    /// The bits of a request that choose zone and list; the table has an entry for each.
    static final int CHOICE = GfpFlags.DMA.bits() | GfpFlags.HIGHMEM.bits()
            | GfpFlags.DMA32.bits() | GfpFlags.MOVABLE.bits() | GfpFlags.RECLAIMABLE.bits();
    /// Requests with one of these bits, or with any that this kernel does not know, go the long way.
    static final int LONG_WAY = ~GfpFlags.DEFINED_BITS | GfpFlags.ZERO.bits()
            | GfpFlags.THISNODE.bits();

    private static final int BOTH_MOBILITIES = GfpFlags.MOVABLE.bits()
            | GfpFlags.RECLAIMABLE.bits();
    private static final short IN_USE = FrameState.used(PageUse.PLAIN, 0);

    /// Where requests of one kind may go.
    ///
    /// @param reserve pages that the zone keeps from such requests
    /// @param list the CPU's list for them, one of `pcp`
    /// @param next where to go if the zone is too short of pages; null if that is far away
    private record Way(Zone zone, FreeCounter free, int reserve, PerCpuPages pcp, PfnDeque list,
            @Nullable Way next) {

        boolean isOpen() {
            return free.headroom() > reserve;
        }
    }

    /// The CPU's lists of one zone.
    private record Home(int startPfn, int endPfn, PerCpuPages pcp) {}

    private final MemMap map;
    private final @Nullable Way[] ways = new Way[CHOICE + 1];
    private final Home[] homes;

    /// @param list the zones near the CPU
    /// @param byUse all zones, those first whose pages are given back most often
    SinglePages(Cpu cpu, MemMap map, ZoneList list, Zone[] byUse) {
        this.map = map;
        this.homes = Arrays.stream(byUse).map(zone -> new Home(zone.span.startPfn(),
                zone.span.endPfn(), zone.perCpu(cpu.id()))).toArray(Home[]::new);
        for (int choice = 0; choice < ways.length; choice++) {
            if ((choice & BOTH_MOBILITIES) != BOTH_MOBILITIES) {
                ways[choice] = way(cpu, list, new GfpFlags(choice));
            }
        }
    }

    private static @Nullable Way way(Cpu cpu, ZoneList list, GfpFlags choice) {
        ZoneType highest = choice.highestZone();
        Zone[] zones = list.upTo(highest);
        Way way = null;
        for (int i = zones.length - 1; i >= 0; i--) {
            Zone zone = zones[i];
            if (zone.span.node() == zones[0].span.node()) {
                PerCpuPages pcp = zone.perCpu(cpu.id());
                way = new Way(zone, zone.freePages,
                        zone.marks.lowmemReserve()[highest.ordinal()], pcp,
                        pcp.singles(choice.migrateType().ordinal()), way);
            }
        }
        return way;
    }

    /// Takes a page.
    ///
    /// @return [PageAllocator#NONE] if the long way has to be gone; nothing is changed then
    int take(GfpFlags gfp) {
        Way way = ways[gfp.bits() & CHOICE];
        if (way == null || !way.isOpen()) {
            way = firstOpen(way);
        }
        if (way == null || way.list.isEmpty()) {
            return PageAllocator.NONE;
        }
        int pfn = way.pcp.allocSingle(way.list);
        map.setBuiltState(pfn, IN_USE);
        return pfn;
    }

    private static @Nullable Way firstOpen(@Nullable Way first) {
        Way way = first;
        while (way != null && !way.isOpen()) {
            if (way.zone.isBoosted()) {
                return null;
            }
            way = way.next;
        }
        return way;
    }

    /// Takes a page back.
    ///
    /// @return false if the long way has to be gone; nothing is changed then
    boolean give(int pfn) {
        for (Home home : homes) {
            if (pfn >= home.startPfn && pfn < home.endPfn) {
                return give(pfn, home.pcp);
            }
        }
        return false;
    }

    private boolean give(int pfn, PerCpuPages pcp) {
        int type = map.pageblockTypeNumber(pfn);
        if (type >= MigrateType.PCP_TYPES
                || !map.replaceState(pfn, IN_USE, FrameState.of(FrameState.PER_CPU, 0, type))) {
            return false;
        }
        pcp.freeSingle(pfn, type);
        return true;
    }
}
