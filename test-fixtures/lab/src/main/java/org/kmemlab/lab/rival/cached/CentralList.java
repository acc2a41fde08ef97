package org.kmemlab.lab.rival.cached;

import org.kmemlab.lab.rival.base.Steps;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.PhysicalMemory;

/// The list of one size class that all CPUs share: objects in spans, and before them some slots for
/// whole batches, which go from one CPU to another without being taken apart.
///
/// Batches are linked through the objects.
final class CentralList {

    private static final int SLOTS = 16;
    private static final int BATCH_BYTES = 64 << 10;
    private static final int BATCH_MOST = 32;

    private final PhysicalMemory memory;
    private final Steps steps;
    private final SpanHeap heap;
    private final ObjectSpans spans;
    private final int batch;
    private final long[] slots = new long[SLOTS];
    private int usedSlots;
    private int fetched;

    CentralList(PhysicalMemory memory, Steps steps, SpanHeap heap, ObjectSpans spans) {
        this.memory = memory;
        this.steps = steps;
        this.heap = heap;
        this.spans = spans;
        batch = batchOf(spans.size());
    }

    /// How many objects of a size are moved at once.
    static int batchOf(int size) {
        return Math.clamp(BATCH_BYTES / size, 2, BATCH_MOST);
    }

    int batch() {
        return batch;
    }

    /// Takes up to `count` objects, linked through themselves; [#fetched] says how many.
    ///
    /// @return the first of them; 0 if there is no memory
    long fetch(Cpu cpu, int count) {
        steps.look();
        if (count == batch && usedSlots > 0) {
            fetched = batch;
            return slots[--usedSlots];
        }
        long first = 0;
        fetched = 0;
        while (fetched < count) {
            long object = spans.take(cpu);
            if (object == 0 && first == 0 && usedSlots > 0) {
                // Without memory, a batch that nobody asked for will do.
                fetched = batch;
                return slots[--usedSlots];
            }
            if (object == 0) {
                break;
            }
            memory.putLong(object, first);
            first = object;
            fetched++;
        }
        return first;
    }

    /// How many objects the last [#fetch] took.
    int fetched() {
        return fetched;
    }

    /// Takes back `count` objects that are linked through themselves.
    void release(Cpu cpu, long first, int count) {
        steps.look();
        if (count == batch && usedSlots < SLOTS) {
            slots[usedSlots++] = first;
            return;
        }
        long object = first;
        for (int i = 0; i < count; i++) {
            long next = memory.getLong(object);
            spans.give(cpu, heap.ofListed(object), object);
            object = next;
        }
    }

    /// Objects that are in use or in a CPU's cache.
    long outside() {
        return spans.inUse() - (long) usedSlots * batch;
    }

    void validate(Span span) {
        spans.validate(span);
    }

    long check(Span span, long address) {
        return spans.check(span, address);
    }

    /// Checks that each slot has a whole batch.
    void validateSlots() {
        for (int slot = 0; slot < usedSlots; slot++) {
            long object = slots[slot];
            for (int i = 0; i < batch; i++) {
                spans.check(heap.ofListed(object), object);
                object = memory.getLong(object);
            }
        }
    }

    long metadataBytes() {
        return (SLOTS + 2L) * Long.BYTES;
    }
}
