package org.kmemlab.buddy;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

import org.kmemlab.machine.Machine;
import org.kmemlab.machine.PhysicalMemory;
import org.kmemlab.machine.ZoneType;

/// Makes large blocks by moving pages: two scanners work towards each other, one from the zone's
/// start looking for pages that can be moved, one from its end looking for free pages to move to.
///
/// Only owners that registered as [MovablePages] are asked. After a failure the zone is left alone
/// for a growing number of attempts.
///
/// @see <a href="https://lwn.net/Articles/368869/">Memory compaction</a>
final class Compaction {

    /// Most attempts skipped after failures, as a power of two.
    private static final int DEFER_SHIFT_MOST = 6;

    private final Machine machine;
    private final PageHandover handover;
    private final List<MovablePages> owners = new ArrayList<>();

    Compaction(Machine machine, PageHandover handover) {
        this.machine = machine;
        this.handover = handover;
    }

    void register(MovablePages owner) {
        owners.add(owner);
    }

    /// How an attempt for a request ended.
    enum Outcome {
        /// No zone could gain from it, or all were left alone for now.
        SKIPPED,
        /// Pages were moved, but no zone has a block for the request.
        FAILED,
        /// Some zone has a block for the request.
        DONE
    }

    /// Compacts the zones of a request that could gain from it.
    Outcome run(int cpu, int order, ZoneType highest, ZoneList zones) {
        boolean tried = false;
        boolean success = false;
        for (Zone zone : zones.upTo(highest)) {
            if (success || zone.compactDefer.shouldSkip(order)) {
                continue;
            }
            switch (Suitability.of(zone, order, highest)) {
                case SUCCESS -> success = true;
                case SKIPPED -> {
                }
                case CONTINUE -> {
                    tried = true;
                    success = compact(cpu, zone, order, highest);
                }
            }
        }
        if (success) {
            return Outcome.DONE;
        }
        return tried ? Outcome.FAILED : Outcome.SKIPPED;
    }

    private boolean compact(int cpu, Zone zone, int order, ZoneType highest) {
        Scan scan = new Scan(cpu, zone);
        boolean done = false;
        while (!done && scan.moveOne()) {
            done = Suitability.of(zone, order, highest) == Suitability.SUCCESS;
        }
        scan.releaseRoom();
        done = done || Suitability.of(zone, order, highest) == Suitability.SUCCESS;
        zone.compactDefer.record(order, done);
        return done;
    }

    /// One pass over a zone.
    private final class Scan {
        private final int cpu;
        private final Zone zone;
        private final Deque<Integer> room = new ArrayDeque<>();
        private int migratePfn;
        private int freePfn;

        Scan(int cpu, Zone zone) {
            this.cpu = cpu;
            this.zone = zone;
            migratePfn = zone.span.startPfn();
            freePfn = zone.span.endPfn();
        }

        /// Moves the next movable page.
        ///
        /// @return false when the scanners have met
        boolean moveOne() {
            while (migratePfn < freePfn) {
                int pfn = migratePfn++;
                if (isMovable(pfn)) {
                    return (!room.isEmpty() || findRoom()) && move(pfn);
                }
            }
            return false;
        }

        private boolean isMovable(int pfn) {
            return zone.map.state(pfn) == FrameState.used(PageUse.PLAIN, 0)
                    && owners.stream().anyMatch(owner -> owner.holds(pfn));
        }

        private boolean findRoom() {
            while (freePfn > migratePfn) {
                freePfn--;
                short state = zone.map.state(freePfn);
                if (FrameState.kind(state) == FrameState.FREE
                        && zone.map.pageblockType(freePfn) == MigrateType.MOVABLE) {
                    int order = FrameState.order(state);
                    zone.areas[order].remove(freePfn);
                    zone.freePages.add(cpu, -(1 << order));
                    for (int i = 0; i < 1 << order; i++) {
                        zone.map.setState(freePfn + i, FrameState.used(PageUse.PLAIN, 0));
                        zone.map.setPrev(freePfn + i, 0, 0);
                        room.addLast(freePfn + i);
                    }
                    return true;
                }
            }
            return false;
        }

        private boolean move(int from) {
            int to = room.removeLast();
            if (machine.memory().hasBytes()) {
                machine.memory().copy(machine.memory().addressOf(from),
                        machine.memory().addressOf(to), PhysicalMemory.PAGE_SIZE);
            }
            boolean moved = owners.stream()
                    .anyMatch(owner -> owner.holds(from) && owner.migrate(from, to));
            if (moved) {
                zone.map.setPrev(to, 0, zone.map.prev(from, 0));
                handover.moved(from, to);
            }
            give(moved ? from : to);
            return true;
        }

        private void give(int pfn) {
            handover.takenBack(pfn, 0);
            zone.map.setState(pfn, (short) 0);
            zone.freeOnePage(cpu, pfn, 0, zone.map.pageblockType(pfn), false);
        }

        void releaseRoom() {
            room.forEach(this::give);
            room.clear();
        }
    }

    /// How long a zone is left alone after compaction failed.
    static final class Defer {
        private int shift;
        private int considered;
        private int orderFailed = Integer.MAX_VALUE;

        boolean shouldSkip(int order) {
            if (order < orderFailed) {
                return false;
            }
            considered++;
            return considered < 1 << shift;
        }

        void record(int order, boolean success) {
            considered = 0;
            if (success) {
                shift = 0;
                orderFailed = Math.max(orderFailed, order + 1);
            } else {
                orderFailed = Math.min(orderFailed, order);
                shift = Math.min(shift + 1, DEFER_SHIFT_MOST);
            }
        }
    }
}
