package org.kmemlab.lab.rival.cached;

import org.apache.commons.lang3.Validate;
import org.kmemlab.buddy.PageAllocator;
import org.kmemlab.lab.rival.base.PageRuns;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.PhysicalMemory;

/// The frame of allocators with size classes above one [SpanHeap]: requests beyond the classes have
/// spans of their own.
abstract class SpanRival extends PerCpuRival {

    private static final int SPANS = 0;

    final SpanHeap heap;
    final SizeClasses classes;

    SpanRival(PageAllocator allocator, SizeClasses classes) {
        super(allocator);
        this.classes = classes;
        heap = new SpanHeap(memory, pages, SPANS, steps);
    }

    @Override
    final long take(Cpu cpu, int bytes) {
        if (bytes <= classes.largest()) {
            return takeObject(cpu, classes.classOf(bytes));
        }
        long count = Math.ceilDiv((long) bytes, PhysicalMemory.PAGE_SIZE);
        if (count > PageRuns.MOST_PAGES) {
            return 0;
        }
        Span span = heap.alloc(cpu, (int) count, Span.BLOCK);
        return span == null ? 0 : span.start;
    }

    @Override
    protected final long checkInUse(long address) {
        Span span = spanOf(address);
        if (span.owner != Span.BLOCK) {
            return checkObject(span, address);
        }
        if (span.start != address) {
            throw refused(address, "inside a block of whole pages");
        }
        return span.bytes();
    }

    @Override
    final void give(Cpu cpu, long address) {
        Span span = spanOf(address);
        if (span.owner == Span.BLOCK) {
            heap.free(cpu, span);
        } else {
            giveObject(cpu, span, address);
        }
    }

    private Span spanOf(long address) {
        Span span = heap.of(address);
        if (span == null) {
            throw refused(address, "in no span in use");
        }
        return span;
    }

    @Override
    protected final long walk() {
        heap.validate();
        long[] blocks = new long[1];
        heap.forEachInUse(span -> {
            if (span.owner == Span.BLOCK) {
                blocks[0]++;
            } else {
                validateObjects(span);
            }
        });
        return blocks[0] + walkObjects();
    }

    @Override
    protected final long metadataBytes() {
        return heap.metadataBytes() + classes.metadataBytes() + objectMetadataBytes();
    }

    /// An object of a class; 0 if there is no memory.
    abstract long takeObject(Cpu cpu, int index);

    abstract void giveObject(Cpu cpu, Span span, long address);

    /// Looks whether an object can be in use.
    ///
    /// @return its bytes
    abstract long checkObject(Span span, long address);

    abstract void validateObjects(Span span);

    /// Walks the caches.
    ///
    /// @return objects that are out
    abstract long walkObjects();

    abstract long objectMetadataBytes();
}
