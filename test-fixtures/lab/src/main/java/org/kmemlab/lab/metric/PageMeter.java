package org.kmemlab.lab.metric;

import static org.kmemlab.machine.KernelProfile.MAX_PAGE_ORDER;

import org.kmemlab.buddy.Fragmentation;
import org.kmemlab.buddy.GfpFlags;
import org.kmemlab.buddy.MemMap;
import org.kmemlab.buddy.MigrateType;
import org.kmemlab.buddy.PageAllocator;
import org.kmemlab.buddy.PageEvents;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.ZoneSpan;

/// Looks at the pages below a policy.
///
/// The probe for order 9 asks for as many huge movable blocks as half of the free pages could be at
/// best, 16 at most, without reclaim, and gives them back to the zone; that may turn a pageblock's
/// type, for every policy alike. The other half stays clear of the watermarks.
final class PageMeter implements PageEvents {

    private static final int HUGE_ORDER = 9;
    private static final int PROBES = 16;
    private static final int WHOLE = 1000;
    private static final GfpFlags HUGE = GfpFlags.HIGHMEM.with(GfpFlags.MOVABLE)
            .with(GfpFlags.COMP).with(GfpFlags.NOWARN);

    private final PageAllocator pages;
    private final int[] probed = new int[PROBES];
    private boolean probing;
    private long steals;

    /// Starts to watch; takes the place of an observer of the page allocator.
    PageMeter(PageAllocator pages) {
        this.pages = pages;
        pages.observe(this);
    }

    @Override
    public void extfrag(int pfn, int order, int fallbackOrder, MigrateType start,
            MigrateType fallback, boolean changedOwnership) {
        if (!probing) {
            steals++;
        }
    }

    /// Pages that nobody uses.
    long freePages() {
        PageAllocator.Totals totals = pages.totals();
        return totals.freePages() + totals.perCpuPages();
    }

    /// Fills in what is measured of pages.
    void sample(Series row) {
        Fragmentation pieces = pages.fragmentation();
        for (int order = 0; order <= MAX_PAGE_ORDER; order++) {
            row.setOrder(order, pieces.unusableIndex(order), pieces.index(order));
        }
        row.set(Measure.FREE_PAGES, freePages());
        row.set(Measure.LARGEST_FREE_ORDER, pieces.largestOrder());
        row.set(Measure.STEALS, steals);
        row.set(Measure.MIXED_PAGEBLOCKS, mixedPageblocks());
        row.set(Measure.ORDER9_PERMILLE, hugePermille());
    }

    /// Pageblocks for movable pages with pages in use. Policies take pages that cannot be moved.
    private long mixedPageblocks() {
        MemMap map = pages.memMap();
        int frames = 1 << pages.machine().profile().pageblockOrder();
        long mixed = 0;
        for (ZoneSpan zone : pages.machine().config().zones()) {
            int pfn = map.nextHead(zone.startPfn());
            while (pfn >= 0 && pfn < zone.endPfn()) {
                if (map.pageblockType(pfn) == MigrateType.MOVABLE) {
                    mixed++;
                }
                int past = Math.max((pfn & -frames) + frames, pfn + (1 << map.orderOf(pfn)));
                pfn = map.nextHead(past);
            }
        }
        return mixed;
    }

    private long hugePermille() {
        Cpu cpu = pages.machine().cpu(0);
        int wanted = (int) Math.min(PROBES, freePages() >>> (HUGE_ORDER + 1));
        int got = 0;
        probing = true;
        for (int i = 0; i < wanted; i++) {
            probed[got] = pages.allocPages(cpu, HUGE, HUGE_ORDER);
            got += probed[got] == PageAllocator.NONE ? 0 : 1;
        }
        for (int i = 0; i < got; i++) {
            pages.freePagesToZone(cpu, probed[i], HUGE_ORDER);
        }
        probing = false;
        return wanted == 0 ? Measure.ABSENT : (long) WHOLE * got / wanted;
    }
}
