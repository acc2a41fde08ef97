package org.kmemlab.lab.policy;

import static org.kmemlab.machine.KernelProfile.MAX_PAGE_ORDER;

import org.agrona.collections.Int2IntHashMap;
import org.apache.commons.lang3.Validate;
import org.kmemlab.buddy.GfpFlags;
import org.kmemlab.buddy.PageAllocator;
import org.kmemlab.buddy.ZoneState;
import org.kmemlab.machine.Cpu;

/// The kernel's page allocator as a page policy: buddies in zones, lists by CPU before them.
///
/// It keeps what the kernel keeps: a reserve below the watermarks, and pages on the lists of CPUs. Its
/// steps are not counted.
public final class KernelPages implements PagePolicy {

    private static final GfpFlags GFP = GfpFlags.GFP_KERNEL.with(GfpFlags.NORETRY)
            .with(GfpFlags.NOWARN);
    private static final int HUGE_ORDER = 9;
    private static final long UNKNOWN = -1;

    private final PageAllocator allocator;
    private final Int2IntHashMap orderOf = new Int2IntHashMap(NONE);
    private long usedPages;

    /// Stands on an allocator that nobody else uses.
    public KernelPages(PageAllocator allocator) {
        this.allocator = allocator;
    }

    @Override
    public int alloc(Cpu cpu, int order) {
        Validate.inclusiveBetween(0, MAX_PAGE_ORDER, order,
                "order " + order + ": expected 0 to " + MAX_PAGE_ORDER);
        int pfn = allocator.allocPages(cpu, GFP, order);
        if (pfn == PageAllocator.NONE) {
            return NONE;
        }
        orderOf.put(pfn, order);
        usedPages += 1L << order;
        return pfn;
    }

    @Override
    public void free(Cpu cpu, int pfn, int order) {
        allocator.checkHeld(pfn, order);
        orderOf.remove(pfn);
        usedPages -= 1L << order;
        allocator.freePages(cpu, pfn, order);
    }

    @Override
    public PagePolicyUsage usage() {
        PageAllocator.Totals totals = allocator.totals();
        long huge = 0;
        for (ZoneState zone : allocator.snapshot()) {
            for (ZoneState.FreeList list : zone.freeLists()) {
                if (list.order() >= HUGE_ORDER) {
                    huge += (long) list.pfns().size() << (list.order() - HUGE_ORDER);
                }
            }
        }
        return new PagePolicyUsage(usedPages, totals.freePages() + totals.perCpuPages(), huge,
                UNKNOWN, UNKNOWN, UNKNOWN);
    }

    @Override
    public void validate() {
        allocator.validate();
        orderOf.forEachInt(allocator::checkHeld);
    }

    @Override
    public void close() {
        Cpu first = allocator.machine().cpu(0);
        orderOf.forEachInt((pfn, order) -> allocator.freePages(first, pfn, order));
        orderOf.clear();
        usedPages = 0;
    }
}
