package org.kmemlab.lab.rival.cached;

import java.util.Arrays;

import org.apache.commons.lang3.Validate;
import org.kmemlab.buddy.PageAllocator;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.Machine;

/// Thread caches above central lists above a page heap, as in TCMalloc. A CPU takes the place of a
/// thread.
///
/// ```text
///  ThreadCache (CPU 0)   ThreadCache (CPU 1)    lists by class, no sharing
///           │  batches            │
///  CentralList of each class                    slots of whole batches, then objects in spans
///           │  spans
///  SpanHeap                                     pages; blocks of more than 32 KiB
/// ```
///
/// A block that is freed twice is not noticed: the list then gives it out twice.
///
/// Source: S. Ghemawat, P. Menage, TCMalloc: Thread-Caching Malloc (2005). Leaves out: taking room
/// from other threads' limits, the sampling of requests, giving pages back at a rate (here a run that is
/// wholly free goes back if another is kept), later designs (per-CPU restartable sequences, huge
/// pages).
public final class TcMalloc extends SpanRival {

    private static final int LARGEST = 32 << 10;
    private static final long CACHE_BYTES = 2 << 20;
    private static final long CACHE_BYTES_LEAST = 512 << 10;

    private final CentralList[] central;
    private final ThreadCache[] caches;
    private final TransferCounts counts = new TransferCounts();

    /// Holds nothing yet.
    public TcMalloc(PageAllocator allocator) {
        super(allocator, SizeClasses.eightADoubling(LARGEST));
        central = new CentralList[classes.count()];
        for (int index = 0; index < central.length; index++) {
            int size = classes.size(index);
            central[index] = new CentralList(memory, steps, heap, new ObjectSpans(memory, heap,
                    steps, index, size, ObjectSpans.pagesFor(size)));
        }
        Machine machine = allocator.machine();
        caches = new ThreadCache[machine.cpus().size()];
        long limit = Math.max(CACHE_BYTES_LEAST, CACHE_BYTES / caches.length);
        Arrays.setAll(caches, cpu -> new ThreadCache(memory, steps, classes, central, limit,
                counts));
    }

    /// How objects went between CPUs and central lists.
    public TransferCounts transfers() {
        return counts;
    }

    /// How many objects of a size are moved at once.
    ///
    /// @param bytes at most 32 KiB
    public int batchOf(int bytes) {
        return central[classes.classOf(bytes)].batch();
    }

    @Override
    long takeObject(Cpu cpu, int index) {
        return caches[cpu.id()].take(cpu, index);
    }

    @Override
    void giveObject(Cpu cpu, Span span, long address) {
        caches[cpu.id()].give(cpu, span.owner, address);
    }

    @Override
    long checkObject(Span span, long address) {
        return central[span.owner].check(span, address);
    }

    @Override
    void validateObjects(Span span) {
        central[span.owner].validate(span);
    }

    @Override
    long walkObjects() {
        long outside = 0;
        for (CentralList list : central) {
            list.validateSlots();
            outside += list.outside();
        }
        long cached = Arrays.stream(caches).mapToLong(ThreadCache::walk).sum();
        Validate.validState(cached <= outside, "%d objects in caches, %d left the central lists",
                cached, outside);
        return outside - cached;
    }

    @Override
    long objectMetadataBytes() {
        return Arrays.stream(central).mapToLong(CentralList::metadataBytes).sum()
                + Arrays.stream(caches).mapToLong(ThreadCache::metadataBytes).sum();
    }
}
