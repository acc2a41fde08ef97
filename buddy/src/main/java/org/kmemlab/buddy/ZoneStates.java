package org.kmemlab.buddy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import org.kmemlab.buddy.ZoneState.CpuLists;
import org.kmemlab.buddy.ZoneState.FreeList;
import org.kmemlab.machine.Machine;
import org.kmemlab.machine.PfnRange;
import org.kmemlab.machine.ZoneSpan;
import org.kmemlab.machine.ZoneType;

/// Between a running [Zone] and its [ZoneState].
final class ZoneStates {

    private ZoneStates() {
    }

    /// The state of a zone now.
    static ZoneState of(Zone zone) {
        List<FreeList> lists = new ArrayList<>();
        for (int order = 0; order < zone.areas.length; order++) {
            for (MigrateType type : MigrateType.values()) {
                List<Integer> pfns = zone.areas[order].list(type);
                if (!pfns.isEmpty()) {
                    lists.add(new FreeList(order, type, pfns));
                }
            }
        }
        List<CpuLists> perCpu = new ArrayList<>();
        for (int cpu = 0; cpu < zone.cpus(); cpu++) {
            perCpu.add(zone.perCpu(cpu).snapshot());
        }
        List<MigrateType> types = new ArrayList<>();
        int pageblock = zone.map.pageblockPages();
        for (int pfn = zone.span.startPfn() & -pageblock; pfn < zone.span.endPfn(); pfn +=
                pageblock) {
            types.add(zone.map.pageblockType(pfn));
        }
        return new ZoneState(zone.span, types, lists, perCpu, zone.marks.watermarks(),
                Arrays.stream(zone.marks.lowmemReserve()).boxed().toList(),
                zone.freePages.counted(), zone.highatomic.reservedPages(),
                zone.marks.boostPages());
    }

    /// The marks of recorded zones.
    static List<ZoneMarks> marks(Machine machine, List<ZoneState> states) {
        List<ZoneSpan> spans = machine.config().zones();
        List<ZoneSpan> recorded = states.stream().map(ZoneState::span).toList();
        if (!spans.equals(recorded)) {
            throw new IllegalArgumentException("the recorded zones " + recorded
                    + " are not those of the machine, " + spans);
        }
        for (ZoneState state : states) {
            if (state.lowmemReserve().size() < ZoneType.values().length) {
                throw new IllegalArgumentException("zone " + state.span().type().label() + ": "
                        + state.lowmemReserve().size() + " lowmem reserves, expected "
                        + ZoneType.values().length + " or more");
            }
        }
        return states.stream().map(state -> new ZoneMarks(state.watermarks(),
                state.lowmemReserve().stream().mapToInt(Integer::intValue).toArray())).toList();
    }

    /// Brings a new zone into a recorded state.
    static void load(Zone zone, ZoneState state) {
        zone.map.setStates(new PfnRange(zone.span.startPfn(), zone.span.endPfn()),
                FrameState.of(FrameState.USED_BEFORE, 0, 0));
        loadPageblocks(zone, state);
        for (FreeList list : state.freeLists()) {
            for (int pfn : list.pfns()) {
                claim(zone, pfn, list.order());
                zone.areas[list.order()].addLast(pfn, list.type());
            }
        }
        for (CpuLists cpu : state.perCpu()) {
            if (cpu.cpu() >= zone.cpus()) {
                throw new IllegalArgumentException("recorded lists of cpu " + cpu.cpu()
                        + ": this machine has CPUs 0 to " + (zone.cpus() - 1));
            }
            PerCpuPages pcp = zone.perCpu(cpu.cpu());
            cpu.lists().forEach(list -> list.pfns()
                    .forEach(pfn -> claim(zone, pfn, pcp.orderOf(list.index()))));
            pcp.restore(cpu);
        }
        zone.freePages.restore(state.countedFreePages(), state.freePages());
        zone.highatomic.setReservedPages(state.highatomicPages());
        zone.setBoostPages(state.boostPages());
    }

    private static void loadPageblocks(Zone zone, ZoneState state) {
        int pageblock = zone.map.pageblockPages();
        int pfn = zone.span.startPfn() & -pageblock;
        for (MigrateType type : state.pageblockTypes()) {
            if (pfn >= zone.span.endPfn()) {
                throw new IllegalArgumentException("zone " + zone.span.type().label() + ": "
                        + state.pageblockTypes().size() + " pageblock types are too many for "
                        + zone.span.spannedPages() + " pages");
            }
            zone.map.setPageblockType(pfn, type);
            pfn += pageblock;
        }
        if (pfn < zone.span.endPfn()) {
            throw new IllegalArgumentException("zone " + zone.span.type().label() + ": "
                    + state.pageblockTypes().size() + " pageblock types are too few for "
                    + zone.span.spannedPages() + " pages");
        }
    }

    /// Makes the frames of a recorded free block nobody's; each frame can be claimed once.
    private static void claim(Zone zone, int pfn, int order) {
        if ((pfn & (1 << order) - 1) != 0) {
            throw new IllegalArgumentException("recorded free block 0x" + Integer.toHexString(pfn)
                    + " is no multiple of its order " + order);
        }
        PfnRange block = new PfnRange(pfn, pfn + (1 << order));
        for (int at = block.start(); at < block.end(); at++) {
            boolean fits = zone.contains(at)
                    && FrameState.kind(zone.map.state(at)) == FrameState.USED_BEFORE;
            if (!fits) {
                throw new IllegalArgumentException("recorded free block 0x"
                        + Integer.toHexString(pfn) + " of order " + order + ": pfn 0x"
                        + Integer.toHexString(at) + " is outside zone " + zone.span.type().label()
                        + " or on another list, too");
            }
        }
        zone.map.setStates(block, (short) 0);
    }
}
