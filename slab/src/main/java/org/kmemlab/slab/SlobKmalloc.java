package org.kmemlab.slab;

import org.kmemlab.buddy.GfpFlags;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.PhysicalMemory;

/// `kmalloc` of SLOB: a block of the heap with its size in front, or whole pages.
final class SlobKmalloc {

    /// Bytes in front of memory that was asked for; they hold its size. Also the least alignment.
    static final int HEADER_BYTES = 8;

    private final SlobHeap heap;
    private final PhysicalMemory memory;
    private final boolean refusesMisuse;

    SlobKmalloc(SlobHeap heap, PhysicalMemory memory, boolean refusesMisuse) {
        this.heap = heap;
        this.memory = memory;
        this.refusesMisuse = refusesMisuse;
    }

    /// @param size 1 to [Kmalloc#MAX_SIZE]
    long alloc(Cpu cpu, int size, GfpFlags gfp, int node) {
        if (size >= SlobHeap.PAGE_BYTES - HEADER_BYTES) {
            boolean many = SlabOrder.orderFor(size) > 0;
            return heap.allocPages(cpu, node, many ? gfp.with(GfpFlags.COMP) : gfp, size, null);
        }
        int align = Integer.bitCount(size) == 1 ? Math.max(size, HEADER_BYTES) : HEADER_BYTES;
        long address = heap.alloc(cpu, node, gfp, size + HEADER_BYTES, align, HEADER_BYTES, null);
        if (address != 0) {
            memory.putInt(address - HEADER_BYTES, size);
        }
        return address;
    }

    void free(Cpu cpu, long address) {
        heap.free(cpu, refusesMisuse ? heap.claim(null, address) : asWritten(address));
    }

    /// The block that the kernel believes to see, whatever is written there.
    private SlobBlock asWritten(long address) {
        if (!heap.holds(address)) {
            return heap.claim(null, address);
        }
        return new SlobBlock(address - HEADER_BYTES,
                memory.getInt(address - HEADER_BYTES) + HEADER_BYTES, HEADER_BYTES, SlobBlock.HEAP,
                null, false);
    }

    /// Bytes that may be used.
    long ksize(long address) {
        SlobBlock block = heap.blocks().at(address);
        if (block != null && block.order() != SlobBlock.HEAP) {
            return (long) SlobHeap.PAGE_BYTES << block.order();
        }
        if (block == null && (refusesMisuse || !heap.holds(address))) {
            throw new SlabBugException(heap.describe(null, address));
        }
        return roundedToUnits(memory.getInt(address - HEADER_BYTES));
    }

    /// What [#ksize] will say after asking for 1 to [Kmalloc#MAX_SIZE] bytes.
    static long roundUp(long size) {
        return size >= SlobHeap.PAGE_BYTES - HEADER_BYTES
                ? (long) SlobHeap.PAGE_BYTES << SlabOrder.orderFor(size)
                : roundedToUnits(size);
    }

    private static long roundedToUnits(long size) {
        return Math.ceilDiv(size, SlobPage.UNIT_BYTES) * SlobPage.UNIT_BYTES;
    }

    void requireAllocated(long address) {
        heap.require(null, address);
    }
}
