package org.kmemlab.lab.rival.base;

import java.util.Arrays;

import com.google.errorprone.annotations.CheckReturnValue;
import org.apache.commons.lang3.Validate;
import org.kmemlab.buddy.GfpFlags;
import org.kmemlab.buddy.PageAllocator;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.PhysicalMemory;

/// The runs of contiguous pages that a rival holds: taken from the page allocator, found again by
/// any address in them, given back one by one or all at once.
///
/// A run has a number, and a tag by which the rival knows what it is for. O(1), but for a new run's
/// entries in the page map: O(pages).
public final class PageRuns {

    /// No run.
    public static final int NONE = -1;
    /// Most pages in a run: the page allocator's largest block.
    public static final int MOST_PAGES = 1024;

    /// What the kernel's caches ask for at first; a rival that gets nothing reports that, so the
    /// request does not insist and prints no warning.
    private static final GfpFlags GFP = GfpFlags.GFP_KERNEL.with(GfpFlags.NORETRY)
            .with(GfpFlags.NOWARN);
    /// A start, a length and a tag.
    private static final int RECORD_BYTES = Long.BYTES + 2 * Integer.BYTES;

    private final PageAllocator allocator;
    private final PhysicalMemory memory;
    /// Holds 1 + the run's number.
    private final PageMap runOfPage;
    private long[] starts = new long[16];
    /// 0 where the number is not in use.
    private int[] pageCounts = new int[16];
    private int[] tags = new int[16];
    private int[] unused = new int[16];
    private int unusedCount;
    private int end;
    private long heldPages;

    /// Holds nothing yet.
    ///
    /// @throws IllegalArgumentException if the machine's memory has no bytes
    public PageRuns(PageAllocator allocator) {
        this.allocator = allocator;
        this.memory = allocator.machine().memory();
        Validate.isTrue(memory.hasBytes(),
                "a METADATA_ONLY machine: allocators that keep links in memory need bytes");
        runOfPage = new PageMap(memory.endPfn());
    }

    /// Takes a run.
    ///
    /// @param pageCount its length, at least 1; more than [#MOST_PAGES] cannot be had
    /// @param tag what it is for
    /// @return its number, [#NONE] if there is no memory
    @CheckReturnValue
    public int take(Cpu cpu, long pageCount, int tag) {
        if (pageCount > MOST_PAGES) {
            return NONE;
        }
        int count = (int) pageCount;
        int pfn = isBlock(count)
                ? allocator.allocPages(cpu, GFP, Integer.numberOfTrailingZeros(count))
                : allocator.allocPagesExact(cpu, bytes(count), GFP);
        return pfn == PageAllocator.NONE ? NONE : note(pfn, count, tag);
    }

    private int note(int pfn, int count, int tag) {
        int run = unusedCount > 0 ? unused[--unusedCount] : end++;
        if (run == starts.length) {
            starts = Arrays.copyOf(starts, 2 * run);
            pageCounts = Arrays.copyOf(pageCounts, 2 * run);
            tags = Arrays.copyOf(tags, 2 * run);
            unused = Arrays.copyOf(unused, 2 * run);
        }
        starts[run] = memory.addressOf(pfn);
        pageCounts[run] = count;
        tags[run] = tag;
        runOfPage.set(pfn, count, run + 1);
        heldPages += count;
        return run;
    }

    /// Gives a run back.
    public void give(Cpu cpu, int run) {
        int count = pageCounts[run];
        int pfn = memory.pfnOf(starts[run]);
        runOfPage.set(pfn, count, PageMap.NONE);
        pageCounts[run] = 0;
        unused[unusedCount++] = run;
        heldPages -= count;
        if (isBlock(count)) {
            allocator.freePages(cpu, pfn, Integer.numberOfTrailingZeros(count));
        } else {
            allocator.freePagesExact(cpu, pfn, bytes(count));
        }
    }

    /// Gives all runs back.
    public void giveAll(Cpu cpu) {
        for (int run = 0; run < end; run++) {
            if (isHeld(run)) {
                give(cpu, run);
            }
        }
    }

    /// The run that holds an address, [#NONE] if none does.
    public int runOf(long address) {
        return runOfPage.get(memory.pfnOf(address)) - 1;
    }

    /// The run's first byte.
    public long start(int run) {
        return starts[run];
    }

    /// The byte after the run's last one.
    public long end(int run) {
        return starts[run] + bytesOf(run);
    }

    /// The run's length.
    public long bytesOf(int run) {
        return bytes(pageCounts[run]);
    }

    /// What the run is for.
    public int tag(int run) {
        return tags[run];
    }

    /// One more than the largest number of a run.
    public int endRun() {
        return end;
    }

    /// Whether the number is that of a run that is held.
    public boolean isHeld(int run) {
        return pageCounts[run] > 0;
    }

    /// Bytes of all runs.
    public long heldBytes() {
        return heldPages << PhysicalMemory.PAGE_SHIFT;
    }

    /// Bytes of the page map and of the runs' records.
    public long metadataBytes() {
        return runOfPage.metadataBytes() + (long) RECORD_BYTES * (end - unusedCount);
    }

    /// Checks that each run is held and found by the first and the last of its pages.
    ///
    /// @throws IllegalStateException if not
    public void validate() {
        long pages = 0;
        for (int run = 0; run < end; run++) {
            int count = pageCounts[run];
            pages += count;
            for (int i = 0; i < count; i++) {
                int pfn = memory.pfnOf(starts[run]) + i;
                Validate.validState(runOfPage.get(pfn) == run + 1,
                        "pfn %d of run %d is noted for run %d", pfn, run, runOfPage.get(pfn) - 1);
                checkHeld(pfn, i, count);
            }
        }
        Validate.validState(pages == heldPages, "%d pages in the runs, %d counted", pages,
                heldPages);
    }

    private void checkHeld(int pfn, int index, int count) {
        if (!isBlock(count)) {
            allocator.checkHeld(pfn, 0);
        } else if (index == 0) {
            allocator.checkHeld(pfn, Integer.numberOfTrailingZeros(count));
        }
    }

    private static boolean isBlock(int count) {
        return Integer.bitCount(count) == 1;
    }

    private static long bytes(int count) {
        return (long) count << PhysicalMemory.PAGE_SHIFT;
    }
}
