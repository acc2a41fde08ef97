package org.kmemlab.slab;

import java.util.Arrays;

import org.jspecify.annotations.Nullable;
import org.kmemlab.machine.PhysicalMemory;

/// Which slab lies in which page frame, for every address that is freed.
///
/// A row covers 1,024 frames and is built when the first slab lies in it.
///
/// The stocks of a slab's cache are at hand, too: what a free in live use needs to know of an
/// address is one step away from it instead of three.
final class SlabTable {

    private static final int ROW_SHIFT = 10;
    private static final int ROW_MASK = (1 << ROW_SHIFT) - 1;

    private final @Nullable Slab[] @Nullable [] rows;
    private final Sheaf[] @Nullable [] @Nullable [] stocks;
    private final long bytes;

    SlabTable(PhysicalMemory memory) {
        this.bytes = memory.addressOf(memory.endPfn()) - PhysicalMemory.BASE_ADDRESS;
        int count = (memory.endPfn() + ROW_MASK) >>> ROW_SHIFT;
        this.rows = new Slab[count][];
        this.stocks = new Sheaf[count][][];
    }

    /// The slab that an address lies in; null if there is none.
    @Nullable
    Slab at(long address) {
        long offset = address - PhysicalMemory.BASE_ADDRESS;
        if (Long.compareUnsigned(offset, bytes) >= 0) {
            return null;
        }
        int pfn = (int) (offset >>> PhysicalMemory.PAGE_SHIFT);
        @Nullable Slab[] row = rows[pfn >>> ROW_SHIFT];
        return row == null ? null : row[pfn & ROW_MASK];
    }

    /// What threads have in stock of the cache that an address belongs to; null if nothing is kept of
    /// it, or no cache has the address.
    Sheaf @Nullable [] stockAt(long address) {
        long offset = address - PhysicalMemory.BASE_ADDRESS;
        if (Long.compareUnsigned(offset, bytes) >= 0) {
            return null;
        }
        int pfn = (int) (offset >>> PhysicalMemory.PAGE_SHIFT);
        Sheaf @Nullable [] @Nullable [] row = stocks[pfn >>> ROW_SHIFT];
        return row == null ? null : row[pfn & ROW_MASK];
    }

    void add(Slab slab) {
        fill(slab, slab, slab.cache.byThread());
    }

    void remove(Slab slab) {
        fill(slab, null, null);
    }

    private void fill(Slab slab, @Nullable Slab value, Sheaf @Nullable [] stock) {
        // Blocks are aligned to their size, so one row holds all frames of a slab.
        int index = slab.pfn >>> ROW_SHIFT;
        int first = slab.pfn & ROW_MASK;
        int end = first + (1 << slab.order);
        @Nullable Slab[] row = rows[index];
        if (row == null) {
            row = new Slab[1 << ROW_SHIFT];
            rows[index] = row;
        }
        Arrays.fill(row, first, end, value);
        if (slab.cache.byThread() != null) {
            Sheaf @Nullable [] @Nullable [] stockRow = stocks[index];
            if (stockRow == null) {
                stockRow = new Sheaf[1 << ROW_SHIFT][];
                stocks[index] = stockRow;
            }
            Arrays.fill(stockRow, first, end, stock);
        }
    }
}
