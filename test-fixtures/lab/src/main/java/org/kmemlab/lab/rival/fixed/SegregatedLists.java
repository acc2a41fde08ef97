package org.kmemlab.lab.rival.fixed;

import org.apache.commons.lang3.Validate;
import org.kmemlab.buddy.PageAllocator;
import org.kmemlab.lab.policy.RequestKind;
import org.kmemlab.lab.rival.base.LargeBlocks;
import org.kmemlab.lab.rival.base.PageRuns;
import org.kmemlab.lab.rival.base.Rival;
import org.kmemlab.machine.Cpu;

/// Simple segregated storage: a free list for each power of two from 8 to 2048, a page cut into
/// objects when a list is empty, never merged, never given back. O(1).
///
/// Larger requests have pages of their own. A block that is freed twice is not noticed: the list then
/// gives it out twice.
///
/// Source: P. R. Wilson, M. S. Johnstone, M. Neely, D. Boles, Dynamic Storage Allocation: A Survey
/// and Critical Review (1995), section 3.6.
public final class SegregatedLists extends Rival {

    private static final int LEAST_LOG2 = 3;
    private static final int LARGEST = 2_048;
    private static final int LISTS = 9;

    private final LargeBlocks large;
    private final long[] lists = new long[LISTS];

    /// Holds nothing yet.
    public SegregatedLists(PageAllocator allocator) {
        super(allocator);
        large = new LargeBlocks(pages);
    }

    private static int listOf(int bytes) {
        int log2 = Integer.SIZE - Integer.numberOfLeadingZeros(bytes - 1);
        return Math.max(0, log2 - LEAST_LOG2);
    }

    private static int size(int list) {
        return 1 << (list + LEAST_LOG2);
    }

    @Override
    protected long take(Cpu cpu, RequestKind kind, int bytes) {
        if (bytes > LARGEST) {
            return large.alloc(cpu, bytes);
        }
        int list = listOf(bytes);
        steps.look();
        if (lists[list] == 0) {
            cutPage(cpu, list);
        }
        long object = lists[list];
        if (object != 0) {
            lists[list] = memory.getLong(object);
        }
        return object;
    }

    private void cutPage(Cpu cpu, int list) {
        int run = pages.take(cpu, 1, list);
        if (run == PageRuns.NONE) {
            return;
        }
        for (long object = pages.end(run) - size(list); object >= pages.start(run);) {
            push(list, object);
            object -= size(list);
        }
    }

    private void push(int list, long object) {
        memory.putLong(object, lists[list]);
        lists[list] = object;
    }

    @Override
    protected long checkInUse(long address) {
        int run = pages.runOf(address);
        if (run == PageRuns.NONE) {
            throw refused(address, "not in these lists");
        }
        if (large.owns(run)) {
            return large.checkInUse(run, address);
        }
        int size = size(pages.tag(run));
        if ((address - pages.start(run)) % size != 0) {
            throw refused(address, "inside an object of " + size + " bytes");
        }
        return size;
    }

    @Override
    protected void give(Cpu cpu, RequestKind kind, long address) {
        int run = pages.runOf(address);
        if (large.owns(run)) {
            large.free(cpu, run);
        } else {
            steps.look();
            push(pages.tag(run), address);
        }
    }

    @Override
    protected long metadataBytes() {
        return (long) LISTS * Long.BYTES;
    }

    @Override
    protected long walk() {
        long[] objects = new long[LISTS];
        for (int run = 0; run < pages.endRun(); run++) {
            if (pages.isHeld(run) && !large.owns(run)) {
                objects[pages.tag(run)] += pages.bytesOf(run) / size(pages.tag(run));
            }
        }
        long inUse = large.count();
        for (int list = 0; list < LISTS; list++) {
            long free = 0;
            for (long object = lists[list]; object != 0; object = memory.getLong(object)) {
                int run = pages.runOf(object);
                Validate.validState(run != PageRuns.NONE && pages.tag(run) == list,
                        "list %d has 0x%x, which is in no page of it", list, object);
                free++;
                Validate.validState(free <= objects[list], "list %d has a loop", list);
            }
            inUse += objects[list] - free;
        }
        return inUse;
    }
}
