package org.kmemlab.buddy;

import static org.kmemlab.machine.KernelProfile.MAX_PAGE_ORDER;

import java.util.SplittableRandom;

import org.jspecify.annotations.Nullable;
import org.kmemlab.machine.ConfigOption;
import org.kmemlab.machine.Machine;
import org.kmemlab.machine.MachineConfig;
import org.kmemlab.machine.PfnRange;
import org.kmemlab.machine.ZoneSpan;

/// One zone: its free lists and the buddy algorithm on them.
///
/// **Concepts.** A free block of `2^order` pages is split by halves until the wanted order is left;
/// a freed block merges with its *buddy*, the block whose pfn differs in bit `order` only, as long
/// as the buddy is free and of the same order.
///
/// **Invariants.** I1: no two free buddies of one order below `MAX_PAGE_ORDER`. I2: a
/// frame is part of at most one free block. I3: the exact counter equals the pages on the lists.
///
/// **Sources.** Knuth, The Art of Computer Programming 1, 2.5; the kernel's
/// `Documentation/mm/page_allocation`.
final class Zone {

    final ZoneSpan span;
    final MemMap map;
    final FreeArea[] areas = new FreeArea[MAX_PAGE_ORDER + 1];
    final FreeCounter freePages;
    final ZoneMarks marks;
    final MobilityFallback fallback;
    final HighatomicReserve highatomic;
    final Compaction.Defer compactDefer = new Compaction.Defer();
    private final int startPfn;
    private final int endPfn;
    private final PerCpuPages[] perCpu;
    private final boolean shuffle;
    private final SplittableRandom coin;
    private final boolean cleanLists;
    private final GuardPages guards;
    private PageEvents events = PageEvents.NONE;
    private boolean boosted;

    Zone(Machine machine, MemMap map, ZoneSpan span, ZoneMarks marks) {
        MachineConfig config = machine.config();
        this.span = span;
        startPfn = span.startPfn();
        endPfn = span.endPfn();
        this.map = map;
        this.marks = marks;
        for (int order = 0; order <= MAX_PAGE_ORDER; order++) {
            areas[order] = new FreeArea(map, order);
        }
        freePages = new FreeCounter(config.cpus(), span.managedPages());
        fallback = MobilityFallback.of(config.profile(), this);
        cleanLists = config.profile().keepsListsClean();
        highatomic = new HighatomicReserve(this);
        guards = GuardPages.of(config.profile().boot(), map);
        perCpu = new PerCpuPages[config.cpus()];
        PcpLimits limits = PcpLimits.of(span.managedPages(), marks.watermarks().low(),
                cpusOfNode(machine));
        for (int cpu = 0; cpu < perCpu.length; cpu++) {
            perCpu[cpu] = new PerCpuPages(this, cpu, limits,
                    config.profile().has(ConfigOption.TRANSPARENT_HUGEPAGE));
        }
        updateBar();
        shuffle = config.profile().shufflesPages();
        coin = machine.random("shuffle:" + span.node() + ":" + span.type());
    }

    private int cpusOfNode(Machine machine) {
        long local = machine.cpus().stream().filter(cpu -> cpu.node() == span.node()).count();
        return (int) Math.max(1, local);
    }

    /// Gives the managed ranges to the lists, as the boot allocator does: the largest aligned blocks
    /// in ascending order, each to the tail, all pageblocks movable.
    void handOver() {
        for (PfnRange range : span.managed()) {
            map.setStates(range, (short) 0);
        }
        for (int pfn = span.startPfn(); pfn < span.endPfn(); pfn += map.pageblockPages()) {
            map.setPageblockType(pfn, MigrateType.MOVABLE);
        }
        if (span.spannedPages() > 0) {
            map.setPageblockType(span.endPfn() - 1, MigrateType.MOVABLE);
        }
        for (PfnRange range : span.managed()) {
            int pfn = range.start();
            while (pfn < range.end()) {
                int order = largestOrder(pfn, range.end());
                freeOnePage(0, pfn, order, MigrateType.MOVABLE, true);
                pfn += 1 << order;
            }
        }
        freePages.fold();
    }

    private static int largestOrder(int pfn, int end) {
        int aligned = pfn == 0 ? MAX_PAGE_ORDER : Integer.numberOfTrailingZeros(pfn);
        int fitting = Integer.SIZE - 1 - Integer.numberOfLeadingZeros(end - pfn);
        return Math.min(MAX_PAGE_ORDER, Math.min(aligned, fitting));
    }

    PerCpuPages perCpu(int cpu) {
        return perCpu[cpu];
    }

    int cpus() {
        return perCpu.length;
    }

    /// Whether a free page is always on the list of its pageblock's type.
    boolean keepsListsClean() {
        return cleanLists;
    }

    boolean contains(int pfn) {
        return pfn >= startPfn && pfn < endPfn;
    }

    /// Computes anew what must be free for a single page without any right to reserves, before what
    /// is kept for lower requests; called when a part of it has changed.
    void updateBar() {
        // A raise that nobody was told of so far is something to do for the next request.
        freePages.setBar(boosted ? Integer.MAX_VALUE
                : (long) marks.lowMark() + highatomic.reservedPages());
    }

    /// Whether the marks were raised and nobody was told so far.
    boolean isBoosted() {
        return boosted;
    }

    /// Sets the pages that all marks are raised by.
    void setBoostPages(int pages) {
        marks.setBoostPages(pages);
        updateBar();
    }

    /// How far the free memory is in pieces.
    Fragmentation fragmentation() {
        int[] nrFree = new int[areas.length];
        for (int order = 0; order < areas.length; order++) {
            nrFree[order] = areas[order].nrFree();
        }
        return new Fragmentation(nrFree);
    }

    void observe(PageEvents observer) {
        events = observer;
    }

    PageEvents events() {
        return events;
    }

    /// Puts a block on the free lists and merges it with its free buddies. O(MAX_PAGE_ORDER).
    ///
    /// @param type the list it goes to
    /// @param toTail whether it goes to the end of the list whatever the rules say
    void freeOnePage(int cpu, int pfn, int order, MigrateType type, boolean toTail) {
        freePages.add(cpu, 1 << order);
        int head = pfn;
        int size = order;
        while (size < MAX_PAGE_ORDER) {
            int buddy = head ^ (1 << size);
            if (!isFree(buddy, size) || !mayMerge(buddy, size, type)) {
                break;
            }
            if (guards.isGuard(buddy, size)) {
                guards.clear(buddy);
                freePages.add(cpu, 1 << size);
            } else {
                areas[size].remove(buddy);
            }
            if (cleanLists && size >= map.pageblockOrder()) {
                setPageblockTypes(buddy, size, type);
            }
            head &= buddy;
            size++;
        }
        if (toTail || goesToTail(head, size)) {
            areas[size].addLast(head, type);
        } else {
            areas[size].addFirst(head, type);
        }
    }

    private boolean isFree(int pfn, int order) {
        return contains(pfn) && (map.isFreeBlock(pfn, order) || guards.isGuard(pfn, order));
    }

    /// Whole pageblocks of different types merge only if neither is set apart.
    private boolean mayMerge(int buddy, int order, MigrateType type) {
        if (order < map.pageblockOrder()) {
            return true;
        }
        MigrateType other = map.pageblockType(buddy);
        return type == other || (type.isMergeable() && other.isMergeable());
    }

    private boolean goesToTail(int head, int order) {
        if (order == MAX_PAGE_ORDER) {
            return shuffle && coin.nextBoolean();
        }
        return isMergeLikely(head, order);
    }

    /// Whether the block would merge twice as soon as its buddy is freed. Such a block is kept at the
    /// end of its list, so that it is the last to be broken up.
    private boolean isMergeLikely(int head, int order) {
        if (order >= MAX_PAGE_ORDER - 1) {
            return false;
        }
        int parent = head & ~(1 << order);
        return isFree(parent ^ (1 << (order + 1)), order + 1);
    }

    /// Takes a block from the lists: of the wanted type if there is any, otherwise from another type.
    ///
    /// @return its first frame, [PageAllocator#NONE] if there is no block; its state is left to the
    ///         caller, and so is the counter of free pages
    int rmqueue(int order, MigrateType type, int allocFlags) {
        int pfn = rmqueueSmallest(order, type);
        return pfn != PageAllocator.NONE ? pfn : fallback.serve(order, type, allocFlags);
    }

    /// Takes the first block of the smallest order that has one, of one type only.
    int rmqueueSmallest(int order, MigrateType type) {
        for (int size = order; size <= MAX_PAGE_ORDER; size++) {
            int pfn = areas[size].first(type);
            if (pfn != PageAllocator.NONE) {
                take(pfn, order, size, type);
                events.zoneLocked(pfn, order, type, perCpu[0].keeps(order) && type.isMergeable());
                return pfn;
            }
        }
        return PageAllocator.NONE;
    }

    /// Takes a block off its list and gives the rest of it to the lists of a type.
    void take(int pfn, int order, int size, MigrateType type) {
        areas[size].remove(pfn);
        expand(pfn, order, size, type);
    }

    /// Splits a block, keeping its lower half each time, so that small requests get ascending pages.
    private void expand(int pfn, int low, int high, MigrateType type) {
        for (int size = high - 1; size >= low; size--) {
            if (guards.claims(size)) {
                guards.set(pfn + (1 << size), size);
                // The CPU is not known here; only the lag of the count could tell.
                freePages.add(0, -(1 << size));
            } else {
                areas[size].addFirst(pfn + (1 << size), type);
            }
        }
    }

    /// Takes a block straight from the lists, with the reserves that the request may use.
    int rmqueueBuddy(int cpu, int order, MigrateType type, int allocFlags) {
        int pfn = PageAllocator.NONE;
        if (AllocFlags.has(allocFlags, AllocFlags.HIGHATOMIC)) {
            pfn = rmqueueSmallest(order, MigrateType.HIGHATOMIC);
        }
        if (pfn == PageAllocator.NONE) {
            pfn = rmqueue(order, type, allocFlags);
        }
        if (pfn == PageAllocator.NONE
                && AllocFlags.has(allocFlags, AllocFlags.OOM | AllocFlags.NON_BLOCK)) {
            pfn = rmqueueSmallest(order, MigrateType.HIGHATOMIC);
        }
        if (pfn != PageAllocator.NONE) {
            freePages.add(cpu, -(1 << order));
        }
        return pfn;
    }

    /// Gives all pageblocks of a block a type.
    void setPageblockTypes(int pfn, int order, MigrateType type) {
        for (int at = pfn; at < pfn + (1 << order); at += map.pageblockPages()) {
            map.setPageblockType(at, type);
        }
    }

    /// Raises the watermarks after types were mixed; the next request wakes the background
    /// reclaimer for it.
    void boost() {
        boosted |= marks.boost(span.managedPages(), map.pageblockPages());
        updateBar();
    }

    /// Whether the marks were raised since the last call.
    boolean takeBoosted() {
        boolean was = boosted;
        if (was) {
            boosted = false;
            updateBar();
        }
        return was;
    }

    /// Whether the whole pageblock of a frame lies in the zone.
    boolean spansPageblock(int pfnInside) {
        int first = pfnInside & -map.pageblockPages();
        return contains(first) && contains(first + map.pageblockPages() - 1);
    }

    /// Free pages in the pageblock of a frame; 0 if the pageblock reaches past the zone.
    int freePagesInPageblock(int pfnInside) {
        return walkPageblock(pfnInside, null);
    }

    /// Moves every free block of a pageblock to the lists of another type.
    ///
    /// @return free pages moved; 0 if the pageblock reaches past the zone
    int moveFreeBlocks(int pfnInside, MigrateType type) {
        return walkPageblock(pfnInside, type);
    }

    private int walkPageblock(int pfnInside, @Nullable MigrateType moveTo) {
        int start = pfnInside & -map.pageblockPages();
        int end = start + map.pageblockPages();
        if (!contains(start)) {
            // A type change must not leave the pages before this one on the old type's lists.
            if (cleanLists) {
                return 0;
            }
            start = pfnInside;
        }
        if (!contains(end - 1)) {
            return 0;
        }
        int free = 0;
        int pfn = start;
        while (pfn < end) {
            short state = map.state(pfn);
            if (FrameState.kind(state) == FrameState.FREE) {
                int order = FrameState.order(state);
                if (moveTo != null) {
                    areas[order].moveLast(pfn, moveTo);
                }
                free += 1 << order;
                pfn += 1 << order;
            } else {
                pfn++;
            }
        }
        return free;
    }
}
