package org.kmemlab.lab.verify.fault;

import java.util.HashMap;
import java.util.Map;

import org.kmemlab.buddy.GfpFlags;
import org.kmemlab.buddy.PageAllocator;
import org.kmemlab.lab.verify.slab.RecordedSlabPages;
import org.kmemlab.machine.Cpu;
import org.kmemlab.slab.SlabPages;

/// Lets our page allocator decide whether a new slab gets pages, and takes only their place from the
/// log.
final class FaultSlabPages implements SlabPages {

    private final PageAllocator pages;
    private final RecordedSlabPages recorded;
    /// Our block behind each recorded one.
    private final Map<Integer, Integer> ourBlocks = new HashMap<>();

    FaultSlabPages(PageAllocator pages, RecordedSlabPages recorded) {
        this.pages = pages;
        this.recorded = recorded;
    }

    @Override
    public int alloc(Cpu cpu, int node, GfpFlags gfp, int order, int owner) {
        if (recorded.isOwn(owner)) {
            return recorded.alloc(cpu, node, gfp, order, owner);
        }
        int ours = pages.allocPagesNode(cpu, node, gfp, order);
        if (ours == PageAllocator.NONE) {
            return PageAllocator.NONE;
        }
        int place = recorded.alloc(cpu, node, gfp, order, owner);
        // A slab that the log does not have stays at our place, which no line of the log names.
        int pfn = place == PageAllocator.NONE ? ours : place;
        ourBlocks.put(pfn, ours);
        return pfn;
    }

    @Override
    public void free(Cpu cpu, int pfn, int order) {
        Integer ours = ourBlocks.remove(pfn);
        if (ours == null) {
            recorded.free(cpu, pfn, order);
            return;
        }
        if (ours != pfn) {
            recorded.free(cpu, pfn, order);
        }
        pages.freePages(cpu, ours, order);
    }

    @Override
    public int nodeOf(int pfn) {
        return recorded.nodeOf(pfn);
    }
}
