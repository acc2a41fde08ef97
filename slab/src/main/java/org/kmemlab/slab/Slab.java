package org.kmemlab.slab;

import java.util.List;

import org.jspecify.annotations.Nullable;
import org.kmemlab.machine.MemCgroup;
import org.kmemlab.machine.PhysicalMemory;

/// One block of pages, cut into objects of one cache (`struct slab`).
///
/// **States.** A slab is *frozen* while it belongs to one CPU, as its current slab or on its stack
/// of partial slabs; then it is on no list of a node, and other CPUs only push freed objects. A
/// slab that is not frozen is on its node's partial list if it has free objects, else on no list
/// (on the full list, if the cache stores its users).
///
/// **Invariants.** I1: `inuse` is `objects` minus the length of the free list at `head`. The
/// objects on a CPU's own free list count as in use. I2: the bit of an object is set if and only if
/// it was handed out and not freed (not kept under [MisusePolicy#AS_KERNEL]).
final class Slab {

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
    /// Neighbours on the one list that the slab is on.
    @Nullable
    Slab next;
    @Nullable
    Slab prev;

    /// Whether it is on its node's partial list.
    boolean isPartial;
    /// Whether it is on its node's full list.
    boolean isFull;

    private final int size;
    private final long reciprocal;
    private final long[] allocated;
    private @Nullable MemCgroup @Nullable [] payers;
    private long word;
    private long wildHead;

    /// A slab without free objects, frozen by nobody.
    ///
    /// @param objects how many it holds
    Slab(SlabCache cache, int pfn, int order, int node, int objects) {
        SlabGeometry geometry = cache.geometry();
        this.cache = cache;
        this.pfn = pfn;
        this.order = order;
        this.node = node;
        this.size = geometry.size();
        this.start = cache.memory().addressOf(pfn) + geometry.redLeftPad();
        this.bytes = objects * size;
        this.reciprocal = (1L << RECIPROCAL_SHIFT) / size + 1;
        this.allocated = cache.refusesMisuse() ? new long[(objects + 63) >>> 6] : new long[0];
        this.word = SlabWord.of(SlabWord.NO_OBJECT, 0, objects, false);
    }

    /// Index of the first free object, or [SlabWord#NO_OBJECT].
    int head() {
        return SlabWord.head(word);
    }

    /// Address of the first free object, 0 if there is none.
    long headAddress() {
        int head = head();
        if (head >= SlabWord.WILD) {
            return head == SlabWord.NO_OBJECT ? 0 : wildHead;
        }
        return addressOf(head);
    }

    /// Objects that are not on this slab's own free list.
    int inuse() {
        return SlabWord.inuse(word);
    }

    /// Objects that it holds.
    int objects() {
        return SlabWord.objects(word);
    }

    /// Whether it belongs to one CPU.
    boolean frozen() {
        return SlabWord.frozen(word);
    }

    /// Replaces everything that CPUs share.
    ///
    /// @param headAddress first free object, 0 for none
    void set(long headAddress, int inuse, boolean frozen) {
        int head = headAddress == 0 ? SlabWord.NO_OBJECT : indexOf(headAddress);
        assert inuse >= 0 && inuse <= objects() : this + ": inuse becomes " + inuse;
        word = SlabWord.of(head, inuse, objects(), frozen);
    }

    /// Replaces free list and count of a slab that no CPU owns, where the list may begin anywhere.
    ///
    /// @param head what a link said: maybe no object of this slab
    void setUnfrozen(long head, int inuse) {
        if (head == 0 || isObjectHere(head)) {
            set(head, inuse, false);
        } else {
            wildHead = head;
            word = SlabWord.of(SlabWord.WILD, inuse, objects(), false);
        }
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
        for (int index = 0; index < objects(); index++) {
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
            payers = new MemCgroup[objects()];
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
