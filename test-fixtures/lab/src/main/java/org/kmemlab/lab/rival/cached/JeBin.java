package org.kmemlab.lab.rival.cached;

import java.util.Map;
import java.util.TreeMap;

import org.apache.commons.lang3.Validate;
import org.jspecify.annotations.Nullable;
import org.kmemlab.lab.rival.base.Rival;
import org.kmemlab.lab.rival.base.Steps;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.PhysicalMemory;

/// The regions of one size in an arena: slabs with a bitmap each, nothing inside the regions.
///
/// Requests are served from the current slab, the lowest free region first; a full one is replaced
/// by the slab with room at the lowest address, which keeps the high ones free to empty.
final class JeBin {

    private final SpanHeap heap;
    private final Steps steps;
    private final int owner;
    private final int size;
    private final int pageCount;
    private final int regions;
    private @Nullable Span current;
    /// Slabs with room besides the current one, by address.
    private final TreeMap<Long, Span> partial = new TreeMap<>();
    private long inUse;
    private long words;

    JeBin(SpanHeap heap, Steps steps, int owner, int size) {
        this.heap = heap;
        this.steps = steps;
        this.owner = owner;
        this.size = size;
        pageCount = pagesFor(size);
        regions = pageCount * PhysicalMemory.PAGE_SIZE / size;
    }

    /// The least pages that regions of a size fill without a rest.
    static int pagesFor(int size) {
        int count = Math.ceilDiv(size, PhysicalMemory.PAGE_SIZE);
        while (count * PhysicalMemory.PAGE_SIZE % size != 0) {
            count++;
        }
        return count;
    }

    /// A region; 0 if there is no memory.
    long take(Cpu cpu) {
        steps.look();
        Span slab = current;
        if (slab == null || slab.inUse == regions) {
            slab = next(cpu);
            if (slab == null) {
                return 0;
            }
            current = slab;
        }
        slab.inUse++;
        inUse++;
        return slab.start + (long) firstFree(slab) * size;
    }

    private @Nullable Span next(Cpu cpu) {
        steps.look();
        Map.Entry<Long, Span> lowest = partial.pollFirstEntry();
        if (lowest != null) {
            return lowest.getValue();
        }
        Span made = heap.alloc(cpu, pageCount, owner);
        if (made != null) {
            made.inUse = 0;
            made.bits = new long[(regions + Long.SIZE - 1) / Long.SIZE];
            words += made.bits.length;
        }
        return made;
    }

    private int firstFree(Span slab) {
        for (int word = 0; word < slab.bits.length; word++) {
            steps.look();
            long free = ~slab.bits[word];
            if (free != 0) {
                int bit = Long.numberOfTrailingZeros(free);
                slab.bits[word] |= 1L << bit;
                return word * Long.SIZE + bit;
            }
        }
        throw new AssertionError("no free region in a slab with " + slab.inUse + " in use");
    }

    void give(Cpu cpu, Span slab, long address) {
        steps.look();
        int region = (int) ((address - slab.start) / size);
        slab.bits[region / Long.SIZE] &= ~(1L << region);
        boolean wasFull = slab.inUse-- == regions;
        inUse--;
        if (slab == current) {
            return;
        }
        if (slab.inUse == 0) {
            partial.remove(slab.start);
            words -= slab.bits.length;
            heap.free(cpu, slab);
        } else if (wasFull) {
            partial.put(slab.start, slab);
        }
    }

    /// Looks whether a region is in use.
    ///
    /// @return its bytes
    long check(Span slab, long address) {
        long offset = address - slab.start;
        if (offset % size != 0) {
            throw Rival.refused(address, "inside a region of " + size + " bytes");
        }
        int region = (int) (offset / size);
        if ((slab.bits[region / Long.SIZE] >>> region & 1) == 0) {
            throw Rival.refused(address, "its bit says that it is free");
        }
        return size;
    }

    /// Checks a slab.
    ///
    /// @return its regions in use
    long walk(Span slab) {
        int set = 0;
        for (long word : slab.bits) {
            set += Long.bitCount(word);
        }
        Validate.validState(set == slab.inUse && set <= regions,
                "slab 0x%x: %d bits are set, %d regions in use", slab.start, set, slab.inUse);
        boolean listed = partial.get(slab.start) == slab;
        boolean expected = slab != current && set < regions;
        Validate.validState(listed == expected && (set > 0 || slab == current),
                "slab 0x%x with %d of %d regions in use is not where it must be", slab.start, set,
                regions);
        return set;
    }

    long inUse() {
        return inUse;
    }

    long metadataBytes() {
        return words * Long.BYTES + 2L * Long.BYTES;
    }
}
