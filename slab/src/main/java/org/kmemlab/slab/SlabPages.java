package org.kmemlab.slab;

import org.kmemlab.buddy.GfpFlags;
import org.kmemlab.buddy.MemMap;
import org.kmemlab.buddy.PageAllocator;
import org.kmemlab.buddy.PageUse;
import org.kmemlab.machine.Cpu;

/// Where slabs get their pages: the machine's page allocator, unless a replay of a recording that
/// has no page state says which pages a new slab gets.
public interface SlabPages {

    /// Asks for `2^order` pages for a slab.
    ///
    /// @param node wanted memory node, -1 for the CPU's
    /// @param owner number of the cache
    /// @return the first frame, [PageAllocator#NONE] if there is no memory
    int alloc(Cpu cpu, int node, GfpFlags gfp, int order, int owner);

    /// Takes back the pages of a slab.
    void free(Cpu cpu, int pfn, int order);

    /// The memory node of a frame.
    int nodeOf(int pfn);

    /// Whether the map of memory says that these pages are this owner's slab, as far as it knows.
    default boolean isOwned(int pfn, int order, int owner) {
        return true;
    }

    /// The pages of a page allocator.
    static SlabPages of(PageAllocator pages) {
        return new SlabPages() {
            @Override
            public int alloc(Cpu cpu, int node, GfpFlags gfp, int order, int owner) {
                int pfn = pages.allocPagesNode(cpu, node, gfp, order);
                if (pfn != PageAllocator.NONE) {
                    pages.memMap().setOwner(pfn, PageUse.SLAB, owner);
                }
                return pfn;
            }

            @Override
            public void free(Cpu cpu, int pfn, int order) {
                pages.memMap().clearOwner(pfn);
                pages.freePages(cpu, pfn, order);
            }

            @Override
            public boolean isOwned(int pfn, int order, int owner) {
                MemMap map = pages.memMap();
                int head = map.headOf(pfn);
                // What was in use before a recorded state has no entry.
                return head == PageAllocator.NONE
                        || (head == pfn && map.orderOf(pfn) == order
                                && map.useOf(pfn) == PageUse.SLAB && map.ownerOf(pfn) == owner);
            }

            @Override
            public int nodeOf(int pfn) {
                return pages.memMap().nodeOf(pfn);
            }
        };
    }
}
