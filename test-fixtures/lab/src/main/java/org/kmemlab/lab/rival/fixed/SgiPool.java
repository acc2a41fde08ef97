package org.kmemlab.lab.rival.fixed;

import org.apache.commons.lang3.Validate;
import org.kmemlab.buddy.PageAllocator;
import org.kmemlab.machine.Cpu;

/// The pool allocator of the SGI Standard Template Library, the default of its containers.
///
/// **Picture.** 16 free lists for 8, 16, ... 128 bytes, linked through the free objects. An empty
/// list is refilled with 20 objects from the chunk pool, a stretch of memory that all sizes share
/// and that is cut from the front. What is left of the pool when it is too short for one object
/// goes to the list of its size. Larger requests go to `malloc`.
///
/// ```text
///  list   0   1   2  ...  15          pool: |####### cut ######|.... free ....|
///  bytes  8  16  24  ... 128                                   start        end
/// ```
///
/// Objects have no header and never go back to the heap.
///
/// Sources: Standard Template Library Programmer's Guide (SGI, 1996-2000), "Allocators"; S. B.
/// Lippman et al. describe the same design. Some texts say that the lists reach 64 KB; 128 bytes
/// are meant. Leaves out: the thread lock; a new pool is at most 1 MiB here, so that the heap's
/// largest block does not end its growth.
public final class SgiPool extends SizedRival {

    /// Objects up to this size come from the lists.
    public static final int LARGEST = 128;
    /// Objects that a refill asks for.
    public static final int REFILL = 20;
    private static final int LISTS = LARGEST / STEP;
    private static final long POOL_MOST = 1 << 20;

    private final long[] lists = new long[LISTS];
    private long poolStart;
    private long poolEnd;
    /// Bytes taken from the heap for pools, and how often.
    private long poolBytes;
    private long pools;

    /// Holds nothing yet.
    public SgiPool(PageAllocator allocator) {
        super(allocator, LARGEST);
    }

    /// The list for objects of so many bytes.
    public static int listOf(int bytes) {
        return (bytes - 1) / STEP;
    }

    @Override
    long takeObject(Cpu cpu, int bytes) {
        int list = listOf(bytes);
        steps.look();
        long object = lists[list];
        if (object == 0) {
            return refill(cpu, bytes);
        }
        lists[list] = memory.getLong(object);
        return object;
    }

    /// Cuts up to [#REFILL] objects from the pool; one goes to the caller, the others to the list.
    private long refill(Cpu cpu, int bytes) {
        long chunk = cut(cpu, bytes);
        if (chunk == 0) {
            return 0;
        }
        long count = Math.min(REFILL, (poolEnd - chunk) / bytes);
        poolStart = chunk + count * bytes;
        for (long object = poolStart - bytes; object > chunk; object -= bytes) {
            push(listOf(bytes), object);
        }
        return chunk;
    }

    private void push(int list, long object) {
        steps.look();
        memory.putLong(object, lists[list]);
        lists[list] = object;
    }

    /// Makes sure that the pool has room for one object at least.
    ///
    /// @return the pool's start; 0 if there is no memory
    private long cut(Cpu cpu, int bytes) {
        if (poolEnd - poolStart >= bytes) {
            return poolStart;
        }
        if (poolEnd > poolStart) {
            push(listOf((int) (poolEnd - poolStart)), poolStart);
            poolStart = poolEnd;
        }
        long wanted = 2L * REFILL * bytes + rounded((int) Math.min(POOL_MOST, poolBytes >> 4));
        int size = (int) Math.min(POOL_MOST, wanted);
        long chunk = heap.alloc(cpu, size);
        if (chunk == 0) {
            return cutFromLarger(bytes);
        }
        poolStart = chunk;
        poolEnd = chunk + size;
        poolBytes += size;
        pools++;
        return chunk;
    }

    /// Without memory, a free object of a larger list becomes the pool.
    private long cutFromLarger(int bytes) {
        for (int size = bytes; size <= LARGEST; size += STEP) {
            int list = listOf(size);
            steps.look();
            long object = lists[list];
            if (object != 0) {
                lists[list] = memory.getLong(object);
                poolStart = object;
                poolEnd = object + size;
                return object;
            }
        }
        return 0;
    }

    @Override
    void giveObject(Cpu cpu, long address, int bytes) {
        push(listOf(bytes), address);
    }

    @Override
    long objectMetadataBytes() {
        return (long) LISTS * Long.BYTES + 3L * Long.BYTES;
    }

    /// Every byte of the pools is in an object that is out, in a list, or not cut yet.
    @Override
    long walkObjects(long objects, long objectBytes) {
        long listed = 0;
        for (int list = 0; list < LISTS; list++) {
            long size = (list + 1L) * STEP;
            for (long object = lists[list]; object != 0; object = memory.getLong(object)) {
                Validate.validState(object % STEP == 0 && listed <= poolBytes,
                        "list %d is damaged at 0x%x", list, object);
                listed += size;
            }
        }
        long left = poolEnd - poolStart;
        Validate.validState(objectBytes + listed + left == poolBytes,
                "%d bytes out, %d in lists, %d not cut: expected %d", objectBytes, listed, left,
                poolBytes);
        return pools;
    }
}
