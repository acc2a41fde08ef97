package org.kmemlab.lab.rival.fixed;

import java.util.ArrayList;
import java.util.List;

import org.apache.commons.lang3.Validate;
import org.kmemlab.buddy.PageAllocator;
import org.kmemlab.machine.Cpu;

/// Boost's `object_pool`: a pool for each object size, whose blocks double.
///
/// The first block has room for 32 objects, the next for 64, and so on; if a block cannot be had,
/// half of it is asked for once. Free objects are linked in the order of addresses, so giving one
/// back walks the list up to its place: linear, as the manual says of ordered frees. Nothing goes
/// back before the end of the pool, when the destructors of all objects that are out would run.
///
/// Source: S. Cleary, Boost.Pool manual, "object_pool" and "Simple Segregated Storage". Leaves out:
/// destructors (blocks have no type here), unordered frees (class `pool`), arrays of objects. Objects
/// of more than 4096 bytes come from the heap.
public final class BoostPool extends InstanceRival<BoostPool.Instance> {

    private static final int FIRST_SIZE = 32;
    private static final long BLOCK_MOST = 4 << 20;
    /// At the end of each block: the next block and this one's size.
    private static final int BLOCK_TAIL = 16;

    /// Holds nothing yet.
    public BoostPool(PageAllocator allocator) {
        super(allocator);
    }

    /// The pool of one object size.
    static final class Instance {

        private final int bytes;
        private long free;
        private int nextSize = FIRST_SIZE;
        private final List<Integer> sizes = new ArrayList<>();

        private Instance(int bytes) {
            this.bytes = bytes;
        }
    }

    /// How many objects the blocks of a size have, the oldest first; empty if there are none.
    public List<Integer> blockSizes(int bytes) {
        return List.copyOf(instance(rounded(bytes)).sizes);
    }

    @Override
    Instance make(Cpu cpu, int bytes) {
        return new Instance(bytes);
    }

    @Override
    long take(Instance pool, Cpu cpu) {
        steps.look();
        if (pool.free == 0) {
            grow(pool, cpu);
        }
        long object = pool.free;
        if (object != 0) {
            pool.free = memory.getLong(object);
        }
        return object;
    }

    private void grow(Instance pool, Cpu cpu) {
        long block = block(pool, cpu);
        if (block == 0 && pool.nextSize > 4) {
            pool.nextSize /= 2;
            block = block(pool, cpu);
        }
        if (block == 0) {
            return;
        }
        int size = pool.nextSize;
        long next = 0;
        // The list is empty when a pool grows, so the new objects are the list.
        for (long object = block + (size - 1L) * pool.bytes; object >= block;
                object -= pool.bytes) {
            memory.putLong(object, next);
            next = object;
        }
        pool.free = next;
        pool.sizes.add(size);
        pool.nextSize = 2 * size;
    }

    private long block(Instance pool, Cpu cpu) {
        long bytes = (long) pool.nextSize * pool.bytes + BLOCK_TAIL;
        return bytes > BLOCK_MOST ? 0 : heap.alloc(cpu, (int) bytes);
    }

    @Override
    void give(Instance pool, Cpu cpu, long address) {
        long before = 0;
        long after = pool.free;
        steps.look();
        while (after != 0 && after < address) {
            steps.look();
            before = after;
            after = memory.getLong(after);
        }
        memory.putLong(address, after);
        if (before == 0) {
            pool.free = address;
        } else {
            memory.putLong(before, address);
        }
    }

    @Override
    long objectMetadataBytes() {
        return super.objectMetadataBytes() + blocks() * BLOCK_TAIL;
    }

    private long blocks() {
        long count = 0;
        for (Instance pool : instances()) {
            count += pool.sizes.size();
        }
        return count;
    }

    @Override
    long walkObjects(long objects, long objectBytes) {
        long inUse = 0;
        for (Instance pool : instances()) {
            inUse += pool.sizes.stream().mapToLong(Integer::longValue).sum();
            for (long object = pool.free; object != 0;) {
                inUse--;
                long next = memory.getLong(object);
                Validate.validState(next == 0 || next > object,
                        "the free list of %d bytes goes from 0x%x back to 0x%x", pool.bytes,
                        object, next);
                object = next;
            }
        }
        Validate.validState(inUse == objects, "%d objects are in no list, %d are out", inUse,
                objects);
        return blocks();
    }
}
