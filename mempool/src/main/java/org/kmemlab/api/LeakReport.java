package org.kmemlab.api;

import java.util.ArrayList;
import java.util.List;

import org.kmemlab.buddy.MemMap;
import org.kmemlab.buddy.PageAllocator;
import org.kmemlab.buddy.PageUse;
import org.kmemlab.slab.EngineKind;
import org.kmemlab.slab.KmemCache;
import org.kmemlab.slab.SlabAllocator;

/// What was allocated and not freed yet.
final class LeakReport {

    private LeakReport() {
    }

    /// One line for each cache with objects, then one for each block of pages. O(page frames).
    static List<String> of(SlabAllocator slab) {
        List<String> lines = new ArrayList<>();
        for (KmemCache cache : slab.caches().reversed()) {
            long objects = cache.snapshot().allocatedObjects();
            if (objects > 0) {
                lines.add("cache " + cache.name() + ": " + objects + " objects");
            }
        }
        if (slab.settings().engine() == EngineKind.SLOB && slab.slob().kmallocs() > 0) {
            lines.add("kmalloc: " + slab.slob().kmallocs() + " blocks");
        }
        addBlocks(lines, slab.pages());
        return lines;
    }

    private static void addBlocks(List<String> lines, PageAllocator pages) {
        MemMap memMap = pages.memMap();
        int pfn = memMap.nextHead(0);
        while (pfn >= 0) {
            int order = memMap.orderOf(pfn);
            PageUse use = memMap.useOf(pfn);
            if (use != PageUse.SLAB) {
                lines.add((use == PageUse.PLAIN ? "pages" : "large kmalloc") + " at pfn 0x"
                        + Integer.toHexString(pfn) + ": order " + order);
            }
            pfn = memMap.nextHead(pfn + (1 << order));
        }
    }
}
