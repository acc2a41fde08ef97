package org.kmemlab.lab.rival.heap;

import java.util.function.BiFunction;

import org.kmemlab.buddy.PageAllocator;
import org.kmemlab.lab.policy.RequestKind;
import org.kmemlab.lab.rival.base.PageRuns;
import org.kmemlab.lab.rival.base.Rival;
import org.kmemlab.lab.rival.base.Steps;
import org.kmemlab.machine.Cpu;

/// A heap with boundary tags as a policy.
///
/// Blocks of more than a limit may go past the heap: each has pages of its own then.
public final class HeapRival extends Rival {

    private static final int HEAP = 0;

    private final ChunkHeap heap;

    private HeapRival(PageAllocator allocator, boolean givesBack,
            BiFunction<ChunkTags, Steps, FreeChunks> free) {
        super(allocator);
        heap = new ChunkHeap(memory, pages, HEAP, givesBack,
                free.apply(new ChunkTags(memory), steps), steps);
    }

    /// One list, the first chunk that fits. See [FitList].
    public static HeapRival firstFit(PageAllocator allocator) {
        return new HeapRival(allocator, true,
                (tags, steps) -> new FitList(FitList.Fit.FIRST, tags, steps));
    }

    /// One list, the first chunk that fits after the one taken last. See [FitList].
    public static HeapRival nextFit(PageAllocator allocator) {
        return new HeapRival(allocator, true,
                (tags, steps) -> new FitList(FitList.Fit.NEXT, tags, steps));
    }

    /// One list, the smallest chunk that fits. See [FitList].
    public static HeapRival bestFit(PageAllocator allocator) {
        return new HeapRival(allocator, true,
                (tags, steps) -> new FitList(FitList.Fit.BEST, tags, steps));
    }

    @Override
    protected long take(Cpu cpu, RequestKind kind, int bytes) {
        return heap.alloc(cpu, bytes);
    }

    @Override
    protected long checkInUse(long address) {
        if (pages.runOf(address) == PageRuns.NONE) {
            throw refused(address, "not in this heap");
        }
        return heap.checkInUse(address);
    }

    @Override
    protected void give(Cpu cpu, RequestKind kind, long address) {
        heap.free(cpu, address);
    }

    @Override
    protected long metadataBytes() {
        return heap.metadataBytes();
    }

    @Override
    protected long walk() {
        return heap.walk();
    }
}
