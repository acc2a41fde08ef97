package org.kmemlab.buddy;

import java.util.List;

import org.jspecify.annotations.Nullable;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.MachineConfig;
import org.kmemlab.machine.ZoneType;

/// Asks the zones that may serve a request one after the other ("get page from freelist").
///
/// A zone that would fall below the watermark is passed over. In a zone that may be used the CPU's
/// list is asked first, if it keeps the order, then the zone's own lists.
final class ZoneWalk {

    private final MemMap memMap;
    private final ZoneList[] fallbackLists;
    private final ZoneList[] nodeLists;
    private final VmCounters counters;
    private final PageHandover handover;
    private final boolean handoverOn;
    private final boolean perCpuPages;
    private List<Kswapd> kswapds = List.of();
    private @Nullable DecisionTrail trail;

    ZoneWalk(MachineConfig config, MemMap memMap, List<Zone> zones, VmCounters counters,
            PageHandover handover) {
        this.memMap = memMap;
        this.counters = counters;
        this.handover = handover;
        handoverOn = handover.isOn();
        perCpuPages = config.perCpuPages();
        int nodes = config.nodes();
        fallbackLists = new ZoneList[nodes];
        nodeLists = new ZoneList[nodes];
        for (int node = 0; node < nodes; node++) {
            fallbackLists[node] = ZoneList.withFallback(zones, node, nodes);
            nodeLists[node] = ZoneList.withoutFallback(zones, node, nodes);
        }
    }

    /// Says whom to wake when a zone's watermarks were boosted, by node.
    void wakes(List<Kswapd> byNode) {
        kswapds = byNode;
    }

    int nodes() {
        return nodeLists.length;
    }

    ZoneList nodeList(int node) {
        return nodeLists[node];
    }

    /// Tells a trail about each zone that is asked; null for none.
    void follow(@Nullable DecisionTrail newTrail) {
        trail = newTrail;
    }

    /// The trail that is being followed; null if none is.
    @Nullable
    DecisionTrail trail() {
        return trail;
    }

    /// The zones that serve a request, in the order in which they are asked.
    ///
    /// @param node the node to ask first; -1 for the CPU's
    ZoneList listFor(Cpu cpu, int node, GfpFlags gfp) {
        int from = node < 0 ? cpu.node() : node;
        if (from >= nodeLists.length) {
            throw new IllegalArgumentException(
                    "node " + node + ": this machine has nodes 0 to " + (nodeLists.length - 1));
        }
        return gfp.has(GfpFlags.THISNODE) ? nodeLists[from] : fallbackLists[from];
    }

    /// The rights of the first attempt: down to the low mark, and, where there is lower memory to
    /// use instead, without mixing pageblocks.
    static int fastFlags(GfpFlags gfp, ZoneList list) {
        int flags = AllocFlags.WMARK_LOW;
        if (gfp.has(GfpFlags.KSWAPD_RECLAIM)) {
            flags |= AllocFlags.KSWAPD;
        }
        return list.avoidsMixing(gfp.highestZone()) ? flags | AllocFlags.NOFRAGMENT : flags;
    }

    /// Walks a list.
    ///
    /// @return the block's first frame; [PageAllocator#NONE] if no zone may or can serve it
    int walk(Cpu cpu, GfpFlags gfp, int order, ZoneList list, int allocFlags) {
        ZoneType highest = gfp.highestZone();
        Zone[] zones = list.upTo(highest);
        boolean wholeOnly = AllocFlags.has(allocFlags, AllocFlags.NOFRAGMENT);
        for (Zone zone : zones) {
            if (wholeOnly && zone.span.node() != zones[0].span.node()) {
                break;
            }
            if (mayUse(zone, order, highest, allocFlags)) {
                int pfn = fromZone(zone, cpu, gfp, order, allocFlags);
                if (pfn != PageAllocator.NONE) {
                    return pfn;
                }
            }
        }
        // Local memory with mixed pageblocks is better than remote memory or none.
        return wholeOnly ? walk(cpu, gfp, order, list, allocFlags & ~AllocFlags.NOFRAGMENT)
                : PageAllocator.NONE;
    }

    private boolean mayUse(Zone zone, int order, ZoneType highest, int allocFlags) {
        boolean allowed = AllocFlags.has(allocFlags, AllocFlags.NO_WATERMARKS)
                || zone.marks.allows(zone, order, highest, allocFlags);
        if (trail != null) {
            trail.zoneAsked(zone, order, highest, allocFlags, allowed);
        }
        return allowed;
    }

    private int fromZone(Zone zone, Cpu cpu, GfpFlags gfp, int order, int allocFlags) {
        MigrateType type = gfp.migrateType();
        PerCpuPages pcp = zone.perCpu(cpu.id());
        int pfn = PageAllocator.NONE;
        if (perCpuPages && pcp.keeps(order)) {
            if (trail != null) {
                trail.cpuListAsked(zone, cpu, order, type);
            }
            pfn = pcp.alloc(order, type, allocFlags);
        }
        if (pfn == PageAllocator.NONE) {
            if (trail != null) {
                trail.zoneListsAsked(zone, order, type);
            }
            pfn = zone.rmqueueBuddy(cpu.id(), order, type, allocFlags);
        }
        if (pfn == PageAllocator.NONE) {
            return PageAllocator.NONE;
        }
        prepare(zone, cpu, pfn, gfp, order);
        if (zone.takeBoosted() && AllocFlags.has(allocFlags, AllocFlags.KSWAPD)) {
            kswapds.get(zone.span.node()).wake(cpu, 0, zone.span.type());
        }
        if (AllocFlags.has(allocFlags, AllocFlags.HIGHATOMIC)) {
            zone.highatomic.reserve(pfn);
        }
        return pfn;
    }

    /// Makes a block that was taken its new owner's.
    void prepare(Zone zone, Cpu cpu, int pfn, GfpFlags gfp, int order) {
        memMap.setState(pfn, FrameState.used(PageUse.PLAIN, order));
        memMap.setPrev(pfn, order, 0);
        counters.allocated(zone.span.type(), order);
        if (handoverOn || gfp.has(GfpFlags.ZERO)) {
            handover.handedOut(cpu, pfn, gfp, order);
        }
    }
}
