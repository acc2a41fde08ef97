package org.kmemlab.lab.rival.base;

import com.google.errorprone.annotations.CheckReturnValue;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.PhysicalMemory;

/// Blocks that have pages of their own, as `malloc` maps what is too large for it.
public final class LargeBlocks {

    /// The tag of the page runs.
    public static final int TAG = -1;

    private final PageRuns pages;

    /// None yet.
    public LargeBlocks(PageRuns pages) {
        this.pages = pages;
    }

    /// A block of whole pages; 0 if there is no memory or it is larger than the page allocator's
    /// largest block.
    @CheckReturnValue
    public long alloc(Cpu cpu, int bytes) {
        int run = pages.take(cpu, Math.ceilDiv((long) bytes, PhysicalMemory.PAGE_SIZE), TAG);
        return run == PageRuns.NONE ? 0 : pages.start(run);
    }

    /// Whether a page run is such a block.
    public boolean owns(int run) {
        return pages.tag(run) == TAG;
    }

    /// The bytes of the block in a run.
    ///
    /// @throws IllegalArgumentException if the address is not its start
    public long checkInUse(int run, long address) {
        if (pages.start(run) != address) {
            throw Rival.refused(address, "inside a block of whole pages");
        }
        return pages.bytesOf(run);
    }

    /// Gives the block in a run back.
    public void free(Cpu cpu, int run) {
        pages.give(cpu, run);
    }

    /// How many there are. O(page runs).
    public long count() {
        long count = 0;
        for (int run = 0; run < pages.endRun(); run++) {
            count += pages.isHeld(run) && owns(run) ? 1 : 0;
        }
        return count;
    }
}
