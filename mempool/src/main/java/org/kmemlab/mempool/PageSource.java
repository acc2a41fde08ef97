package org.kmemlab.mempool;

import org.apache.commons.lang3.Validate;
import org.kmemlab.buddy.BadPagePolicy;
import org.kmemlab.buddy.GfpFlags;
import org.kmemlab.buddy.PageAllocator;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.KernelProfile;
import org.kmemlab.machine.PhysicalMemory;

/// Elements that are blocks of pages.
record PageSource(PageAllocator pages, int order) implements ElementSource {

    PageSource {
        Validate.isTrue(order >= 0 && order <= KernelProfile.MAX_PAGE_ORDER,
                "order %d: expected 0 to %d", order, KernelProfile.MAX_PAGE_ORDER);
    }

    @Override
    public long alloc(Cpu cpu, GfpFlags gfp) {
        int pfn = pages.allocPages(cpu, gfp, order);
        return pfn == PageAllocator.NONE ? 0 : pages.machine().memory().addressOf(pfn);
    }

    @Override
    public void free(Cpu cpu, long element) {
        pages.freePages(cpu, pages.machine().memory().pfnOf(element), order);
    }

    @Override
    public boolean refusesMisuse() {
        return pages.badPagePolicy() == BadPagePolicy.REFUSE;
    }

    @Override
    public void requireAllocated(long element) {
        Validate.isTrue((element & (PhysicalMemory.PAGE_SIZE - 1)) == 0,
                "no page starts at 0x%x", element);
        pages.checkHeld(pages.machine().memory().pfnOf(element), order);
    }

    @Override
    public long sizeBytes(long element) {
        return (long) PhysicalMemory.PAGE_SIZE << order;
    }

    @Override
    public String description() {
        return "order-" + order + " pages";
    }
}
