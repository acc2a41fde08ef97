package org.kmemlab.buddy;

import static org.kmemlab.machine.KernelProfile.MAX_PAGE_ORDER;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.Nullable;
import org.kmemlab.fault.FaultPoints;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.KernelLock;
import org.kmemlab.machine.Machine;
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
/// **Locking.** In live use every operation holds the machine's lock, see [KernelLock], unless the
/// thread's stock serves it ([PageStocks]); readers of counters and states see them as they are at
/// some moment.
///
/// @see <a href="https://docs.kernel.org/mm/page_allocation.html">Linux mm, page allocation</a>
public final class PageAllocator {

    /// No page frame: what a request gets when there is no memory.
    public static final int NONE = -1;

    private static final GfpFlags BOTH_MOBILITIES = GfpFlags.MOVABLE.with(GfpFlags.RECLAIMABLE);
    /// Flags that ask for more than pages.
    private static final GfpFlags LOOKED_AT = GfpFlags.RECLAIMABLE.with(GfpFlags.ACCOUNT);

    private final Machine machine;
    private final MemMap memMap;
    private final List<Zone> zones = new ArrayList<>();
    /// The zones, the largest first: where a freed page most likely lies.
    private final Zone[] byUse;
    private final ZoneWalk walk;
    private final FaultPoints failFunction;
    private final FailPageAlloc failPageAlloc;
    private final Reclaim reclaim;
    private final Compaction compaction;
    private final SlowPath slowPath;
    private final List<Kswapd> kswapds = new ArrayList<>();
    private final BulkPages bulk;
    private final KernelLock lock;
    private final VmCounters counters = new VmCounters();
    private final HeldBlocks held;
    private final PageHandover handover;
    private boolean handoverOn;
    private final boolean perCpuPages;
    private final SinglePages[] singles;
    /// Whether single pages may go the short way: nobody wants to see each request.
    private boolean singlesShort;
    /// Null in a stepped machine, and where somebody wants to see each page change hands.
    private final @Nullable PageStocks stocks;
    private @Nullable PageCharges charges;
    private BadPagePolicy badPagePolicy = BadPagePolicy.REFUSE;

    /// Boots the allocator: all managed memory of the machine is free.
    public PageAllocator(Machine machine) {
        this(bootMarks(machine), machine);
        zones.forEach(Zone::handOver);
        zones.forEach(zone -> counters.freedPages += zone.span.managedPages());
        handover.prepareFree(this);
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
        handover.prepareFree(this);
    }

    private PageAllocator(List<ZoneMarks> marks, Machine machine) {
        this.machine = machine;
        lock = machine.lock();
        memMap = new MemMap(machine.config());
        held = new HeldBlocks(memMap);
        List<ZoneSpan> spans = machine.config().zones();
        for (int i = 0; i < spans.size(); i++) {
            zones.add(new Zone(machine, memMap, spans.get(i), marks.get(i)));
        }
        byUse = zones.stream()
                .sorted(Comparator.comparingInt((Zone zone) -> -zone.span.managedPages()))
                .toArray(Zone[]::new);
        failFunction = new FaultPoints(machine);
        failPageAlloc = new FailPageAlloc(machine, failFunction);
        handover = new PageHandover(machine, memMap);
        handoverOn = handover.isOn();
        walk = new ZoneWalk(machine.config(), memMap, zones, counters, handover);
        reclaim = new Reclaim(counters);
        compaction = new Compaction(machine, handover);
        slowPath = new SlowPath(this, walk, reclaim, compaction);
        bulk = new BulkPages(this, walk);
        for (int node = 0; node < walk.nodes(); node++) {
            kswapds.add(new Kswapd(machine, node, zones, walk.nodeList(node), reclaim, compaction,
                    counters));
        }
        walk.wakes(kswapds);
        perCpuPages = machine.config().perCpuPages();
        singlesShort = maySkipTheWalk();
        singles = machine.cpus().stream().map(
                cpu -> new SinglePages(cpu, memMap, walk.listFor(cpu, cpu.node(), GfpFlags.NONE),
                        byUse))
                .toArray(SinglePages[]::new);
        boolean stocked = machine.config().isLive() && perCpuPages && !handoverOn;
        stocks = stocked ? new PageStocks(this, singles, byUse) : null;
        machine.memCgroups().whenFirst(this::startCharging);
    }

    private boolean maySkipTheWalk() {
        return perCpuPages && !handoverOn && !machine.config().isLive();
    }

    /// From now on somebody may be charged for pages; single ones take the long way, where that is
    /// noted.
    private void startCharging() {
        charges = new PageCharges();
        handover.tell(charges);
        handoverOn = true;
        singlesShort = false;
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
        if (order == 0 && singlesShort && (gfp.bits() & SinglePages.LONG_WAY) == 0
                && failPageAlloc.sparesSingles()) {
            int pfn = singles[cpu.id()].take(gfp);
            if (pfn != NONE) {
                return pfn;
            }
        }
        return order == 0 && stocks != null ? allocFromStock(cpu, gfp, stocks)
                : allocPagesNode(cpu, cpu.node(), gfp, order);
    }

    /// [#allocPages(Cpu, GfpFlags, int)] in live use, wherever the thread runs.
    ///
    /// @throws IllegalStateException if the machine is stepped
    @CheckReturnValue
    public int allocPages(GfpFlags gfp, int order) {
        if (order == 0 && stocks != null && failPageAlloc.sparesSingles()) {
            int pfn = stocks.take(gfp);
            if (pfn != NONE) {
                return pfn;
            }
        }
        return allocPages(machine.cpuOf(Thread.currentThread()), gfp, order);
    }

    private int allocFromStock(Cpu cpu, GfpFlags gfp, PageStocks stock) {
        if (failPageAlloc.sparesSingles()) {
            int pfn = stock.take(gfp);
            if (pfn != NONE) {
                return pfn;
            }
        }
        lock.acquire();
        try {
            int pfn = allocLocked(cpu, cpu.node(), gfp, 0);
            if (pfn != NONE) {
                stock.refill(cpu, gfp);
            }
            return pfn;
        } finally {
            lock.release();
        }
    }

    /// Takes a block from a node, or from others if the node has none and the flags allow it.
    ///
    /// @param node the node to ask first; -1 for the CPU's
    /// @return the block's first frame; [#NONE] if there is no memory
    /// @throws IllegalArgumentException if the machine has no such node, the order is negative, or
    ///         the flags have both mobility bits
    @CheckReturnValue
    public int allocPagesNode(Cpu cpu, int node, GfpFlags gfp, int order) {
        lock.acquire();
        try {
            return allocLocked(cpu, node, gfp, order);
        } finally {
            lock.release();
        }
    }

    private int allocLocked(Cpu cpu, int node, GfpFlags gfp, int order) {
        ZoneList list = walk.listFor(cpu, node, gfp);
        if (order < 0) {
            throw new IllegalArgumentException("order " + order + ": expected 0 or more");
        }
        if (gfp.has(LOOKED_AT) && isCharged(gfp)) {
            return allocCharged(cpu, gfp, order, list);
        }
        return serve(cpu, gfp, order, list);
    }

    private boolean isCharged(GfpFlags gfp) {
        if (gfp.hasAll(BOTH_MOBILITIES)) {
            throw new IllegalArgumentException("gfp flags " + gfp
                    + ": __GFP_MOVABLE and __GFP_RECLAIMABLE exclude each other");
        }
        return charges != null && gfp.has(GfpFlags.ACCOUNT);
    }

    /// A request that the task's control group pays for. As in the kernel it pays afterwards.
    private int allocCharged(Cpu cpu, GfpFlags gfp, int order, ZoneList list) {
        PageCharges payers = Objects.requireNonNull(charges);
        int pfn = serve(cpu, gfp, order, list);
        if (pfn != NONE && !payers.charge(cpu, gfp, pfn, order)) {
            freePages(cpu, pfn, order);
            return NONE;
        }
        return pfn;
    }

    private int serve(Cpu cpu, GfpFlags gfp, int order, ZoneList list) {
        if (order > MAX_PAGE_ORDER) {
            handover.reports().orderTooLarge(cpu, gfp);
            return NONE;
        }
        if (failPageAlloc.shouldFail(cpu, gfp, order)) {
            return NONE;
        }
        int pfn = walk.walk(cpu, gfp, order, list, ZoneWalk.fastFlags(gfp, list));
        return pfn != NONE ? pfn : slowPath.alloc(cpu, gfp, order, list);
    }

    /// Gives a block back.
    ///
    /// @param pfn its first frame
    /// @param order the order it was allocated with
    /// @throws BadPageException if no block of that order is in use there; nothing is changed
    public void freePages(Cpu cpu, int pfn, int order) {
        if (order == 0 && (stocks != null ? stocks.give(pfn)
                : singlesShort && singles[cpu.id()].give(pfn))) {
            return;
        }
        lock.acquire();
        try {
            if (order != 0 || stocks == null || !stocks.giveSlow(cpu, pfn)) {
                freeLocked(cpu, pfn, order);
            }
        } finally {
            lock.release();
        }
    }

    /// [#freePages(Cpu, int, int)] in live use, wherever the thread runs; any thread may give back
    /// what another one took.
    ///
    /// @throws IllegalStateException if the machine is stepped
    public void freePages(int pfn, int order) {
        if (order != 0 || stocks == null || !stocks.give(pfn)) {
            freePages(machine.cpuOf(Thread.currentThread()), pfn, order);
        }
    }

    void freeLocked(Cpu cpu, int pfn, int order) {
        Zone zone = takeBack(cpu, pfn, order);
        if (zone == null) {
            return;
        }
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
        Zone zone = takeBack(cpu, pfn, 0);
        if (zone != null) {
            zone.freeOnePage(cpu.id(), pfn, 0, memMap.pageblockType(pfn), true);
        }
    }

    /// Gives a block back to its zone, past the lists of the CPU: what happens when an interrupt frees
    /// pages while the code that it interrupted works on those lists.
    ///
    /// @throws BadPageException as [#freePages]
    public void freePagesToZone(Cpu cpu, int pfn, int order) {
        lock.during(() -> {
            Zone zone = takeBack(cpu, pfn, order);
            if (zone != null) {
                zone.freeOnePage(cpu.id(), pfn, order, memMap.pageblockType(pfn), false);
            }
        });
    }

    /// Makes a block nobody's.
    ///
    /// @return its zone; null if it was not held and the log says so
    private @Nullable Zone takeBack(Cpu cpu, int pfn, int order) {
        try {
            held.release(pfn, order);
        } catch (BadPageException bad) {
            if (badPagePolicy == BadPagePolicy.REFUSE || !memMap.isSpanned(pfn)) {
                throw bad;
            }
            handover.reports().badPage(cpu, pfn);
            return null;
        }
        counters.freed(order);
        if (handoverOn) {
            handover.takenBack(pfn, order);
        }
        return zoneOf(pfn);
    }

    /// Checks that a block could be given back, without doing so.
    ///
    /// @throws BadPageException if no block of that order is in use there
    public void checkHeld(int pfn, int order) {
        held.check(pfn, order);
    }

    Zone zoneOf(int pfn) {
        for (Zone zone : byUse) {
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
        lock.acquire();
        try {
            return bulk.alloc(cpu, node, gfp, pfns);
        } finally {
            lock.release();
        }
    }

    /// Takes as many contiguous pages as hold `bytes`, not more: the rest of the block is given back
    /// at once. The pages are single ones; [#freePagesExact] gives all of them back.
    ///
    /// @param bytes 1 to 4 MiB
    /// @return the first frame; [#NONE] if there is no memory
    @CheckReturnValue
    public int allocPagesExact(Cpu cpu, long bytes, GfpFlags gfp) {
        return lock.during(() -> bulk.allocExact(cpu, bytes, gfp));
    }

    /// Gives back what [#allocPagesExact] gave out for the same number of bytes.
    public void freePagesExact(Cpu cpu, int pfn, long bytes) {
        lock.during(() -> bulk.freeExact(cpu, pfn, bytes));
    }

    /// Turns an allocated block into single pages, each to be freed on its own with order 0.
    ///
    /// @throws BadPageException if no block of that order is in use there
    public void splitPage(int pfn, int order) {
        lock.during(() -> {
            held.split(pfn, order);
            handover.split(pfn, order);
        });
    }

    /// Gives the pages on all CPUs' lists back to the zones (`drain_all_pages`), and those that threads
    /// have in stock; threads that live give theirs when they come by.
    ///
    /// @param acting the CPU that does the work
    public void drainAllPages(Cpu acting) {
        lock.during(() -> {
            if (stocks != null) {
                stocks.drain(acting);
            }
            for (int cpu = 0; cpu < machine.cpus().size(); cpu++) {
                for (Zone zone : zones) {
                    zone.perCpu(cpu).drainAll(acting.id());
                }
            }
        });
    }

    VmCounters counters() {
        return counters;
    }

    PageHandover handover() {
        return handover;
    }

    void noteReclaimed() {
        kswapds.forEach(Kswapd::noteReclaimed);
    }

    void wakeKswapd(Cpu cpu, int order, ZoneType highest, ZoneList list) {
        for (Kswapd kswapd : kswapds) {
            kswapd.wakeFor(cpu, order, highest, list);
        }
    }

    /// Adds an owner of pages that can be moved to make room for large blocks.
    public void registerMovable(MovablePages owner) {
        lock.during(() -> compaction.register(owner));
    }

    /// Sets what is done when reclaim makes no progress any more; replaces the former handler.
    public void onOutOfMemory(OomHandler handler) {
        slowPath.onOutOfMemory(handler);
    }

    /// Adds something that can give memory back; asked in the order of registration.
    public void registerShrinker(Shrinker shrinker) {
        lock.during(() -> reclaim.register(shrinker));
    }

    /// Sets what happens when a block is given back that its caller does not hold;
    /// [BadPagePolicy#REFUSE] unless set.
    public void onBadPage(BadPagePolicy policy) {
        badPagePolicy = policy;
    }

    /// What happens when a block is given back that its caller does not hold.
    public BadPagePolicy badPagePolicy() {
        return badPagePolicy;
    }

    /// What was done since the allocator was made.
    public VmStat vmStat() {
        return VmStat.of(counters, zones);
    }

    /// Nodes whose background reclaimer has given up until a request reclaims some.
    public List<Integer> exhaustedNodes() {
        return IntStream.range(0, kswapds.size()).filter(node -> kswapds.get(node).hasGivenUp())
                .boxed().toList();
    }

    /// The blocks in use and who took them, ascending; empty unless the machine was booted with
    /// `page_owner=on`. O(frames handed out since boot).
    public List<OwnedBlock> ownedBlocks() {
        PageOwner owner = handover.owner();
        return owner == null ? List.of() : lock.during(() -> owner.blocks(memMap));
    }

    /// Sends the happenings inside all zones to an observer; replaces the former one.
    public void observe(PageEvents observer) {
        zones.forEach(zone -> zone.observe(observer));
    }

    /// Writes down how requests are decided from now on, until another trail or null is given. A
    /// trail takes the place of the observer of [#observe].
    public void follow(@Nullable DecisionTrail trail) {
        singlesShort = trail == null && maySkipTheWalk();
        walk.follow(trail);
        observe(trail == null ? PageEvents.NONE : trail);
    }

    /// The machine whose memory this is.
    public Machine machine() {
        return machine;
    }

    /// What every frame is.
    public MemMap memMap() {
        return memMap;
    }

    /// Functions that fail by name: `should_fail_alloc_page`, those of the layers above, and the
    /// caller's own.
    public FaultPoints failFunction() {
        return failFunction;
    }

    /// The fault point that every request passes.
    public FailPageAlloc failPageAlloc() {
        return failPageAlloc;
    }

    /// Number of memory nodes.
    public int nodes() {
        return walk.nodes();
    }

    /// Pages that nobody uses.
    ///
    /// @param freePages pages on the free lists of all zones
    /// @param perCpuPages pages on the lists of all CPUs, and in the stocks of threads
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
        return new Totals(free, stocks == null ? perCpu : perCpu + stocks.countPages());
    }

    /// How far the free memory of all zones together is in pieces. O(zones * orders).
    public Fragmentation fragmentation() {
        return lock.during(() -> {
            int[] nrFree = new int[MAX_PAGE_ORDER + 1];
            for (Zone zone : zones) {
                for (int order = 0; order <= MAX_PAGE_ORDER; order++) {
                    nrFree[order] += zone.areas[order].nrFree();
                }
            }
            return new Fragmentation(nrFree);
        });
    }

    /// The state of every zone, in the machine's order. O(blocks).
    public List<ZoneState> snapshot() {
        return lock.during(() -> zones.stream().map(ZoneStates::of).toList());
    }

    /// Walks all lists and checks the invariants. O(frames).
    ///
    /// @throws IllegalStateException naming the first broken one
    public void validate() {
        lock.during(() -> zones.forEach(zone -> new ZoneValidator(zone).run()));
    }

    List<Zone> zones() {
        return zones;
    }
}
