package org.kmemlab.buddy;

import org.apache.commons.lang3.Validate;
import org.jspecify.annotations.Nullable;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.KernelProfile;
import org.kmemlab.machine.PhysicalMemory;

/// Requests for other numbers of pages than one block: many single pages, or a number that is no
/// power of two.
final class BulkPages {

    private static final long EXACT_BYTES_MOST =
            (long) PhysicalMemory.PAGE_SIZE << KernelProfile.MAX_PAGE_ORDER;
    private static final GfpFlags NOT_EXACT = GfpFlags.COMP.with(GfpFlags.HIGHMEM);

    private final PageAllocator pages;
    private final ZoneWalk walk;

    BulkPages(PageAllocator pages, ZoneWalk walk) {
        this.pages = pages;
        this.walk = walk;
    }

    int alloc(Cpu cpu, int node, GfpFlags gfp, int[] pfns) {
        int filled = filledFrom(pfns, 0);
        if (filled == pfns.length) {
            return filled;
        }
        boolean many = pfns.length - filled > 1 && !gfp.has(GfpFlags.ACCOUNT)
                && pages.handover().owner() == null;
        if (many && pages.failPageAlloc().shouldFail(cpu, gfp, 0)) {
            return filled;
        }
        if (!many || !takeMany(cpu, node, gfp, pfns, filled)) {
            pfns[filled] = pages.allocPagesNode(cpu, node, gfp, 0);
        }
        return filledFrom(pfns, filled);
    }

    /// Index of the first element from `start` that is empty.
    private static int filledFrom(int[] pfns, int start) {
        int index = start;
        while (index < pfns.length && pfns[index] != PageAllocator.NONE) {
            index++;
        }
        return index;
    }

    /// Fills the array from the lists of the CPU.
    ///
    /// @return whether any page was taken
    private boolean takeMany(Cpu cpu, int node, GfpFlags gfp, int[] pfns, int filled) {
        Zone zone = zoneFor(cpu, node, gfp, pfns.length);
        if (zone == null) {
            return false;
        }
        boolean any = false;
        for (int i = filled; i < pfns.length; i++) {
            if (pfns[i] != PageAllocator.NONE) {
                continue;
            }
            int pfn = takeOne(cpu, zone, gfp.migrateType());
            if (pfn == PageAllocator.NONE) {
                break;
            }
            walk.prepare(zone, cpu, pfn, gfp, 0);
            pfns[i] = pfn;
            any = true;
        }
        return any;
    }

    private int takeOne(Cpu cpu, Zone zone, MigrateType type) {
        return pages.machine().config().perCpuPages()
                ? zone.perCpu(cpu.id()).take(0, type, AllocFlags.WMARK_LOW)
                : zone.rmqueueBuddy(cpu.id(), 0, type, AllocFlags.WMARK_LOW);
    }

    /// The first zone of the node that stays above its low mark with all pages taken.
    private @Nullable Zone zoneFor(Cpu cpu, int node, GfpFlags gfp, int count) {
        Zone[] zones = walk.listFor(cpu, node, gfp).upTo(gfp.highestZone());
        for (Zone zone : zones) {
            if (zone.span.node() != zones[0].span.node()) {
                return null;
            }
            int mark = zone.marks.mark(AllocFlags.WMARK_LOW) + count;
            if (zone.marks.passes(zone, 0, mark, zones[0].span.type(), AllocFlags.WMARK_LOW)) {
                return zone;
            }
        }
        return null;
    }

    int allocExact(Cpu cpu, long bytes, GfpFlags gfp) {
        int order = orderOf(bytes);
        int pfn = pages.allocPages(cpu, gfp.without(NOT_EXACT), order);
        if (pfn == PageAllocator.NONE) {
            return pfn;
        }
        pages.splitPage(pfn, order);
        for (int at = pfn + pagesOf(bytes); at < pfn + (1 << order); at++) {
            pages.freeToTail(cpu, at);
        }
        return pfn;
    }

    void freeExact(Cpu cpu, int pfn, long bytes) {
        orderOf(bytes);
        int end = pfn + pagesOf(bytes);
        for (int at = pfn; at < end; at++) {
            pages.checkHeld(at, 0);
        }
        for (int at = pfn; at < end; at++) {
            pages.freePages(cpu, at, 0);
        }
    }

    private static int pagesOf(long bytes) {
        return (int) Math.ceilDiv(bytes, (long) PhysicalMemory.PAGE_SIZE);
    }

    private static int orderOf(long bytes) {
        Validate.inclusiveBetween(1, EXACT_BYTES_MOST, bytes,
                bytes + " bytes: expected 1 to " + EXACT_BYTES_MOST);
        return Integer.SIZE - Integer.numberOfLeadingZeros(pagesOf(bytes) - 1);
    }
}
