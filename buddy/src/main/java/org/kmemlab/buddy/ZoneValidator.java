package org.kmemlab.buddy;

import java.util.BitSet;

import org.kmemlab.machine.KernelProfile;

/// Checks the invariants of a zone by walking everything.
final class ZoneValidator {

    private final Zone zone;
    private final int start;
    private final BitSet seen;

    ZoneValidator(Zone zone) {
        this.zone = zone;
        start = zone.span.startPfn();
        seen = new BitSet(zone.span.spannedPages());
    }

    /// @throws IllegalStateException naming the first broken invariant
    void run() {
        long free = walkFreeLists();
        check(free == zone.freePages.exact(), "I3: " + free + " pages on the free lists, but "
                + zone.freePages.exact() + " counted");
        for (int cpu = 0; cpu < zone.cpus(); cpu++) {
            walkPerCpu(cpu);
        }
        walkUsed();
    }

    private long walkFreeLists() {
        long pages = 0;
        for (int order = 0; order <= KernelProfile.MAX_PAGE_ORDER; order++) {
            int blocks = 0;
            for (MigrateType type : MigrateType.values()) {
                for (int pfn : zone.areas[order].list(type)) {
                    checkFree(pfn, order, type);
                    claim(pfn, order, "free list");
                    blocks++;
                }
            }
            check(blocks == zone.areas[order].nrFree(), "order " + order + " has " + blocks
                    + " blocks on lists, but nr_free " + zone.areas[order].nrFree());
            pages += (long) blocks << order;
        }
        return pages;
    }

    private void checkFree(int pfn, int order, MigrateType type) {
        short state = zone.map.state(pfn);
        if (!zone.map.isFreeBlock(pfn, order) || FrameState.type(state) != type.ordinal()) {
            throw broken(at(pfn) + " on list " + order + "/" + type + " "
                    + FrameState.describe(state));
        }
        if (zone.keepsListsClean() && zone.map.pageblockType(pfn) != type) {
            throw broken(at(pfn) + " is on the list of " + type + ", its pageblock is "
                    + zone.map.pageblockType(pfn));
        }
        int buddy = pfn ^ 1 << order;
        boolean unmerged = order < zone.map.pageblockOrder()
                && order < KernelProfile.MAX_PAGE_ORDER && zone.contains(buddy)
                && zone.map.isFreeBlock(buddy, order);
        if (unmerged) {
            throw broken("I1: " + at(pfn) + " and its buddy are both free with order " + order);
        }
    }

    private void walkPerCpu(int cpu) {
        ZoneState.CpuLists lists = zone.perCpu(cpu).snapshot();
        int pages = 0;
        for (ZoneState.CpuList list : lists.lists()) {
            int order = PerCpuPages.order(list.index());
            for (int pfn : list.pfns()) {
                short state = zone.map.state(pfn);
                if (FrameState.kind(state) != FrameState.PER_CPU
                        || FrameState.order(state) != order) {
                    throw broken(at(pfn) + " on list " + list.index() + " of cpu " + cpu + " "
                            + FrameState.describe(state));
                }
                claim(pfn, order, "list of a cpu");
                pages += 1 << order;
            }
        }
        check(pages == lists.countPages(), "cpu " + cpu + " has " + pages
                + " pages on its lists, but count " + lists.countPages());
    }

    /// Every other managed frame must be in use, and a block in use must not overlap another.
    private void walkUsed() {
        int pfn = start;
        while (pfn < zone.span.endPfn()) {
            short state = zone.map.state(pfn);
            int pages = 1;
            if (FrameState.isUsed(state)) {
                pages = 1 << FrameState.order(state);
                claim(pfn, FrameState.order(state), "user");
            } else if (FrameState.kind(state) == FrameState.GUARD) {
                pages = 1 << FrameState.order(state);
                claim(pfn, FrameState.order(state), "guard");
            } else if (isUnclaimed(pfn, state)) {
                throw broken(at(pfn) + " " + FrameState.describe(state)
                        + ", but is in no block and on no list: lost");
            }
            pfn += pages;
        }
    }

    private boolean isUnclaimed(int pfn, short state) {
        int kind = FrameState.kind(state);
        boolean shouldBeListed = kind == FrameState.NOTHING || kind == FrameState.FREE
                || kind == FrameState.PER_CPU;
        return shouldBeListed && !seen.get(pfn - start);
    }

    private void claim(int pfn, int order, String where) {
        int last = pfn + (1 << order) - 1;
        if (!zone.contains(pfn) || !zone.contains(last)) {
            throw broken(at(pfn) + " of order " + order + " reaches past the zone");
        }
        if ((pfn & (1 << order) - 1) != 0) {
            throw broken(at(pfn) + " of order " + order + " is not aligned");
        }
        int from = pfn - start;
        int next = seen.nextSetBit(from);
        if (next >= 0 && next <= last - start) {
            throw broken("I2: " + at(pfn) + " of order " + order + " (" + where + ") overlaps "
                    + at(start + next));
        }
        seen.set(from, from + (1 << order));
    }

    private static String at(int pfn) {
        return "pfn 0x" + Integer.toHexString(pfn);
    }

    private void check(boolean holds, String complaint) {
        if (!holds) {
            throw broken(complaint);
        }
    }

    private IllegalStateException broken(String complaint) {
        return new IllegalStateException("node " + zone.span.node() + " zone "
                + zone.span.type().label() + ": " + complaint);
    }
}
