package org.kmemlab.mempool.pools;

import org.kmemlab.buddy.GfpFlags;
import org.kmemlab.buddy.PageAllocator;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.KernelProfile;
import org.kmemlab.machine.Machine;
import org.kmemlab.machine.PhysicalMemory;

/// Regions that are pages.
record PageRegions(PageAllocator pages, GfpFlags gfp) implements RegionSource {

    private static final long MOST_BYTES =
            (long) PhysicalMemory.PAGE_SIZE << KernelProfile.MAX_PAGE_ORDER;

    @Override
    public Machine machine() {
        return pages.machine();
    }

    @Override
    public long take(Cpu cpu, long bytes) {
        if (bytes > MOST_BYTES) {
            return 0;
        }
        int pfn = isBlock(bytes) ? pages.allocPages(cpu, gfp, orderOf(bytes))
                : pages.allocPagesExact(cpu, bytes, gfp);
        return pfn == PageAllocator.NONE ? 0 : machine().memory().addressOf(pfn);
    }

    @Override
    public void giveBack(Cpu cpu, long address, long bytes) {
        int pfn = machine().memory().pfnOf(address);
        if (isBlock(bytes)) {
            pages.freePages(cpu, pfn, orderOf(bytes));
        } else {
            pages.freePagesExact(cpu, pfn, bytes);
        }
    }

    @Override
    public long heldBytes(long bytes) {
        return Math.ceilDiv(bytes, PhysicalMemory.PAGE_SIZE) << PhysicalMemory.PAGE_SHIFT;
    }

    private boolean isBlock(long bytes) {
        return Long.bitCount(heldBytes(bytes)) == 1;
    }

    private int orderOf(long bytes) {
        return Long.numberOfTrailingZeros(heldBytes(bytes)) - PhysicalMemory.PAGE_SHIFT;
    }

    @Override
    public String description() {
        return "pages";
    }
}
