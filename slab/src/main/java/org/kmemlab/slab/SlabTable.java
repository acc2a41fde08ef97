package org.kmemlab.slab;

import org.jspecify.annotations.Nullable;
import org.kmemlab.machine.PhysicalMemory;

/// Which slab lies in which page frame, for every address that is freed.
///
/// A row covers 1,024 frames and is built when the first slab lies in it.
final class SlabTable {

    private static final int ROW_SHIFT = 10;
    private static final int ROW_MASK = (1 << ROW_SHIFT) - 1;

    private final @Nullable Slab[] @Nullable [] rows;
    private final long bytes;

    SlabTable(PhysicalMemory memory) {
        this.bytes = memory.addressOf(memory.endPfn()) - PhysicalMemory.BASE_ADDRESS;
        this.rows = new Slab[(memory.endPfn() + ROW_MASK) >>> ROW_SHIFT][];
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

    void add(Slab slab) {
        fill(slab, slab);
    }

    void remove(Slab slab) {
        fill(slab, null);
    }

    private void fill(Slab slab, @Nullable Slab value) {
        // Blocks are aligned to their size, so one row holds all frames of a slab.
        @Nullable Slab[] row = rows[slab.pfn >>> ROW_SHIFT];
        if (row == null) {
            row = new Slab[1 << ROW_SHIFT];
            rows[slab.pfn >>> ROW_SHIFT] = row;
        }
        for (int i = 0; i < 1 << slab.order; i++) {
            row[slab.pfn + i & ROW_MASK] = value;
        }
    }
}
