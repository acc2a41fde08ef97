package org.kmemlab.lab.rival.cached;

import com.google.errorprone.annotations.CheckReturnValue;
import org.apache.commons.lang3.Validate;
import org.jspecify.annotations.Nullable;
import org.kmemlab.lab.rival.base.Rival;
import org.kmemlab.lab.rival.base.Steps;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.PhysicalMemory;

/// Objects of one size, cut from spans; free ones are linked through themselves, span by span.
///
/// A span without objects in use goes back to the page heap at once.
final class ObjectSpans {

    private final PhysicalMemory memory;
    private final SpanHeap heap;
    private final Steps steps;
    private final int owner;
    private final int size;
    private final int pageCount;
    private final Span.Chain partial = new Span.Chain();
    private long inUse;

    /// @param owner marks the spans
    /// @param size bytes of an object, a multiple of 8
    /// @param pageCount pages of a span
    ObjectSpans(PhysicalMemory memory, SpanHeap heap, Steps steps, int owner, int size,
            int pageCount) {
        this.memory = memory;
        this.heap = heap;
        this.steps = steps;
        this.owner = owner;
        this.size = size;
        this.pageCount = pageCount;
    }

    /// The least pages of a span of which at most an eighth is left over.
    static int pagesFor(int size) {
        int count = Math.ceilDiv(size, PhysicalMemory.PAGE_SIZE);
        while (count * PhysicalMemory.PAGE_SIZE % size > count * PhysicalMemory.PAGE_SIZE / 8) {
            count++;
        }
        return count;
    }

    int size() {
        return size;
    }

    /// Objects that were taken and not given back.
    long inUse() {
        return inUse;
    }

    /// An object; 0 if there is no memory.
    @CheckReturnValue
    long take(Cpu cpu) {
        steps.look();
        Span span = partial.first();
        if (span == null) {
            span = cut(cpu);
            if (span == null) {
                return 0;
            }
        }
        long object = span.firstFree;
        span.firstFree = memory.getLong(object);
        span.inUse++;
        inUse++;
        if (span.firstFree == 0) {
            partial.remove(span);
        }
        return object;
    }

    private @Nullable Span cut(Cpu cpu) {
        Span span = heap.alloc(cpu, pageCount, owner);
        if (span == null) {
            return null;
        }
        long next = 0;
        for (int i = capacity() - 1; i >= 0; i--) {
            long object = span.start + (long) i * size;
            memory.putLong(object, next);
            next = object;
        }
        span.firstFree = next;
        partial.addFirst(span);
        return span;
    }

    private int capacity() {
        return pageCount * PhysicalMemory.PAGE_SIZE / size;
    }

    void give(Cpu cpu, Span span, long object) {
        steps.look();
        if (span.firstFree == 0) {
            partial.addFirst(span);
        }
        memory.putLong(object, span.firstFree);
        span.firstFree = object;
        span.inUse--;
        inUse--;
        if (span.inUse == 0) {
            partial.remove(span);
            heap.free(cpu, span);
        }
    }

    /// Checks that an address is the start of an object of a span.
    ///
    /// @return the object's bytes
    long check(Span span, long address) {
        long offset = address - span.start;
        if (offset % size != 0 || offset / size >= capacity()) {
            throw Rival.refused(address, "no object of " + size + " bytes starts there");
        }
        return size;
    }

    /// Checks a span's list.
    void validate(Span span) {
        int free = 0;
        for (long object = span.firstFree; object != 0; object = memory.getLong(object)) {
            Validate.validState(span.holds(object) && (object - span.start) % size == 0
                    && free < capacity(), "span 0x%x: its list leads to 0x%x", span.start, object);
            free++;
        }
        Validate.validState(free + span.inUse == capacity() && span.inUse > 0,
                "span 0x%x: %d of %d objects are free, %d in use", span.start, free, capacity(),
                span.inUse);
    }
}
