package org.kmemlab.mempool.pools.embedded;

import java.util.HashMap;
import java.util.Map;

import com.google.errorprone.annotations.CheckReturnValue;
import org.apache.commons.lang3.Validate;
import org.kmemlab.buddy.GfpFlags;
import org.kmemlab.buddy.PageAllocator;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.KernelProfile;
import org.kmemlab.machine.PhysicalMemory;

/// A pool of blocks whose sizes are powers of two times a page, from the machine's buddy allocator:
/// a request splits a larger block if there is none of its size, a free merges what belongs
/// together.
///
/// It remembers the size of each block, so that the address is enough to free it.
///
/// @see <a href="https://doi.org/10.1145/365628.365655">Knowlton, A Fast Storage Allocator, CACM 8
///      (1965)</a>
@CheckReturnValue
public final class BuddyPool implements AutoCloseable {

    private final PageAllocator pages;
    private final Cpu cpu;
    private final Map<Long, Integer> orders = new HashMap<>();

    /// A pool in which nothing is allocated.
    public BuddyPool(PageAllocator pages, Cpu cpu) {
        this.pages = pages;
        this.cpu = cpu;
    }

    /// Takes a block. O(orders).
    ///
    /// @param bytes that are needed, 1 or more
    /// @return its first byte, a multiple of its size in physical memory; 0 if there is no memory
    /// @throws IllegalArgumentException if the size is not positive
    public long alloc(long bytes) {
        Validate.isTrue(bytes > 0, "a request for %d bytes: expected 1 or more", bytes);
        long pagesNeeded = Math.ceilDiv(bytes, PhysicalMemory.PAGE_SIZE);
        int order = Long.SIZE - Long.numberOfLeadingZeros(pagesNeeded - 1);
        if (order > KernelProfile.MAX_PAGE_ORDER) {
            return 0;
        }
        int pfn = pages.allocPages(cpu, GfpFlags.GFP_NOWAIT.with(GfpFlags.NOWARN), order);
        if (pfn == PageAllocator.NONE) {
            return 0;
        }
        long block = pages.machine().memory().addressOf(pfn);
        orders.put(block, order);
        return block;
    }

    /// Takes a block back and merges it with its free buddies. O(orders).
    ///
    /// @param block 0 is ignored
    /// @return whether it was taken back; the machine's log says why not
    public boolean free(long block) {
        if (block == 0) {
            return false;
        }
        Integer order = orders.remove(block);
        if (order == null) {
            pages.machine().log().print("0x%x is no block of the buddy pool in use"
                    .formatted(block));
            return false;
        }
        pages.freePages(cpu, pages.machine().memory().pfnOf(block), order);
        return true;
    }

    /// The bytes of a block in use; 0 if it is none.
    public long size(long block) {
        Integer order = orders.get(block);
        return order == null ? 0 : (long) PhysicalMemory.PAGE_SIZE << order;
    }

    /// How many blocks are in use.
    public int used() {
        return orders.size();
    }

    /// Checks that every block in use is one to the page allocator, too. O(blocks).
    ///
    /// @throws IllegalArgumentException if the page allocator knows one as free
    public void validate() {
        orders.forEach((block, order) -> pages
                .checkHeld(pages.machine().memory().pfnOf(block), order));
    }

    /// Gives back all blocks that are in use; the log says how many there were.
    @Override
    public void close() {
        if (!orders.isEmpty()) {
            pages.machine().log()
                    .print("buddy pool: closed with %d blocks in use".formatted(orders.size()));
        }
        orders.forEach((block, order) -> pages.freePages(cpu,
                pages.machine().memory().pfnOf(block), order));
        orders.clear();
    }
}
