package org.kmemlab.lab.rival.fixed;

import org.apache.commons.lang3.Validate;
import org.kmemlab.buddy.PageAllocator;
import org.kmemlab.machine.Cpu;

/// ACE's cached allocator: N chunks of one size, made beforehand, kept in a free list; when they are
/// out, there are no more.
///
/// Sources: ACE_Cached_Allocator in the ACE reference manual; S. Huston, J. Johnson, U. Syyid, The
/// ACE Programmer's Guide (2003), chapter 17. Leaves out: the lock. There is an allocator for each
/// object size up to 4096 bytes, made with all its chunks at the first request; larger objects come
/// from the heap.
public final class AceCachedPool extends InstanceRival<AceCachedPool.Instance> {

    /// Chunks of each size.
    public static final int CHUNKS = 256;

    private final int chunks;

    /// Holds nothing yet.
    public AceCachedPool(PageAllocator allocator) {
        this(allocator, CHUNKS);
    }

    /// Holds nothing yet.
    ///
    /// @param chunks how many of each size are made, at least 1
    public AceCachedPool(PageAllocator allocator, int chunks) {
        super(allocator);
        Validate.isTrue(chunks >= 1, "%d chunks: expected 1 or more", chunks);
        this.chunks = chunks;
    }

    /// The chunks of one size.
    static final class Instance {

        /// 0 if the memory for the chunks could not be had.
        private long start;
        private long free;
        private int freeCount;
    }

    @Override
    Instance make(Cpu cpu, int bytes) {
        Instance made = new Instance();
        made.start = heap.alloc(cpu, chunks * bytes);
        for (int i = 0; made.start != 0 && i < chunks; i++) {
            push(made, made.start + (long) i * bytes);
        }
        return made;
    }

    private void push(Instance list, long chunk) {
        steps.look();
        memory.putLong(chunk, list.free);
        list.free = chunk;
        list.freeCount++;
    }

    @Override
    long take(Instance list, Cpu cpu) {
        steps.look();
        long chunk = list.free;
        if (chunk != 0) {
            list.free = memory.getLong(chunk);
            list.freeCount--;
        }
        return chunk;
    }

    @Override
    void give(Instance list, Cpu cpu, long address) {
        push(list, address);
    }

    @Override
    long walkObjects(long objects, long objectBytes) {
        long out = 0;
        long arrays = 0;
        for (Instance list : instances()) {
            long found = 0;
            for (long chunk = list.free; chunk != 0; chunk = memory.getLong(chunk)) {
                found++;
                Validate.validState(found <= chunks, "the list of 0x%x has a loop", list.start);
            }
            Validate.validState(found == list.freeCount, "the list of 0x%x has %d chunks, not %d",
                    list.start, found, list.freeCount);
            out += list.start == 0 ? 0 : chunks - found;
            arrays += list.start == 0 ? 0 : 1;
        }
        Validate.validState(out == objects, "%d chunks are in no list, %d are out", out, objects);
        return arrays;
    }
}
