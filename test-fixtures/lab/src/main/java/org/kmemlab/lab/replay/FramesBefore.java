package org.kmemlab.lab.replay;

import java.util.BitSet;

import org.kmemlab.buddy.MigrateType;
import org.kmemlab.buddy.PageAllocator;
import org.kmemlab.buddy.ZoneState;
import org.kmemlab.lab.state.RecordedState;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.KernelProfile;

/// The frames that were in use when a recorded state was taken: they may be freed though the trace
/// does not see them allocated.
///
/// A machine that starts from the state has them in use, too, under the same numbers.
final class FramesBefore {

    /// CPU lists of the orders 0 to 3; those behind them are of huge pages.
    private static final int LOW_ORDER_LISTS = 4 * MigrateType.PCP_TYPES;
    private static final int HUGE_PAGE_ORDER = 9;

    private final PageAllocator pages;
    private final BitSet used = new BitSet();

    private FramesBefore(PageAllocator pages) {
        this.pages = pages;
    }

    /// No state: nothing is known to be in use.
    static FramesBefore none(PageAllocator pages) {
        return new FramesBefore(pages);
    }

    /// The frames that a state does not list as free.
    static FramesBefore of(PageAllocator pages, RecordedState state) {
        FramesBefore frames = new FramesBefore(pages);
        for (ZoneState zone : state.zones()) {
            frames.used.set(zone.span().startPfn(), zone.span().endPfn());
        }
        for (ZoneState zone : state.zones()) {
            zone.freeLists().forEach(
                    list -> list.pfns().forEach(pfn -> frames.clear(pfn, list.order())));
            zone.perCpu().forEach(cpu -> cpu.lists().forEach(
                    list -> list.pfns().forEach(pfn -> frames.clear(pfn, orderOf(list)))));
        }
        return frames;
    }

    private static int orderOf(ZoneState.CpuList list) {
        return list.index() < LOW_ORDER_LISTS ? list.index() / MigrateType.PCP_TYPES
                : HUGE_PAGE_ORDER;
    }

    private void clear(int pfn, int order) {
        used.clear(pfn, pfn + (1 << order));
    }

    /// Takes a block out that belongs to somebody who gives it back himself.
    ///
    /// @return false, and nothing happens, if any frame is not known to be in use
    boolean claim(int pfn, int order) {
        int end = pfn + (1 << order);
        if (pfn < 0 || end > used.length() || used.nextClearBit(pfn) < end) {
            return false;
        }
        used.clear(pfn, end);
        return true;
    }

    /// Gives a block back if all of it has been in use since before.
    ///
    /// @return false, and nothing happens, if any frame is not known to be in use
    boolean free(Cpu cpu, long pfn, int order) {
        if (pfn < 0 || pfn >= used.length() || order > KernelProfile.MAX_PAGE_ORDER) {
            return false;
        }
        int start = (int) pfn;
        int end = start + (1 << order);
        if (used.nextClearBit(start) < end) {
            return false;
        }
        used.clear(start, end);
        pages.freePages(cpu, start, order);
        return true;
    }
}
