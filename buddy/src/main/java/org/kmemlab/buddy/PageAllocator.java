package org.kmemlab.buddy;

import static org.kmemlab.machine.KernelProfile.MAX_PAGE_ORDER;

import java.util.ArrayList;
import java.util.List;

import com.google.errorprone.annotations.CheckReturnValue;
import org.kmemlab.machine.ConfigOption;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.Machine;
import org.kmemlab.machine.PfnRange;
import org.kmemlab.machine.PhysicalMemory;
import org.kmemlab.machine.ZoneSpan;
import org.kmemlab.machine.ZoneType;

/// Gives out blocks of `2^order` page frames and takes them back: the kernel's page allocator.
///
/// **Concepts.** A request names an order and [GfpFlags]. The flags say which zones may serve it,
/// which type its pageblock should have, and what may be done if memory is short. Zones are asked in
/// the order of the node's zone list; a zone that would fall below a watermark is passed over.
///
/// **Picture.** See the package. Most requests end in the lists of the CPU ([PerCpuPages]), the
/// others in the zone's lists ([Zone]); what neither can serve goes to [SlowPath].
///
/// **Invariants.** I1: every managed frame is in exactly one place: a free list, a per-CPU list, or
/// a block in use. [#validate()] walks all of them.
///
/// **Locking.** Stepped use only: one Java thread plays all CPUs and names the CPU at each call.
///
/// @see <a href="https://docs.kernel.org/mm/page_allocation.html">Linux mm, page allocation</a>
public final class PageAllocator {

    /// No page frame: what a request gets when there is no memory.
    public static final int NONE = -1;

    private final Machine machine;
    private final MemMap memMap;
    private final List<Zone> zones = new ArrayList<>();
    private final ZoneList[] fallbackLists;
    private final ZoneList[] nodeLists;
    private final FailPageAlloc failPageAlloc;
    private final Reclaim reclaim;
    private final Compaction compaction;
    private final SlowPath slowPath;
    private final List<Kswapd> kswapds = new ArrayList<>();
    private final BulkPages bulk;
    private final boolean initOnAlloc;
    private final boolean perCpuPages;

    /// Boots the allocator: all managed memory of the machine is free.
    public PageAllocator(Machine machine) {
        this(bootMarks(machine), machine);
        zones.forEach(Zone::handOver);
    }

    /// Starts from recorded states, one for each zone of the machine in its order.
    ///
    /// Frames that no state lists as free are in use; they can be given back with any order.
    ///
    /// @throws IllegalArgumentException if the states do not fit the machine or contradict themselves
    public PageAllocator(Machine machine, List<ZoneState> states) {
        this(ZoneStates.marks(machine, states), machine);
        for (int i = 0; i < zones.size(); i++) {
            ZoneStates.load(zones.get(i), states.get(i));
        }
    }

    private PageAllocator(List<ZoneMarks> marks, Machine machine) {
        this.machine = machine;
        memMap = new MemMap(machine.config());
        List<ZoneSpan> spans = machine.config().zones();
        for (int i = 0; i < spans.size(); i++) {
            zones.add(new Zone(machine, memMap, spans.get(i), marks.get(i)));
        }
        int nodes = machine.config().nodes();
        fallbackLists = new ZoneList[nodes];
        nodeLists = new ZoneList[nodes];
        for (int node = 0; node < nodes; node++) {
            fallbackLists[node] = ZoneList.withFallback(zones, node, nodes);
            nodeLists[node] = ZoneList.withoutFallback(zones, node);
        }
        failPageAlloc = new FailPageAlloc(machine);
        reclaim = new Reclaim();
        compaction = new Compaction(machine);
        slowPath = new SlowPath(this, reclaim, compaction);
        bulk = new BulkPages(this);
        for (int node = 0; node < nodes; node++) {
            kswapds.add(new Kswapd(machine, node, zones, nodeLists[node], reclaim, compaction));
        }
        initOnAlloc = machine.profile().boot().flag("init_on_alloc",
                machine.profile().has(ConfigOption.INIT_ON_ALLOC_DEFAULT_ON));
        perCpuPages = machine.config().perCpuPages();
    }

    private static List<ZoneMarks> bootMarks(Machine machine) {
        List<ZoneSpan> spans = machine.config().zones();
        List<Watermarks> watermarks = Watermarks.ofZones(machine.profile(), spans);
        List<ZoneMarks> marks = new ArrayList<>();
        for (int i = 0; i < spans.size(); i++) {
            marks.add(new ZoneMarks(watermarks.get(i), Watermarks.lowmemReserve(spans, i)));
        }
        return marks;
    }

    /// Takes a block near the CPU.
    ///
    /// @param gfp what the request may use and do
    /// @param order log2 of the block length in frames, `0..MAX_PAGE_ORDER`; a larger one fails
    /// @return the block's first frame, a multiple of `2^order`; [#NONE] if there is no memory
    @CheckReturnValue
    public int allocPages(Cpu cpu, GfpFlags gfp, int order) {
        return allocPagesNode(cpu, cpu.node(), gfp, order);
    }

    /// Takes a block from a node, or from others if the node has none and the flags allow it.
    ///
    /// @param node the node to ask first; -1 for the CPU's
    /// @return the block's first frame; [#NONE] if there is no memory
    /// @throws IllegalArgumentException if the machine has no such node or the order is negative
    @CheckReturnValue
    public int allocPagesNode(Cpu cpu, int node, GfpFlags gfp, int order) {
        ZoneList list = zoneList(cpu, node, gfp);
        if (order < 0) {
            throw new IllegalArgumentException("order " + order + ": expected 0 or more");
        }
        if (order > MAX_PAGE_ORDER) {
            warnOrder(gfp, order);
            return NONE;
        }
        if (failPageAlloc.shouldFail(cpu, gfp, order)) {
            return NONE;
        }
        int pfn = fromZones(cpu, gfp, order, list, fastFlags(gfp, list));
        return pfn != NONE ? pfn : slowPath.alloc(cpu, gfp, order, list);
    }

    /// The zones that serve a request, in the order in which they are asked.
    ZoneList zoneList(Cpu cpu, int node, GfpFlags gfp) {
        int from = node < 0 ? cpu.node() : node;
        if (from >= nodeLists.length) {
            throw new IllegalArgumentException(
                    "node " + node + ": this machine has nodes 0 to " + (nodeLists.length - 1));
        }
        return gfp.has(GfpFlags.THISNODE) ? nodeLists[from] : fallbackLists[from];
    }

    private void warnOrder(GfpFlags gfp, int order) {
        if (!gfp.has(GfpFlags.NOWARN)) {
            machine.log().print("WARNING: page allocation of order " + order
                    + " exceeds MAX_PAGE_ORDER " + MAX_PAGE_ORDER);
        }
    }

    int fastFlags(GfpFlags gfp, ZoneList list) {
        int flags = AllocFlags.WMARK_LOW;
        if (gfp.has(GfpFlags.KSWAPD_RECLAIM)) {
            flags |= AllocFlags.KSWAPD;
        }
        int preferred = list.preferred(gfp.highestZone());
        if (preferred < list.size() && list.get(preferred).span.type() == ZoneType.NORMAL
                && hasDma32(list.get(preferred).span.node())) {
            flags |= AllocFlags.NOFRAGMENT;
        }
        return flags;
    }

    /// A node that has lower memory too would rather use that than mix pageblocks. A machine of one
    /// node always tries: whatever lies below is its own.
    private boolean hasDma32(int node) {
        return nodeLists.length == 1 || zones.stream().anyMatch(zone -> zone.span.node() == node
                && zone.span.type() == ZoneType.DMA32 && zone.span.managedPages() > 0);
    }

    /// Asks the zones of a request one after the other.
    ///
    /// @return the block's first frame; [#NONE] if no zone may or can serve it
    int fromZones(Cpu cpu, GfpFlags gfp, int order, ZoneList list, int allocFlags) {
        ZoneType highest = gfp.highestZone();
        int preferred = list.preferred(highest);
        boolean wholeOnly = AllocFlags.has(allocFlags, AllocFlags.NOFRAGMENT);
        for (int index = preferred; index < list.size(); index++) {
            Zone zone = list.get(index);
            if (zone.span.type().compareTo(highest) > 0) {
                continue;
            }
            if (wholeOnly && zone.span.node() != list.get(preferred).span.node()) {
                break;
            }
            if (AllocFlags.has(allocFlags, AllocFlags.NO_WATERMARKS)
                    || zone.marks.allows(zone, order, highest, allocFlags)) {
                int pfn = fromZone(zone, cpu, gfp, order, allocFlags);
                if (pfn != NONE) {
                    return pfn;
                }
            }
        }
        // Local memory with mixed pageblocks is better than remote memory or none.
        return wholeOnly ? fromZones(cpu, gfp, order, list, allocFlags & ~AllocFlags.NOFRAGMENT)
                : NONE;
    }

    private int fromZone(Zone zone, Cpu cpu, GfpFlags gfp, int order, int allocFlags) {
        MigrateType type = gfp.migrateType();
        PerCpuPages pcp = zone.perCpu(cpu.id());
        int pfn = NONE;
        if (perCpuPages && pcp.keeps(order)) {
            pfn = pcp.alloc(order, type, allocFlags);
        }
        if (pfn == NONE) {
            pfn = zone.rmqueueBuddy(cpu.id(), order, type, allocFlags);
        }
        if (pfn == NONE) {
            return NONE;
        }
        prepare(pfn, gfp, order);
        if (AllocFlags.has(allocFlags, AllocFlags.HIGHATOMIC)) {
            zone.highatomic.reserve(pfn);
        }
        return pfn;
    }

    void prepare(int pfn, GfpFlags gfp, int order) {
        memMap.setState(pfn, FrameState.used(PageUse.PLAIN, order));
        memMap.setPrev(pfn, order, 0);
        if ((initOnAlloc || gfp.has(GfpFlags.ZERO)) && machine.memory().hasBytes()) {
            machine.memory().fill(machine.memory().addressOf(pfn),
                    (long) PhysicalMemory.PAGE_SIZE << order, (byte) 0);
        }
    }

    /// Gives a block back.
    ///
    /// @param pfn its first frame
    /// @param order the order it was allocated with
    /// @throws BadPageException if no block of that order is in use there; nothing is changed
    public void freePages(Cpu cpu, int pfn, int order) {
        Zone zone = takeBack(pfn, order);
        MigrateType type = memMap.pageblockType(pfn);
        PerCpuPages pcp = zone.perCpu(cpu.id());
        if (perCpuPages && pcp.keeps(order)) {
            pcp.free(pfn, order, type);
        } else {
            zone.freeOnePage(cpu.id(), pfn, order, type, false);
        }
    }

    /// Gives a single page back to the end of its zone's list, past the CPU's.
    void freeToTail(Cpu cpu, int pfn) {
        Zone zone = takeBack(pfn, 0);
        zone.freeOnePage(cpu.id(), pfn, 0, memMap.pageblockType(pfn), true);
    }

    /// Gives a block back to its zone, past the lists of the CPU: what happens when an interrupt frees
    /// pages while the code that it interrupted works on those lists.
    ///
    /// @throws BadPageException as [#freePages]
    public void freePagesToZone(Cpu cpu, int pfn, int order) {
        Zone zone = takeBack(pfn, order);
        zone.freeOnePage(cpu.id(), pfn, order, memMap.pageblockType(pfn), false);
    }

    /// Checks that a block may be freed and marks its frames as nobody's.
    private Zone takeBack(int pfn, int order) {
        checkHeld(pfn, order);
        if (FrameState.kind(memMap.state(pfn)) == FrameState.USED_BEFORE) {
            memMap.setStates(new PfnRange(pfn, pfn + (1 << order)), (short) 0);
        } else {
            memMap.setState(pfn, (short) 0);
        }
        return zoneOf(pfn);
    }

    private void checkHeld(int pfn, int order) {
        if (order < 0 || order > MAX_PAGE_ORDER || !memMap.isFrame(pfn)
                || (pfn & (1 << order) - 1) != 0) {
            throw new BadPageException(pfn, order, "is no block of that order in this machine");
        }
        short state = memMap.state(pfn);
        boolean held = FrameState.isUsed(state) && FrameState.order(state) == order;
        if (!held) {
            checkUsedBefore(pfn, order);
        }
    }

    /// Frames in use since before the recorded state belong to blocks of unknown order.
    private void checkUsedBefore(int pfn, int order) {
        for (int at = pfn; at < pfn + (1 << order); at++) {
            short state = memMap.isFrame(at) ? memMap.state(at) : 0;
            if (FrameState.kind(state) != FrameState.USED_BEFORE) {
                throw new BadPageException(pfn, order, at == pfn ? FrameState.describe(state)
                        : "holds pfn 0x" + Integer.toHexString(at) + ", which "
                                + FrameState.describe(state));
            }
        }
    }

    Zone zoneOf(int pfn) {
        for (Zone zone : zones) {
            if (zone.contains(pfn)) {
                return zone;
            }
        }
        throw new AssertionError("pfn " + pfn + " is in use but in no zone");
    }

    /// Takes many single pages at once, into the elements of an array that are [#NONE].
    ///
    /// May fill fewer than asked for: that is no error. At least one is filled if any memory can be
    /// had by the flags.
    ///
    /// @param node the node to take them from; -1 for the CPU's
    /// @param pfns where they go; elements that are not [#NONE] stay
    /// @return how many elements from the start are filled now
    public int allocPagesBulk(Cpu cpu, int node, GfpFlags gfp, int[] pfns) {
        return bulk.alloc(cpu, node, gfp, pfns);
    }

    /// Takes as many contiguous pages as hold `bytes`, not more: the rest of the block is given back
    /// at once. The pages are single ones; [#freePagesExact] gives all of them back.
    ///
    /// @param bytes 1 to 4 MiB
    /// @return the first frame; [#NONE] if there is no memory
    @CheckReturnValue
    public int allocPagesExact(Cpu cpu, long bytes, GfpFlags gfp) {
        return bulk.allocExact(cpu, bytes, gfp);
    }

    /// Gives back what [#allocPagesExact] gave out for the same number of bytes.
    public void freePagesExact(Cpu cpu, int pfn, long bytes) {
        bulk.freeExact(cpu, pfn, bytes);
    }

    /// Turns an allocated block into single pages, each to be freed on its own with order 0.
    ///
    /// @throws BadPageException if no block of that order is in use there
    public void splitPage(int pfn, int order) {
        checkHeld(pfn, order);
        for (int at = pfn; at < pfn + (1 << order); at++) {
            memMap.setState(at, FrameState.used(PageUse.PLAIN, 0));
            memMap.setPrev(at, 0, 0);
        }
    }

    /// Gives the pages on all CPUs' lists back to the zones (`drain_all_pages`).
    public void drainAllPages() {
        for (int cpu = 0; cpu < machine.cpus().size(); cpu++) {
            for (Zone zone : zones) {
                zone.perCpu(cpu).drainAll();
            }
        }
    }

    void wakeKswapd(Cpu cpu, int order, ZoneType highest, ZoneList list) {
        for (Kswapd kswapd : kswapds) {
            kswapd.wakeFor(cpu, order, highest, list);
        }
    }

    /// Adds an owner of pages that can be moved to make room for large blocks.
    public void registerMovable(MovablePages owner) {
        compaction.register(owner);
    }

    /// Sets what is done when reclaim makes no progress any more; replaces the former handler.
    public void onOutOfMemory(OomHandler handler) {
        slowPath.onOutOfMemory(handler);
    }

    /// Adds something that can give memory back; asked in the order of registration.
    public void registerShrinker(Shrinker shrinker) {
        reclaim.register(shrinker);
    }

    /// Sends the happenings inside all zones to an observer; replaces the former one.
    public void observe(PageEvents observer) {
        zones.forEach(zone -> zone.observe(observer));
    }

    /// The machine whose memory this is.
    public Machine machine() {
        return machine;
    }

    /// What every frame is.
    public MemMap memMap() {
        return memMap;
    }

    /// The fault point that every request passes.
    public FailPageAlloc failPageAlloc() {
        return failPageAlloc;
    }

    /// Number of memory nodes.
    public int nodes() {
        return nodeLists.length;
    }

    /// Pages that nobody uses.
    ///
    /// @param freePages pages on the free lists of all zones
    /// @param perCpuPages pages on the lists of all CPUs
    public record Totals(long freePages, long perCpuPages) {}

    /// How many pages nobody uses. O(zones * CPUs).
    public Totals totals() {
        long free = 0;
        long perCpu = 0;
        for (Zone zone : zones) {
            free += zone.freePages.exact();
            for (int cpu = 0; cpu < zone.cpus(); cpu++) {
                perCpu += zone.perCpu(cpu).countPages();
            }
        }
        return new Totals(free, perCpu);
    }

    /// The state of every zone, in the machine's order. O(blocks).
    public List<ZoneState> snapshot() {
        return zones.stream().map(ZoneStates::of).toList();
    }

    /// Walks all lists and checks the invariants. O(frames).
    ///
    /// @throws IllegalStateException naming the first broken one
    public void validate() {
        zones.forEach(zone -> new ZoneValidator(zone).run());
    }

    List<Zone> zones() {
        return zones;
    }
}
