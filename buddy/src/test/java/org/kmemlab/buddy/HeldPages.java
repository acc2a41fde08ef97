package org.kmemlab.buddy;

import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

import org.kmemlab.machine.MachineConfig;
import org.kmemlab.machine.PfnRange;
import org.kmemlab.machine.ZoneSpan;

/// The model of a page allocator: which frames are held, and as which blocks.
///
/// A run of pages that is no block (see [PageAllocator#allocPagesExact]) is held as one entry whose
/// order is -1. Complaints are [AssertionError]s.
final class HeldPages {

    private static final int RUN = -1;

    private final List<ZoneSpan> zones;
    private final byte[] zoneOf;
    /// Frames that are not free: held, or not the allocator's.
    private final BitSet taken;
    private final int managedPages;

    private final int[] pfns;
    private final int[] orders;
    private final int[] lengths;
    private final boolean[] recorded;
    private int count;
    private int heldPages;

    HeldPages(MachineConfig config) {
        zones = config.zones();
        zoneOf = new byte[config.endPfn()];
        Arrays.fill(zoneOf, (byte) -1);
        taken = new BitSet(config.endPfn());
        taken.set(0, config.endPfn());
        for (int i = 0; i < zones.size(); i++) {
            for (PfnRange range : zones.get(i).managed()) {
                Arrays.fill(zoneOf, range.start(), range.end(), (byte) i);
                taken.clear(range.start(), range.end());
            }
        }
        managedPages = zones.stream().mapToInt(ZoneSpan::managedPages).sum();
        pfns = new int[managedPages];
        orders = new int[managedPages];
        lengths = new int[managedPages];
        recorded = new boolean[managedPages];
    }

    /// Entries held.
    int count() {
        return count;
    }

    /// Frames that are free.
    int freePages() {
        return managedPages - heldPages;
    }

    int pfn(int index) {
        return pfns[index];
    }

    /// Order of a block.
    int order(int index) {
        return orders[index];
    }

    /// Pages of a block or run.
    int length(int index) {
        return lengths[index];
    }

    boolean isBlock(int index) {
        return orders[index] != RUN;
    }

    /// Whether the allocator was loaded from a state since the entry was taken, so that it does not
    /// know the order.
    boolean isRecorded(int index) {
        return recorded[index];
    }

    /// Everything held now is older than the allocator.
    void noteReload() {
        Arrays.fill(recorded, 0, count, true);
    }

    /// Frames, held or not.
    int frames() {
        return zoneOf.length;
    }

    /// The first free frame from one on; -1 if there is none.
    int freeFrameFrom(int pfn) {
        int free = taken.nextClearBit(pfn);
        return free < zoneOf.length ? free : -1;
    }

    /// Adds a block that was given out.
    void tookBlock(int pfn, int order) {
        check((pfn & (1 << order) - 1) == 0, pfn, 1 << order, "is not aligned");
        take(pfn, 1 << order, order);
    }

    /// Adds a run of pages that was given out; runs are aligned as the block they were cut from.
    void tookRun(int pfn, int length) {
        int aligned = Integer.highestOneBit(2 * length - 1);
        check((pfn & aligned - 1) == 0, pfn, length, "is not aligned");
        take(pfn, length, RUN);
    }

    private void take(int pfn, int length, int order) {
        boolean exists = pfn >= 0 && pfn <= zoneOf.length - length;
        check(exists && zoneOf[pfn] == zoneOf[pfn + length - 1], pfn, length,
                "is outside the machine's zones");
        int next = taken.nextSetBit(pfn);
        check(next < 0 || next >= pfn + length, pfn, length,
                "holds pfn " + next + ", which is not free");
        taken.set(pfn, pfn + length);
        heldPages += length;
        pfns[count] = pfn;
        orders[count] = order;
        lengths[count] = length;
        recorded[count] = false;
        count++;
    }

    private static void check(boolean holds, int pfn, int length, String complaint) {
        if (!holds) {
            throw new AssertionError(
                    "pfn " + pfn + " of " + length + " pages was given out: " + complaint);
        }
    }

    /// Forgets an entry that is given back; the last one takes its place.
    void gaveBack(int index) {
        taken.clear(pfns[index], pfns[index] + lengths[index]);
        heldPages -= lengths[index];
        count--;
        pfns[index] = pfns[count];
        orders[index] = orders[count];
        lengths[index] = lengths[count];
        recorded[index] = recorded[count];
    }

    /// The zone of a frame that is managed.
    ZoneSpan zone(int pfn) {
        return zones.get(zoneOf[pfn]);
    }

    boolean isSameZone(int pfn, int other) {
        return zoneOf[pfn] == zoneOf[other];
    }

    /// Whether all pages of a block are free, in one zone.
    boolean isFree(int pfn, int order) {
        int end = pfn + (1 << order);
        int next = taken.nextSetBit(pfn);
        return pfn >= 0 && end <= zoneOf.length && (next < 0 || next >= end)
                && zoneOf[pfn] == zoneOf[end - 1];
    }

    /// The first free block of an order, as far as free pages tell, from a frame on; -1 if there is
    /// none.
    int freeBlockFrom(int from, int order) {
        int size = 1 << order;
        int pfn = from + size - 1 & -size;
        while (pfn + size <= zoneOf.length) {
            if (isFree(pfn, order)) {
                return pfn;
            }
            int free = taken.nextClearBit(pfn + 1);
            pfn = free + size - 1 & -size;
        }
        return -1;
    }
}
