package org.kmemlab.buddy;

import static org.kmemlab.buddy.MigrateType.PCP_TYPES;

import java.util.ArrayList;
import java.util.List;

/// One CPU's free pages of a zone: most requests are served here without touching the zone.
///
/// There is a list for each order from 0 to [#COSTLY_ORDER] and each of the first three migrate
/// types; with huge pages two more for order 9. A list is a stack for its CPU: the page freed last is
/// handed out first. Refills come to its far end in batches, and batches go back from there.
///
/// A page remembers the type of its pageblock when it was freed (or the type it was taken for) and
/// returns to that type's list.
final class PerCpuPages {

    /// Orders above this one are kept by no CPU, except those of huge pages.
    static final int COSTLY_ORDER = 3;

    private static final int HUGE_PAGE_ORDER = 9;
    private static final int LOW_ORDER_LISTS = PCP_TYPES * (COSTLY_ORDER + 1);
    private static final int HUGE_PAGE_LISTS = 2;
    static final int FREE_FACTOR_MOST = 5;

    private final Zone zone;
    private final int cpu;
    private final PfnDeque[] lists;
    private int high;
    private int batch;
    private int countPages;
    private int freeFactor;
    private long singlesAllocated;
    private long singlesFreed;

    PerCpuPages(Zone zone, int cpu, PcpLimits limits, boolean hugePages) {
        this.zone = zone;
        this.cpu = cpu;
        this.high = limits.high();
        this.batch = limits.batch();
        lists = new PfnDeque[LOW_ORDER_LISTS + (hugePages ? HUGE_PAGE_LISTS : 0)];
        for (int i = 0; i < lists.length; i++) {
            lists[i] = new PfnDeque();
        }
    }

    /// Whether CPUs of this machine keep blocks of an order.
    boolean keeps(int order) {
        return order <= COSTLY_ORDER
                || (order == HUGE_PAGE_ORDER && lists.length > LOW_ORDER_LISTS);
    }

    /// Takes a block, refilling the list if it is empty.
    ///
    /// @return its first frame; [PageAllocator#NONE] if the zone had none to refill with
    int alloc(int order, MigrateType type, int allocFlags) {
        freeFactor >>= 1;
        return take(order, type, allocFlags);
    }

    /// [#alloc] as part of a bulk request, which says nothing about how fast pages come and go.
    int take(int order, MigrateType type, int allocFlags) {
        PfnDeque list = lists[index(order, type)];
        if (list.isEmpty()) {
            refill(list, order, type, allocFlags);
            if (list.isEmpty()) {
                return PageAllocator.NONE;
            }
        }
        countPages -= 1 << order;
        return list.removeFirst();
    }

    /// The list of single pages of a type.
    PfnDeque singles(int type) {
        return lists[type];
    }

    /// Takes a page of a list of single pages that is not empty.
    int allocSingle(PfnDeque list) {
        if (freeFactor != 0) {
            freeFactor >>= 1;
        }
        countPages--;
        singlesAllocated++;
        return list.removeFirst();
    }

    private void refill(PfnDeque list, int order, MigrateType type, int allocFlags) {
        int wanted = batch > 1 ? Math.max(batch >> order, 2) : batch;
        int got = 0;
        while (got < wanted) {
            int pfn = zone.rmqueue(order, type, allocFlags);
            if (pfn == PageAllocator.NONE) {
                break;
            }
            zone.map.setState(pfn, FrameState.of(FrameState.PER_CPU, order, type.ordinal()));
            zone.map.setPrev(pfn, order, 0);
            list.addLast(pfn);
            got++;
        }
        if (got > 0) {
            zone.freePages.add(cpu, -(got << order));
            countPages += got << order;
        }
    }

    /// Takes a block back and returns a batch to the zone if there are too many.
    ///
    /// @param type the type of its pageblock; kept until it goes back to the zone
    void free(int pfn, int order, MigrateType type) {
        zone.map.setState(pfn, FrameState.of(FrameState.PER_CPU, order, type.ordinal()));
        int index = index(order, type.isMergeable() ? type : MigrateType.MOVABLE);
        lists[index].addFirst(pfn);
        countPages += 1 << order;
        // A CPU that frees runs of larger blocks gives everything back, so that they can merge.
        boolean everything = freeFactor > 0 && order > 0 && order <= COSTLY_ORDER;
        if (countPages >= (everything ? 0 : high)) {
            drain(cpu, everything ? countPages : quota(), index);
        }
    }

    /// [#free] of a single page, whose state says already that it is on a list.
    void freeSingle(int pfn, int type) {
        lists[type].addFirst(pfn);
        singlesFreed++;
        if (++countPages >= high) {
            drain(cpu, quota(), type);
        }
    }

    private int quota() {
        if (high < batch) {
            return 1;
        }
        int most = high - batch;
        int quota = batch << freeFactor;
        if (quota < most && freeFactor < FREE_FACTOR_MOST) {
            freeFactor++;
        }
        return Math.max(batch, Math.min(quota, most));
    }

    /// Gives everything back.
    ///
    /// @param actingCpu the CPU that does it; the zone's counter hears of it from there
    void drainAll(int actingCpu) {
        drain(actingCpu, countPages, 0);
    }

    /// Gives pages back, the longest unused first: one list until it is empty, then the next.
    private void drain(int actingCpu, int quotaPages, int firstList) {
        int left = Math.min(quotaPages, countPages);
        int index = firstList;
        while (left > 0) {
            PfnDeque list = lists[index];
            int order = order(index);
            while (left > 0 && !list.isEmpty()) {
                int pfn = list.removeLast();
                left -= 1 << order;
                countPages -= 1 << order;
                giveBack(actingCpu, pfn, order);
            }
            index = index + 1 == lists.length ? 0 : index + 1;
        }
    }

    private void giveBack(int actingCpu, int pfn, int order) {
        MigrateType type = zone.keepsListsClean() ? zone.map.pageblockType(pfn)
                : MigrateType.of(FrameState.type(zone.map.state(pfn)));
        zone.map.setState(pfn, (short) 0);
        zone.freeOnePage(actingCpu, pfn, order, type, false);
        zone.events().pcpuDrain(pfn, order, type);
    }

    private int index(int order, MigrateType type) {
        if (order == HUGE_PAGE_ORDER) {
            return LOW_ORDER_LISTS + (type == MigrateType.MOVABLE ? 1 : 0);
        }
        return PCP_TYPES * order + type.ordinal();
    }

    static int order(int index) {
        return index < LOW_ORDER_LISTS ? index / PCP_TYPES : HUGE_PAGE_ORDER;
    }

    private static MigrateType typeOf(int index) {
        if (index < LOW_ORDER_LISTS) {
            return MigrateType.of(index % PCP_TYPES);
        }
        return index == LOW_ORDER_LISTS ? MigrateType.UNMOVABLE : MigrateType.MOVABLE;
    }

    /// Blocks on one list.
    int length(int order, MigrateType type) {
        return lists[index(order, type)].size();
    }

    int countPages() {
        return countPages;
    }

    /// Pages that move at once between the lists and the zone.
    int batch() {
        return batch;
    }

    /// Pages that [#allocSingle] handed out.
    long singlesAllocated() {
        return singlesAllocated;
    }

    /// Pages that [#freeSingle] took back.
    long singlesFreed() {
        return singlesFreed;
    }

    ZoneState.CpuLists snapshot() {
        List<ZoneState.CpuList> all = new ArrayList<>();
        for (int index = 0; index < lists.length; index++) {
            if (!lists[index].isEmpty()) {
                all.add(new ZoneState.CpuList(index, lists[index].toList()));
            }
        }
        return new ZoneState.CpuLists(cpu, countPages, high, batch, freeFactor, all);
    }

    void restore(ZoneState.CpuLists state) {
        high = state.high();
        batch = state.batch();
        freeFactor = state.freeFactor();
        countPages = 0;
        for (ZoneState.CpuList recorded : state.lists()) {
            int order = orderOf(recorded.index());
            for (int pfn : recorded.pfns()) {
                zone.map.setState(pfn, FrameState.of(FrameState.PER_CPU, order,
                        rememberedType(pfn, recorded.index()).ordinal()));
                lists[recorded.index()].addLast(pfn);
                countPages += 1 << order;
            }
        }
    }

    /// The order of a list's blocks.
    ///
    /// @throws IllegalArgumentException if this kernel has no such list
    int orderOf(int index) {
        if (index < 0 || index >= lists.length) {
            throw new IllegalArgumentException("per-CPU list " + index
                    + ": this kernel has lists 0 to " + (lists.length - 1));
        }
        return order(index);
    }

    /// A list does not say which type its pages remember: reserved ones lie on the movable list, and
    /// those of the order-9 list could be of two types.
    private MigrateType rememberedType(int pfn, int index) {
        MigrateType block = zone.map.pageblockType(pfn);
        MigrateType list = typeOf(index);
        boolean block9 = index == LOW_ORDER_LISTS && block == MigrateType.RECLAIMABLE;
        boolean reserved = list == MigrateType.MOVABLE && block == MigrateType.HIGHATOMIC;
        return block9 || reserved ? block : list;
    }
}
