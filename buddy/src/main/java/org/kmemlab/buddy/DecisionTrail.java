package org.kmemlab.buddy;

import java.util.ArrayList;
import java.util.List;

import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.ZoneType;

/// How a request was decided, in words and numbers: the zones that were asked, the arithmetic of
/// their watermarks, the lists that were looked at, and the block that another type gave.
///
/// Hand it to [PageAllocator#follow] before the request and read it afterwards. Following costs
/// time and memory; it changes no decision.
public final class DecisionTrail implements PageEvents {

    private final List<String> lines = new ArrayList<>();

    /// What happened since the trail was made, in the order in which it happened.
    public List<String> lines() {
        return List.copyOf(lines);
    }

    void say(String line) {
        lines.add(line);
    }

    void zoneAsked(Zone zone, int order, ZoneType highest, int flags, boolean allowed) {
        if (AllocFlags.has(flags, AllocFlags.NO_WATERMARKS)) {
            say(name(zone) + ": all reserves may be used");
            return;
        }
        long free = zone.freePages.counted();
        int boost = zone.marks.boostPages();
        int mark = zone.marks.mark(flags);
        int reserve = zone.marks.lowmemReserve()[highest.ordinal()];
        StringBuilder text = new StringBuilder(name(zone)).append(": free ").append(free);
        if (order > 0) {
            text.append(" - ").append((1 << order) - 1).append(" (order ").append(order)
                    .append(')');
        }
        if (!AllocFlags.has(flags, AllocFlags.RESERVES) && zone.highatomic.reservedPages() > 0) {
            text.append(" - ").append(zone.highatomic.reservedPages())
                    .append(" (high-order atomic reserve)");
        }
        text.append(" against ").append(markName(flags)).append(" mark ").append(mark - boost);
        if (boost > 0) {
            text.append(" + ").append(boost).append(" (boost)");
        }
        if (AllocFlags.has(flags, AllocFlags.MIN_RESERVE | AllocFlags.OOM)) {
            text.append(", lowered to ").append(zone.marks.reducedMark(flags))
                    .append(" by the right to reserves");
        }
        if (reserve > 0) {
            text.append(" + ").append(reserve).append(" (kept for lower requests)");
        }
        say(text.append(allowed ? ": may be used" : refusal(zone, order)).toString());
    }

    private static String refusal(Zone zone, int order) {
        Fragmentation fragmentation = zone.fragmentation();
        return ": passed over" + (order > 0 && fragmentation.suitableBlocks(order) == 0
                ? ", it has no block of order " + order + " and more"
                : "");
    }

    void cpuListAsked(Zone zone, Cpu cpu, int order, MigrateType type) {
        PerCpuPages pcp = zone.perCpu(cpu.id());
        int blocks = pcp.length(order, type);
        say("  " + cpu + "'s list of order " + order + " " + type.label() + ": "
                + (blocks == 0 ? "empty, refilled from the zone" : blocks + " blocks"));
    }

    void zoneListsAsked(Zone zone, int order, MigrateType type) {
        StringBuilder text = new StringBuilder("  lists of ").append(type.label())
                .append(" from order ").append(order).append(" on:");
        for (int size = order; size < zone.areas.length; size++) {
            text.append(' ').append(zone.areas[size].length(type, Integer.MAX_VALUE));
        }
        say(text.toString());
    }

    @Override
    public void zoneLocked(int pfn, int order, MigrateType type, boolean perCpuRefill) {
        say("    " + hex(pfn) + " of order " + order + " left the lists of " + type.label());
    }

    @Override
    public void pcpuDrain(int pfn, int order, MigrateType type) {
        say("    " + hex(pfn) + " of order " + order + " came back to the lists of "
                + type.label());
    }

    @Override
    public void fallback(String rule) {
        say("    no block of its own type: another gives " + rule);
    }

    @Override
    public void extfrag(int pfn, int order, int fallbackOrder, MigrateType start,
            MigrateType fallback, boolean changedOwnership) {
        say("    " + hex(pfn) + " of order " + fallbackOrder + " taken from " + fallback.label()
                + "; its pageblock "
                + (changedOwnership ? "is " + start.label() + " now"
                        : "keeps its type"));
    }

    private static String name(Zone zone) {
        return "node " + zone.span.node() + " zone " + zone.span.type().label();
    }

    private static String markName(int flags) {
        return switch (flags & AllocFlags.WMARK_MASK) {
            case AllocFlags.WMARK_MIN -> "min";
            case AllocFlags.WMARK_LOW -> "low";
            default -> "high";
        };
    }

    private static String hex(int pfn) {
        return "0x" + Integer.toHexString(pfn);
    }
}
