package org.kmemlab.slab;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.kmemlab.machine.PhysicalMemory;

/// One page of the heap of SLOB, with the chain of its free blocks inside them.
///
/// ```text
///   block of one unit       │ minus where the next one begins │
///   block of more units     │ units │ where the next one begins │ ...
/// ```
///
/// A unit has two bytes, places are counted in units from the start of the page, and the last block
/// names the end of the page. The chain ascends; blocks that touch are one.
///
/// @see <a href="https://en.wikipedia.org/wiki/The_C_Programming_Language">Kernighan and Ritchie, The
///      C Programming Language, section 8.7: A Storage Allocator</a>
final class SlobPage {

    /// Bytes of a unit.
    static final int UNIT_BYTES = 2;
    /// Units of a page.
    static final int UNITS = PhysicalMemory.PAGE_SIZE / UNIT_BYTES;
    /// No place.
    static final int NONE = -1;

    /// Its frame.
    final int pfn;
    /// The memory node of the frame.
    final int node;
    /// Its address.
    final long start;
    /// The list that it is on; null if nothing in it is free.
    @Nullable
    SlobList list;
    /// Neighbours on the list, which is a ring.
    @Nullable
    SlobPage next;
    @Nullable
    SlobPage prev;

    private final PhysicalMemory memory;
    private int freeUnits;
    private int first = UNITS;

    /// A page with nothing free.
    SlobPage(PhysicalMemory memory, int pfn, int node) {
        this.memory = memory;
        this.pfn = pfn;
        this.node = node;
        this.start = memory.addressOf(pfn);
    }

    /// Units of all free blocks.
    int freeUnits() {
        return freeUnits;
    }

    /// Takes a block out of the first free one that holds it. What lies before it for the sake of its
    /// alignment stays free.
    ///
    /// @param align of the address that is `lead` bytes behind the start of the block
    /// @return where it begins; [#NONE] if no free block holds it
    int take(int units, int align, int lead) {
        int previous = NONE;
        int current = first;
        while (current < UNITS) {
            int following = next(current);
            int gap = gap(current, align, lead);
            int rest = units(current) - gap - units;
            if (rest < 0) {
                previous = current;
                current = following;
                continue;
            }
            int taken = current + gap;
            int behind = rest == 0 ? following : taken + units;
            if (rest > 0) {
                write(behind, rest, following);
            }
            if (gap > 0) {
                write(current, gap, behind);
            } else {
                link(previous, behind);
            }
            freeUnits -= units;
            return taken;
        }
        return NONE;
    }

    private int gap(int place, int align, int lead) {
        long address = start + (long) place * UNIT_BYTES + lead;
        return (int) ((-address & align - 1) / UNIT_BYTES);
    }

    /// Puts a block back, joined with the free ones it touches.
    void put(int place, int units) {
        int previous = NONE;
        int following = freeUnits == 0 ? UNITS : first;
        while (following < place) {
            previous = following;
            following = next(following);
        }
        int size = units;
        int behind = following;
        if (following < UNITS && place + units == following) {
            size += units(following);
            behind = next(following);
        }
        if (previous != NONE && previous + units(previous) == place) {
            write(previous, units(previous) + size, behind);
        } else {
            write(place, size, behind);
            link(previous, place);
        }
        freeUnits += units;
    }

    private void link(int previous, int to) {
        if (previous == NONE) {
            first = to;
        } else {
            write(previous, units(previous), to);
        }
    }

    private int units(int place) {
        int word = read(place);
        return word < 0 ? 1 : word;
    }

    /// @throws SlabBugException if the link leads back or out of the page: it was overwritten
    private int next(int place) {
        int word = read(place);
        int following = word < 0 ? -word : read(place + 1);
        if (following < place + units(place) || following > UNITS || word == 0) {
            throw new SlabBugException(
                    new SlabBug.CorruptFreePointer("SLOB", start + (long) place * UNIT_BYTES,
                            start + (long) following * UNIT_BYTES));
        }
        return following;
    }

    private void write(int place, int units, int following) {
        if (units == 1) {
            write(place, -following);
        } else {
            write(place, units);
            write(place + 1, following);
        }
    }

    private int read(int place) {
        long at = start + (long) place * UNIT_BYTES;
        return (short) ((memory.getByte(at) & 0xff) | (memory.getByte(at + 1) << Byte.SIZE));
    }

    private void write(int place, int word) {
        long at = start + (long) place * UNIT_BYTES;
        memory.putByte(at, (byte) word);
        memory.putByte(at + 1, (byte) (word >> Byte.SIZE));
    }

    /// Its free blocks in the order of the chain.
    List<SlobView.Free> free() {
        List<SlobView.Free> blocks = new ArrayList<>();
        int place = freeUnits == 0 ? UNITS : first;
        while (place < UNITS) {
            blocks.add(new SlobView.Free(place, units(place)));
            place = next(place);
        }
        return blocks;
    }

    @Override
    public String toString() {
        return "SLOB page 0x" + Integer.toHexString(pfn);
    }
}
