package org.kmemlab.buddy;

import java.util.List;

import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.Machine;
import org.kmemlab.machine.ZoneType;

/// The background reclaimer of one node, on virtual time.
///
/// A request that finds its zones below the low watermark wakes it; it runs when time moves on. It
/// reclaims until some zone is above its high watermark and the boosts are gone, then has the zones
/// compacted for the order that was asked for. After [#FAILURES_MOST] rounds without progress it
/// stays asleep until a request reclaims some.
///
/// While it is awake CPUs tell the zones of smaller changes of the number of free pages, so that
/// requests do not overrun the reserve unnoticed. If the node has another CPU than the one that is
/// executing, it starts there at once; otherwise it waits for the CPU.
final class Kswapd {

    private static final int FAILURES_MOST = 16;

    private final Machine machine;
    private final int node;
    private final List<Zone> zones;
    private final Reclaim reclaim;
    private final Compaction compaction;
    private final ZoneList list;
    private final VmCounters counters;
    private boolean awake;
    private int failures;
    private int order;

    Kswapd(Machine machine, int node, List<Zone> all, ZoneList list, Reclaim reclaim,
            Compaction compaction, VmCounters counters) {
        this.machine = machine;
        this.node = node;
        this.zones = all.stream().filter(zone -> zone.span.node() == node).toList();
        this.list = list;
        this.reclaim = reclaim;
        this.compaction = compaction;
        this.counters = counters;
    }

    /// Wakes it if the node serves the request.
    void wakeFor(Cpu cpu, int wantedOrder, ZoneType highest, ZoneList requested) {
        if (requested.includesNode(node)) {
            wake(cpu, wantedOrder, highest);
        }
    }

    /// Wakes it unless the node is balanced or it has given up.
    void wake(Cpu cpu, int wantedOrder, ZoneType highest) {
        order = Math.max(order, wantedOrder);
        boolean idle = failures >= FAILURES_MOST || (isBalanced(wantedOrder, highest)
                && zones.stream().noneMatch(zone -> zone.marks.boostPages() > 0));
        if (awake || idle) {
            return;
        }
        awake = true;
        if (machine.cpus().stream().anyMatch(other -> other.node() == node && other != cpu)) {
            zones.forEach(zone -> zone.freePages.setThreshold(pressureThreshold(zone)));
        }
        machine.clock().after(1, () -> run(cpu));
    }

    private int pressureThreshold(Zone zone) {
        Watermarks marks = zone.marks.watermarks();
        return Math.max(1, Math.min(FreeCounter.THRESHOLD_MOST,
                (marks.low() - marks.min()) / machine.cpus().size()));
    }

    private boolean isBalanced(int wantedOrder, ZoneType highest) {
        return zones.stream().filter(zone -> zone.span.type().compareTo(highest) <= 0)
                .filter(zone -> zone.span.managedPages() > 0)
                .anyMatch(zone -> zone.marks.passes(zone, wantedOrder,
                        zone.marks.mark(AllocFlags.WMARK_HIGH), highest, 0));
    }

    private void run(Cpu waker) {
        Cpu cpu = machine.cpus().stream().filter(other -> other.node() == node).findFirst()
                .orElse(waker);
        counters.backgroundRuns++;
        while (!hasGivenUp() && !isBalanced(0, ZoneType.MOVABLE)) {
            boolean progress = reclaim.run(cpu) > 0;
            failures = progress ? 0 : failures + 1;
            // A pass without progress ends a run; the next one starts at once.
            counters.backgroundRuns += progress || hasGivenUp() ? 0 : 1;
        }
        zones.forEach(zone -> zone.setBoostPages(0));
        if (order > 0) {
            compaction.run(cpu.id(), order, ZoneType.MOVABLE, list);
        }
        order = 0;
        awake = false;
        zones.forEach(zone -> zone.freePages.setThreshold(zone.freePages.normalThreshold()));
    }

    /// Whether it stays asleep until somebody else reclaims memory.
    boolean hasGivenUp() {
        return failures >= FAILURES_MOST;
    }

    /// A request has reclaimed memory: there is some after all.
    void noteReclaimed() {
        failures = 0;
    }
}
