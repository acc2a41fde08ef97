package org.kmemlab.lab.verify.report;

import static org.kmemlab.machine.KernelProfile.MAX_PAGE_ORDER;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.kmemlab.buddy.MigrateType;
import org.kmemlab.buddy.Watermarks;
import org.kmemlab.buddy.ZoneState;
import org.kmemlab.buddy.ZoneState.CpuList;
import org.kmemlab.buddy.ZoneState.CpuLists;
import org.kmemlab.buddy.ZoneState.FreeList;
import org.kmemlab.lab.steps.StepLine;
import org.kmemlab.machine.KernelProfile;
import org.kmemlab.machine.ZoneSpan;

/// Makes page states that show what recordings without a state tell: as many free blocks, on such
/// lists, as they say. Where the blocks lie is made up, except for those that an operation of the
/// log gets.
final class ReportStates {

    /// The list of single movable pages on a CPU.
    private static final int FILLER_LIST = 1;
    private static final int BATCH = 1;

    private final ZoneSpan span;
    private final int pageblockPages;
    private final BitSet taken;
    private final Map<Integer, MigrateType> types = new HashMap<>();

    private ReportStates(KernelProfile profile, ZoneSpan span) {
        this.span = span;
        pageblockPages = 1 << profile.pageblockOrder();
        taken = new BitSet(span.spannedPages());
    }

    /// A zone in which a request failed, as its report shows it.
    ///
    /// @param span where the zone lies
    /// @param cpu number of the CPU that asked
    /// @param cpus CPUs of the machine; the first other one gets the pages of all others
    static ZoneState ofFailure(KernelProfile profile, ZoneSpan span, RecordedFailure zone, int cpu,
            int cpus) {
        ReportStates state = new ReportStates(profile, span);
        List<FreeList> lists = new ArrayList<>();
        for (int order = MAX_PAGE_ORDER; order >= 0; order--) {
            for (MigrateType type : MigrateType.values()) {
                lists.add(new FreeList(order, type,
                        state.place(order, zone.blocksOf(order, type))));
            }
        }
        List<CpuLists> perCpu = new ArrayList<>();
        int others = zone.perCpuPages() - zone.localPages();
        for (int id = 0; id < cpus; id++) {
            int pages = id == cpu ? zone.localPages() : others;
            others = id == cpu ? others : 0;
            perCpu.add(new CpuLists(id, pages, pages + BATCH, BATCH, 0,
                    List.of(new CpuList(FILLER_LIST, state.place(0, pages)))));
        }
        return state.build(lists, perCpu, zone.marks(), zone.reserve(), zone.countedPages(),
                zone.highatomicPages(), zone.boostPages());
    }

    /// A zone from which a log was recorded that starts without a state.
    ///
    /// Blocks that an operation gets and none gave back before are free at the start, on the lists
    /// of the CPU if they are kept there; the first to be handed out lies first.
    ///
    /// @param all all zones of the machine, for its marks
    /// @param index the zone among them
    /// @param steps the operations
    /// @param rest whether all other pages that nobody uses lie in this zone
    static ZoneState ofSteps(KernelProfile profile, List<ZoneSpan> all, int index,
            List<StepLine> steps, boolean rest) {
        ZoneSpan span = all.get(index);
        ReportStates state = new ReportStates(profile, span);
        StepBlocks blocks = StepBlocks.of(steps, span.type());
        List<FreeList> lists = new ArrayList<>();
        List<CpuList> perCpu = new ArrayList<>();
        blocks.perCpu().forEach((list, pfns) -> perCpu.add(new CpuList(list, pfns)));
        blocks.claimed().forEach(block -> state.taken.set(block.start() - span.startPfn(),
                block.end() - span.startPfn()));
        blocks.free().forEach((order, pfns) -> lists.add(
                new FreeList(order, MigrateType.MOVABLE, pfns)));
        if (rest) {
            int fillers = Math.max(0, blocks.perCpuPages() - pages(perCpu));
            perCpu.add(new CpuList(FILLER_LIST, state.place(0, fillers)));
            state.fill(lists, blocks.freePages() - freePages(lists));
        }
        for (Map.Entry<Integer, MigrateType> type : blocks.pageblockTypes().entrySet()) {
            state.types.put(type.getKey() / state.pageblockPages, type.getValue());
        }
        int most = blocks.perCpuMost() + BATCH + 1;
        CpuLists cpu = new CpuLists(0, pages(perCpu), most, BATCH, 0, perCpu);
        List<Integer> reserve = Arrays.stream(Watermarks.lowmemReserve(all, index)).boxed()
                .toList();
        return state.build(lists, List.of(cpu), Watermarks.ofZones(profile, all).get(index),
                reserve, freePages(lists), 0, 0);
    }

    private void fill(List<FreeList> lists, long pages) {
        long left = pages;
        for (int order = MAX_PAGE_ORDER; order >= 0 && left > 0; order--) {
            List<Integer> pfns = place(order, (int) (left >> order));
            left -= (long) pfns.size() << order;
            lists.add(new FreeList(order, MigrateType.MOVABLE, pfns));
        }
    }

    private static long freePages(List<FreeList> lists) {
        return lists.stream().mapToLong(list -> (long) list.pfns().size() << list.order()).sum();
    }

    private static int pages(List<CpuList> lists) {
        return lists.stream()
                .mapToInt(list -> list.pfns().size() << StepBlocks.orderOfList(list.index()))
                .sum();
    }

    /// Finds room for blocks, from the zone's end down; their buddies stay in use while there is
    /// room.
    private List<Integer> place(int order, int count) {
        List<Integer> pfns = new ArrayList<>();
        for (int gap = 1; gap >= 0 && pfns.size() < count; gap--) {
            int step = 1 << (order + gap);
            int pfn = (span.endPfn() & -step) - step;
            while (pfn >= span.startPfn() && pfns.size() < count) {
                int from = pfn - span.startPfn();
                int used = taken.nextSetBit(from);
                if (used < 0 || used >= from + step) {
                    taken.set(from, from + (1 << order));
                    pfns.add(pfn);
                }
                pfn -= step;
            }
        }
        return pfns;
    }

    private ZoneState build(List<FreeList> lists, List<CpuLists> perCpu, Watermarks marks,
            List<Integer> reserve, long counted, int highatomic, int boost) {
        int first = span.startPfn() & -pageblockPages;
        int blocks = Math.ceilDiv(span.endPfn() - first, pageblockPages);
        List<MigrateType> pageblocks = new ArrayList<>(
                Collections.nCopies(blocks, MigrateType.MOVABLE));
        types.forEach((block, type) -> pageblocks.set(block - first / pageblockPages, type));
        List<FreeList> filled = lists.stream().filter(list -> !list.pfns().isEmpty()).toList();
        return new ZoneState(span, pageblocks, filled, perCpu, marks, reserve, counted,
                highatomic, boost);
    }
}
