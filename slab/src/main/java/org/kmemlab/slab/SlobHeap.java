package org.kmemlab.slab;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import com.google.errorprone.annotations.FormatMethod;
import com.google.errorprone.annotations.FormatString;
import org.apache.commons.lang3.Validate;
import org.jspecify.annotations.Nullable;
import org.kmemlab.buddy.GfpFlags;
import org.kmemlab.buddy.PageAllocator;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.PhysicalMemory;

/// The heap that serves all caches and `kmalloc` of a machine with SLOB, the small allocator that
/// Linux had until 6.4.
///
/// ```text
///   request of < 256 bytes   < 1024 bytes   less than a page      a page or more
///            │                    │              │                     │
///          small               medium          large                pages of its own
///            └──── lists of pages that have free blocks ────┘
/// ```
///
/// The first page of the list that has enough free units, in one block, serves; in it the first such
/// block. The next search begins with that page, which keeps the blocks of one time together. A page
/// that is wholly free is given back at once.
///
/// @see <a href="https://lwn.net/Articles/157944/">Mackall, slob: introduce the SLOB allocator</a>
final class SlobHeap {

    /// How `kmalloc` is named where caches have names.
    static final String KMALLOC = "kmalloc";
    /// Requests of so many bytes and more get pages of their own.
    static final int PAGE_BYTES = PhysicalMemory.PAGE_SIZE;

    private static final int MEDIUM_BYTES = 256;
    private static final int LARGE_BYTES = 1024;
    /// The number that the map of memory has for the owner of the heap's pages.
    private static final int OWNER = 0;

    private final SlabPages slabPages;
    private final PhysicalMemory memory;
    private final SlobList small = new SlobList();
    private final SlobList medium = new SlobList();
    private final SlobList large = new SlobList();
    private final Map<Integer, SlobPage> pages = new HashMap<>();
    private final SlobBlocks blocks = new SlobBlocks();
    private final boolean refusesMisuse;

    SlobHeap(SlabPages slabPages, PhysicalMemory memory, boolean refusesMisuse) {
        this.slabPages = slabPages;
        this.memory = memory;
        this.refusesMisuse = refusesMisuse;
    }

    /// What has been given out.
    SlobBlocks blocks() {
        return blocks;
    }

    private SlobList listFor(int bytes) {
        if (bytes < MEDIUM_BYTES) {
            return small;
        }
        return bytes < LARGE_BYTES ? medium : large;
    }

    private static int units(int bytes) {
        return Math.ceilDiv(bytes, SlobPage.UNIT_BYTES);
    }

    /// Allocates a block of less than a page.
    ///
    /// @param node wanted memory node, [KmemCache#ANY_NODE] for any
    /// @param align of the object, which begins `lead` bytes behind the block
    /// @param cache whose object it becomes; null for `kmalloc`
    /// @return the address of the object; 0 if there is no memory
    long alloc(Cpu cpu, int node, GfpFlags gfp, int bytes, int align, int lead,
            @Nullable SlabCache cache) {
        SlobList list = listFor(bytes);
        SlobPage page = list.first();
        int place = SlobPage.NONE;
        for (int left = list.count(); left > 0 && place == SlobPage.NONE; left--) {
            SlobPage tried = Objects.requireNonNull(page);
            place = fits(tried, node, bytes) ? tried.take(units(bytes), align, lead)
                    : SlobPage.NONE;
            page = place == SlobPage.NONE ? SlobList.after(tried) : tried;
        }
        if (place == SlobPage.NONE) {
            page = grow(cpu, node, gfp, list);
            if (page == null) {
                return 0;
            }
            place = page.take(units(bytes), align, lead);
        }
        SlobPage serving = Objects.requireNonNull(page);
        if (serving.freeUnits() == 0) {
            list.remove(serving);
        } else {
            list.beginWith(serving);
        }
        long start = serving.start + (long) place * SlobPage.UNIT_BYTES;
        if (gfp.has(GfpFlags.ZERO)) {
            memory.fill(start, bytes, (byte) 0);
        }
        blocks.add(new SlobBlock(start, bytes, lead, SlobBlock.HEAP, cache, false));
        return start + lead;
    }

    private static boolean fits(SlobPage page, int node, int bytes) {
        return (node == KmemCache.ANY_NODE || page.node == node)
                && page.freeUnits() >= units(bytes);
    }

    private @Nullable SlobPage grow(Cpu cpu, int node, GfpFlags gfp, SlobList list) {
        int pfn = slabPages.alloc(cpu, node, gfp.without(GfpFlags.ZERO), 0, OWNER);
        if (pfn == PageAllocator.NONE) {
            return null;
        }
        SlobPage page = new SlobPage(memory, pfn, slabPages.nodeOf(pfn));
        page.put(0, SlobPage.UNITS);
        pages.put(pfn, page);
        list.addFirst(page);
        return page;
    }

    /// Allocates whole pages.
    ///
    /// @param bytes that are asked for
    /// @return their address; 0 if there is no memory
    long allocPages(Cpu cpu, int node, GfpFlags gfp, int bytes, @Nullable SlabCache cache) {
        int order = SlabOrder.orderFor(bytes);
        int pfn = slabPages.alloc(cpu, node, gfp, order, OWNER);
        if (pfn == PageAllocator.NONE) {
            return 0;
        }
        long address = memory.addressOf(pfn);
        blocks.add(new SlobBlock(address, bytes, 0, order, cache, false));
        return address;
    }

    /// The block that an owner gives back, wherever misuse is refused or not.
    ///
    /// @param cache the owner; null for `kmalloc`
    /// @throws SlabBugException if the owner has none there
    SlobBlock claim(@Nullable SlabCache cache, long address) {
        SlobBlock block = blocks.at(address);
        if (block == null || block.cache() != cache) {
            throw new SlabBugException(describe(cache, address));
        }
        return block;
    }

    /// Throws unless an owner has an object at an address, if misuse is refused.
    void require(@Nullable SlabCache cache, long address) {
        if (refusesMisuse) {
            claim(cache, address);
        }
    }

    /// What is wrong with an address at which an owner has no object.
    SlabBug describe(@Nullable SlabCache cache, long address) {
        String name = cache == null ? KMALLOC : cache.name();
        SlobBlock block = blocks.around(address);
        if (block == null && !holds(address)) {
            return new SlabBug.ForeignAddress(name, address);
        }
        if (block == null || block.isWaiting()) {
            return new SlabBug.DoubleFree(name, address);
        }
        return block.cache() != cache ? new SlabBug.WrongCache(name, block.owner(), address)
                : new SlabBug.InteriorPointer(name, address, block.object());
    }

    /// Takes back a block.
    void free(Cpu cpu, SlobBlock block) {
        blocks.remove(block);
        int pfn = memory.pfnOf(block.start());
        if (block.order() != SlobBlock.HEAP) {
            slabPages.free(cpu, pfn, block.order());
            return;
        }
        SlobPage page = Objects.requireNonNull(pages.get(pfn), "a page of the heap");
        int units = units(block.bytes());
        if (page.freeUnits() + units == SlobPage.UNITS) {
            release(cpu, page);
            return;
        }
        page.put((int) (block.start() - page.start) / SlobPage.UNIT_BYTES, units);
        if (page.list == null) {
            listFor(block.bytes()).addFirst(page);
        }
    }

    private void release(Cpu cpu, SlobPage page) {
        if (page.list != null) {
            page.list.remove(page);
        }
        pages.remove(page.pfn);
        slabPages.free(cpu, page.pfn, 0);
    }

    /// Whether an address lies in a page of the heap.
    boolean holds(long address) {
        return pages.containsKey(memory.pfnOf(address));
    }

    /// Puts the heap, which was not used so far, into a recorded state.
    void restore(SlobView state) {
        Validate.validState(pages.isEmpty(), "the heap of SLOB was used already: it has %d pages",
                pages.size());
        List<SlobList> lists = List.of(small, medium, large);
        for (int i = 0; i < lists.size(); i++) {
            for (SlobView.Page recorded : state.lists().get(i).reversed()) {
                lists.get(i).addFirst(restored(recorded));
            }
        }
    }

    private SlobPage restored(SlobView.Page recorded) {
        int pfn = recorded.pfn();
        Validate.isTrue(pfn >= 0 && pfn < memory.endPfn() && !pages.containsKey(pfn),
                "SLOB page 0x%x is outside of memory or there twice", pfn);
        SlobPage page = new SlobPage(memory, pfn, slabPages.nodeOf(pfn));
        int end = 0;
        for (SlobView.Free block : recorded.free()) {
            Validate.isTrue(block.units() > 0 && block.place() >= end
                    && block.units() <= SlobPage.UNITS - block.place(),
                    "SLOB page 0x%x: free block %d+%d is out of order", pfn, block.place(),
                    block.units());
            page.put(block.place(), block.units());
            end = block.place() + block.units() + 1;
        }
        Validate.isTrue(page.freeUnits() == recorded.units(),
                "SLOB page 0x%x: free blocks have %d units, not %d", pfn, page.freeUnits(),
                recorded.units());
        pages.put(pfn, page);
        return page;
    }

    SlobView view() {
        return new SlobView(view(small), view(medium), view(large), blocks.count(null));
    }

    private static List<SlobView.Page> view(SlobList list) {
        List<SlobView.Page> views = new ArrayList<>();
        for (SlobPage page : list.pages()) {
            views.add(new SlobView.Page(page.pfn, page.freeUnits(), page.free()));
        }
        return views;
    }

    /// Walks all pages.
    ///
    /// @throws IllegalStateException at the first thing that is not as it must be
    void validate() {
        int listed = small.count() + medium.count() + large.count();
        for (SlobPage page : pages.values()) {
            List<SlobView.Free> free = page.free();
            int units = free.stream().mapToInt(SlobView.Free::units).sum();
            check(units == page.freeUnits(), "%s: free blocks have %d units, counted were %d", page,
                    units, page.freeUnits());
            check(units < SlobPage.UNITS, "%s is wholly free", page);
            check(units > 0 == (page.list != null), "%s: %d free units, listed is %s", page, units,
                    page.list != null);
            listed -= page.list == null ? 0 : 1;
            int end = -1;
            for (SlobView.Free block : free) {
                check(block.place() > end, "%s: free block at %d touches or precedes another", page,
                        block.place());
                end = block.place() + block.units();
                long from = page.start + (long) block.place() * SlobPage.UNIT_BYTES;
                SlobBlock used = blocks.overlapping(from, block.units() * SlobPage.UNIT_BYTES);
                check(used == null, "%s: free block at %d overlaps %s", page, block.place(), used);
            }
        }
        check(listed == 0, "the lists of SLOB have %d pages that nobody knows", listed);
        blocks.validate(this::holds);
    }

    @FormatMethod
    private static void check(boolean holds, @FormatString String message,
            @Nullable Object... values) {
        if (!holds) {
            throw new IllegalStateException(String.format(message, values));
        }
    }
}
