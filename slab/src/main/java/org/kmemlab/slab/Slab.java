package org.kmemlab.slab;

import java.util.List;

import org.jspecify.annotations.Nullable;
import org.kmemlab.machine.MemCgroup;
import org.kmemlab.machine.PhysicalMemory;

/// One block of pages, cut into objects of one cache (`struct slab`): where its objects lie, which
/// of them are in use and who pays for them. How free objects are found is the engine's matter.
///
/// **Invariant.** The bit of an object is set if and only if it was handed out and not freed (not
/// kept under [MisusePolicy#AS_KERNEL]).
abstract sealed class Slab permits SlubSlab, ClassicSlab {

    private static final int RECIPROCAL_SHIFT = 42;

    /// The cache whose objects lie here.
    final SlabCache cache;
    /// First frame of the block.
    final int pfn;
    /// log2 of its pages.
    final int order;
    /// The memory node of its pages.
    final int node;
    /// Address of object 0.
    final long start;
    /// Bytes from object 0 to the end of the last slot.
    final int bytes;

    private final int count;
    private final int size;
    private final long reciprocal;
    private final long[] allocated;
    private @Nullable MemCgroup @Nullable [] payers;

    /// @param start address of object 0
    /// @param objects how many it holds
    Slab(SlabCache cache, int pfn, int order, int node, long start, int objects) {
        this.cache = cache;
        this.pfn = pfn;
        this.order = order;
        this.node = node;
        this.start = start;
        this.count = objects;
        this.size = cache.geometry().size();
        this.bytes = objects * size;
        this.reciprocal = (1L << RECIPROCAL_SHIFT) / size + 1;
        this.allocated = cache.refusesMisuse() ? new long[(objects + 63) >>> 6] : new long[0];
    }

    /// Objects that it holds.
    int capacity() {
        return count;
    }

    /// Whether `address` is an object of this slab.
    boolean isObjectHere(long address) {
        return holds(address) && isObject(address);
    }

    /// Whether `address` lies in a slot, counted from object 0.
    boolean holds(long address) {
        long offset = address - start;
        return offset >= 0 && offset < bytes;
    }

    /// Index of the object at or before `address`, which the slab [#holds].
    int indexOf(long address) {
        // Exact for the start of each slot: the error of the reciprocal is below one slot.
        return (int) (((address - start) * reciprocal) >>> RECIPROCAL_SHIFT);
    }

    /// Whether an object starts at `address`, which the slab [#holds].
    boolean isObject(long address) {
        return addressOf(indexOf(address)) == address;
    }

    long addressOf(int index) {
        return start + (long) index * size;
    }

    /// Bytes of its pages.
    int blockBytes() {
        return PhysicalMemory.PAGE_SIZE << order;
    }

    /// Notes which objects are left for its user, after the free list was repaired.
    ///
    /// @param free indices of the objects on the free list
    void markFree(List<Integer> free) {
        if (allocated.length == 0) {
            return;
        }
        for (int index = 0; index < count; index++) {
            allocated[index >> 6] |= 1L << index;
        }
        free.forEach(index -> allocated[index >> 6] &= ~(1L << index));
    }

    /// Notes that an object was handed out.
    ///
    /// @throws SlabBugException if it is far from any of this slab: a link was overwritten
    void markAllocated(long address) {
        int index = indexOf(address);
        try {
            assert (allocated[index >> 6] & 1L << index) == 0
                    : this + ": object " + index + " twice";
            allocated[index >> 6] |= 1L << index;
        } catch (ArrayIndexOutOfBoundsException outside) {
            throw cache.allocator().findings()
                    .fatal(new SlabBug.CorruptFreePointer(cache.name(), 0, address), outside);
        }
    }

    /// Notes that an object comes back.
    ///
    /// @return false, and nothing changes, if no allocated object starts at `address`
    boolean markFreed(long address) {
        int index = indexOf(address);
        if (addressOf(index) != address || (allocated[index >> 6] & 1L << index) == 0) {
            return false;
        }
        allocated[index >> 6] &= ~(1L << index);
        return true;
    }

    /// Whether the object was handed out and not freed; false if that is not kept.
    boolean isAllocated(int index) {
        return allocated.length > 0 && (allocated[index >> 6] & 1L << index) != 0;
    }

    /// Notes who is charged for an object.
    void setPayer(int index, MemCgroup payer) {
        if (payers == null) {
            payers = new MemCgroup[count];
        }
        payers[index] = payer;
    }

    /// Who is charged for an object, from now on nobody; null if nobody was.
    @Nullable
    MemCgroup takePayer(int index) {
        if (payers == null) {
            return null;
        }
        MemCgroup payer = payers[index];
        payers[index] = null;
        return payer;
    }

    @Override
    public String toString() {
        return cache.name() + " slab 0x" + Integer.toHexString(pfn);
    }
}
