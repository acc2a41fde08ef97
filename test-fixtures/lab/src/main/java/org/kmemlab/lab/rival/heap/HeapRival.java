package org.kmemlab.lab.rival.heap;

import java.util.function.BiFunction;

import org.kmemlab.buddy.PageAllocator;
import org.kmemlab.lab.policy.RequestKind;
import org.kmemlab.lab.rival.base.LargeBlocks;
import org.kmemlab.lab.rival.base.PageRuns;
import org.kmemlab.lab.rival.base.Rival;
import org.kmemlab.lab.rival.base.Steps;
import org.kmemlab.machine.Cpu;

/// A heap with boundary tags as a policy.
///
/// Blocks from a limit on may go past the heap: each has pages of its own then.
public final class HeapRival extends Rival {

    private static final int HEAP = 0;
    private static final int NO_LIMIT = Integer.MAX_VALUE;
    /// From here on dlmalloc maps each block on its own.
    private static final int DL_LIMIT = 256 << 10;

    private final ChunkHeap heap;
    private final LargeBlocks large;
    private final int limit;

    private HeapRival(PageAllocator allocator, boolean givesBack, int limit,
            BiFunction<ChunkTags, Steps, FreeChunks> free) {
        super(allocator);
        heap = new ChunkHeap(memory, pages, HEAP, givesBack,
                free.apply(new ChunkTags(memory), steps), steps);
        large = new LargeBlocks(pages);
        this.limit = limit;
    }

    /// One list, the first chunk that fits. See [FitList].
    public static HeapRival firstFit(PageAllocator allocator) {
        return fit(allocator, FitList.Fit.FIRST);
    }

    /// One list, the first chunk that fits after the one taken last. See [FitList].
    public static HeapRival nextFit(PageAllocator allocator) {
        return fit(allocator, FitList.Fit.NEXT);
    }

    /// One list, the smallest chunk that fits. See [FitList].
    public static HeapRival bestFit(PageAllocator allocator) {
        return fit(allocator, FitList.Fit.BEST);
    }

    private static HeapRival fit(PageAllocator allocator, FitList.Fit fit) {
        return new HeapRival(allocator, true, NO_LIMIT,
                (tags, steps) -> new FitList(fit, tags, steps));
    }

    /// Bins by size and a wilderness. See [DlBins].
    public static HeapRival dlmalloc(PageAllocator allocator) {
        return new HeapRival(allocator, true, DL_LIMIT, DlBins::new);
    }

    /// Two-level segregated fit. Never gives pages back, as its authors' allocator. See [TlsfBins].
    public static HeapRival tlsf(PageAllocator allocator) {
        return new HeapRival(allocator, false, NO_LIMIT, TlsfBins::new);
    }

    @Override
    protected long take(Cpu cpu, RequestKind kind, int bytes) {
        return bytes < limit ? heap.alloc(cpu, bytes) : large.alloc(cpu, bytes);
    }

    @Override
    protected long checkInUse(long address) {
        int run = pages.runOf(address);
        return run != PageRuns.NONE && large.owns(run)
                ? large.checkInUse(run, address)
                : heap.checkInUse(address);
    }

    @Override
    protected void give(Cpu cpu, RequestKind kind, long address) {
        int run = pages.runOf(address);
        if (large.owns(run)) {
            large.free(cpu, run);
        } else {
            heap.free(cpu, address);
        }
    }

    @Override
    protected long metadataBytes() {
        return heap.metadataBytes();
    }

    @Override
    protected long walk() {
        return heap.walk() + large.count();
    }
}
