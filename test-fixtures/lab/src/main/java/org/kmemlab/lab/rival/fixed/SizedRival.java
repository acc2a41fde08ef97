package org.kmemlab.lab.rival.fixed;

import org.apache.commons.lang3.Validate;
import org.kmemlab.buddy.PageAllocator;
import org.kmemlab.lab.policy.RequestKind;
import org.kmemlab.lab.rival.base.Rival;
import org.kmemlab.lab.rival.heap.ChunkHeap;
import org.kmemlab.machine.Cpu;

/// The frame of allocators whose callers know the size of what they give back, standing on a heap
/// that gives them chunks and serves what is too large for them.
abstract class SizedRival extends Rival {

    /// What all sizes are multiples of.
    static final int STEP = 8;
    private static final int HEAP = 0;

    /// Where chunks come from.
    protected final ChunkHeap heap;
    private final int largest;
    private final CallerSizes sizes = new CallerSizes();

    /// @param largest most bytes of an object; larger requests go to the heap
    SizedRival(PageAllocator allocator, int largest) {
        super(allocator);
        this.largest = largest;
        heap = ChunkHeap.withBins(memory, pages, HEAP, steps);
    }

    /// The bytes of an object for a request, up to the largest.
    static int rounded(int bytes) {
        return Math.ceilDiv(bytes, STEP) * STEP;
    }

    @Override
    protected final long take(Cpu cpu, RequestKind kind, int bytes) {
        long address = bytes > largest
                ? heap.alloc(cpu, bytes)
                : takeObject(cpu, rounded(bytes));
        if (address != 0) {
            sizes.put(address, bytes);
        }
        return address;
    }

    @Override
    protected final long checkInUse(long address) {
        int bytes = sizes.of(address);
        return bytes > largest ? heap.checkInUse(address) : rounded(bytes);
    }

    @Override
    protected final void give(Cpu cpu, RequestKind kind, long address) {
        int bytes = sizes.remove(address);
        if (bytes > largest) {
            heap.free(cpu, address);
        } else {
            giveObject(cpu, address, rounded(bytes));
        }
    }

    @Override
    protected final long metadataBytes() {
        return heap.metadataBytes() + objectMetadataBytes();
    }

    @Override
    protected final long walk() {
        long[] held = new long[3];
        sizes.forEach((address, bytes) -> {
            if (bytes > largest) {
                held[2]++;
            } else {
                held[0]++;
                held[1] += rounded(bytes);
            }
        });
        long chunks = walkObjects(held[0], held[1]);
        long inHeap = heap.walk();
        Validate.validState(inHeap == chunks + held[2],
                "%d blocks of the heap are in use; %d chunks and %d large blocks are", inHeap,
                chunks, held[2]);
        return held[0] + held[2];
    }

    @Override
    public void close() {
        super.close();
        sizes.clear();
    }

    /// Gives out an object.
    ///
    /// @param bytes its size, rounded
    /// @return 0 if there is no memory
    abstract long takeObject(Cpu cpu, int bytes);

    /// Takes an object back.
    abstract void giveObject(Cpu cpu, long address, int bytes);

    abstract long objectMetadataBytes();

    /// Walks all lists of objects.
    ///
    /// @param objects how many are out
    /// @param objectBytes their bytes
    /// @return how many chunks were taken from the heap
    abstract long walkObjects(long objects, long objectBytes);
}
