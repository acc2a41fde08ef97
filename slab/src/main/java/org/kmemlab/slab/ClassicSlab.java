package org.kmemlab.slab;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.kmemlab.machine.PhysicalMemory;

/// A slab of the classic allocator SLAB.
///
/// Its free objects are known by a stack of one-byte indices in the machine's memory:
///
/// ```text
///   position   0 ... active-1 │ active ... objects-1
///   index      (handed out)   │ free; the one at `active` is the next
/// ```
///
/// **Invariants.** I1: `active` objects are not in the stack; they are in use or wait in an array.
/// I2: the slab is on the list of its node that says whether none, some or all of its objects are
/// active. I3: a stack that lies in an object lies in a free one, that of the last position; a slab
/// without free objects has none.
final class ClassicSlab extends Slab {

    /// The stack's place is not known: none is needed, or a recording does not tell it.
    static final long NOWHERE = 0;

    /// Neighbours on the list that the slab is on.
    @Nullable
    ClassicSlab next;
    @Nullable
    ClassicSlab prev;
    /// The list that the slab is on.
    @Nullable
    ClassicList list;

    private final PhysicalMemory memory;
    private final boolean inObject;
    /// The indices, where a recording does not tell where they lie.
    private final byte @Nullable [] detached;
    private long freelist;
    private int active;

    /// A slab of a recorded state, with all objects active.
    static ClassicSlab recorded(SlabCache cache, int pfn, int node, int colour) {
        ClassicGeometry geometry = cache.geometry().classic();
        long end = cache.memory().addressOf(pfn) + ((long) PhysicalMemory.PAGE_SIZE << geometry
                .order());
        return new ClassicSlab(cache, pfn, node, colour,
                geometry.place() == ClassicGeometry.FreelistPlace.ON_SLAB
                        ? end - geometry.freelistSize()
                        : NOWHERE);
    }

    /// A slab whose objects are all active.
    ///
    /// @param colour bytes from the start of the pages to the first slot
    /// @param freelist address of the stack, [#NOWHERE] if it lies in an object or is not known
    ClassicSlab(SlabCache cache, int pfn, int node, int colour, long freelist) {
        ClassicGeometry geometry = cache.geometry().classic();
        super(cache, pfn, geometry.order(), node,
                cache.memory().addressOf(pfn) + colour + geometry.objectOffset(),
                geometry.objects());
        this.memory = cache.memory();
        this.inObject = geometry.place() == ClassicGeometry.FreelistPlace.IN_OBJECT;
        this.detached = freelist == NOWHERE && !inObject ? new byte[geometry.objects()] : null;
        this.freelist = freelist;
        this.active = geometry.objects();
    }

    /// Objects that are in use or wait in an array.
    int active() {
        return active;
    }

    boolean isFull() {
        return active == capacity();
    }

    /// Where the stack lies, [#NOWHERE] if nobody knows or needs it.
    long freelist() {
        return freelist;
    }

    /// Bytes from the start of the pages to the first slot.
    int colour() {
        return (int) (start - memory.addressOf(pfn)) - cache.geometry().redLeftPad();
    }

    /// Takes the next free object; there is one.
    ///
    /// @throws SlabBugException if the stack was overwritten: there is no object of that number
    long take() {
        int index = index(active);
        if (index >= capacity()) {
            throw cache.allocator().findings().fatal(new SlabBug.CorruptFreePointer(cache.name(),
                    freelist, index), null);
        }
        active++;
        return addressOf(index);
    }

    /// Takes an object back.
    void put(long object) {
        active--;
        if (inObject && freelist == NOWHERE) {
            freelist = object;
        }
        setIndex(active, indexOf(object));
    }

    /// Gives up the place of the stack in an object; all objects are active.
    ///
    /// @return the object that it lay in, 0 if it lies elsewhere
    long leaveObject() {
        long host = inObject ? freelist : 0;
        freelist = inObject ? NOWHERE : freelist;
        return host;
    }

    /// Makes objects free that were active.
    ///
    /// @param indices in the order in which they are to be handed out
    void setFree(List<Integer> indices) {
        active = capacity() - indices.size();
        if (inObject && !indices.isEmpty()) {
            freelist = addressOf(indices.getLast());
        }
        for (int i = 0; i < indices.size(); i++) {
            setIndex(active + i, indices.get(i));
        }
    }

    /// Indices of the free objects, the next one first.
    List<Integer> freeIndices() {
        List<Integer> free = new ArrayList<>();
        for (int position = active; position < capacity(); position++) {
            free.add(index(position));
        }
        return free;
    }

    private int index(int position) {
        byte index = detached != null ? detached[position] : memory.getByte(freelist + position);
        return Byte.toUnsignedInt(index);
    }

    private void setIndex(int position, int index) {
        if (detached != null) {
            detached[position] = (byte) index;
        } else {
            memory.putByte(freelist + position, (byte) index);
        }
    }
}
