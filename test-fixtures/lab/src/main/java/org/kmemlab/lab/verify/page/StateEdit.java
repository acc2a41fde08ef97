package org.kmemlab.lab.verify.page;

import java.util.ArrayList;
import java.util.List;

import org.kmemlab.buddy.MigrateType;
import org.kmemlab.buddy.ZoneState;
import org.kmemlab.buddy.ZoneState.CpuList;
import org.kmemlab.buddy.ZoneState.CpuLists;
import org.kmemlab.buddy.ZoneState.FreeList;

/// Changes a recorded or taken state so that the check can go on after a difference: the block that
/// the kernel handed out is taken from wherever it is, the one that we handed out is put back.
final class StateEdit {

    private static final int COSTLY_ORDER = 3;

    private StateEdit() {
    }

    /// The zones with one block taken out; unchanged if it is not free.
    static List<ZoneState> without(List<ZoneState> zones, int pfn, int order) {
        return zones.stream().map(zone -> contains(zone, pfn) ? without(zone, pfn, order) : zone)
                .toList();
    }

    /// The zones with one block put first on a CPU's list, or on the zone's if CPUs do not keep its
    /// order.
    static List<ZoneState> with(List<ZoneState> zones, int cpu, int pfn, int order, int type) {
        return zones.stream()
                .map(zone -> contains(zone, pfn) ? with(zone, cpu, pfn, order, type) : zone)
                .toList();
    }

    private static boolean contains(ZoneState zone, int pfn) {
        return pfn >= zone.span().startPfn() && pfn < zone.span().endPfn();
    }

    private static ZoneState without(ZoneState zone, int pfn, int order) {
        List<CpuLists> perCpu = zone.perCpu().stream()
                .map(cpu -> withLists(cpu,
                        cpu.lists().stream()
                                .map(list -> new CpuList(list.index(), less(list.pfns(), pfn)))
                                .toList()))
                .toList();
        List<FreeList> free = new ArrayList<>();
        for (FreeList list : zone.freeLists()) {
            int head = pfn & -(1 << list.order());
            boolean holds = list.order() >= order && list.pfns().contains(head);
            free.add(holds ? new FreeList(list.order(), list.type(), less(list.pfns(), head))
                    : list);
            if (holds) {
                for (int half = list.order() - 1; half >= order; half--) {
                    int upper = (pfn & -(1 << half)) ^ (1 << half);
                    free.add(new FreeList(half, list.type(), List.of(upper)));
                }
            }
        }
        return rebuilt(zone, merged(free), perCpu);
    }

    private static ZoneState with(ZoneState zone, int cpu, int pfn, int order, int type) {
        if (order > COSTLY_ORDER) {
            List<FreeList> free = new ArrayList<>();
            free.add(new FreeList(order, MigrateType.of(type), List.of(pfn)));
            free.addAll(zone.freeLists());
            return rebuilt(zone, merged(free), zone.perCpu());
        }
        int index = MigrateType.PCP_TYPES * order + type;
        List<CpuLists> perCpu = new ArrayList<>();
        for (CpuLists lists : zone.perCpu()) {
            perCpu.add(lists.cpu() == cpu ? withLists(lists, first(lists.lists(), index, pfn))
                    : lists);
        }
        return rebuilt(zone, zone.freeLists(), perCpu);
    }

    private static List<CpuList> first(List<CpuList> lists, int index, int pfn) {
        List<CpuList> result = new ArrayList<>();
        List<Integer> pfns = new ArrayList<>(List.of(pfn));
        for (CpuList list : lists) {
            if (list.index() == index) {
                pfns.addAll(list.pfns());
            } else {
                result.add(list);
            }
        }
        result.add(new CpuList(index, pfns));
        return result;
    }

    private static CpuLists withLists(CpuLists cpu, List<CpuList> lists) {
        return new CpuLists(cpu.cpu(), cpu.countPages(), cpu.high(), cpu.batch(), cpu.freeFactor(),
                lists);
    }

    private static List<Integer> less(List<Integer> pfns, int pfn) {
        return pfns.stream().filter(other -> other != pfn).toList();
    }

    /// One list for each order and type, earlier parts first.
    private static List<FreeList> merged(List<FreeList> parts) {
        List<FreeList> lists = new ArrayList<>();
        for (FreeList part : parts) {
            boolean seen = lists.stream().anyMatch(
                    list -> list.order() == part.order() && list.type() == part.type());
            if (!seen) {
                List<Integer> pfns = parts.stream()
                        .filter(other -> other.order() == part.order()
                                && other.type() == part.type())
                        .flatMap(other -> other.pfns().stream()).toList();
                lists.add(new FreeList(part.order(), part.type(), pfns));
            }
        }
        return lists;
    }

    private static ZoneState rebuilt(ZoneState zone, List<FreeList> free, List<CpuLists> perCpu) {
        return new ZoneState(zone.span(), zone.pageblockTypes(), free, perCpu, zone.watermarks(),
                zone.lowmemReserve(), zone.countedFreePages(), zone.highatomicPages(),
                zone.boostPages());
    }
}
