package org.kmemlab.lab.replay;

import java.util.Arrays;

/// The recorded blocks of pages that are in use: what each one is on our machine.
///
/// A block has a slot, a small number; its properties lie in arrays at that index until the slot is
/// released.
final class PageTable {

    /// No such block.
    static final int NONE = SlotMap.NONE;

    private final SlotMap slots = new SlotMap();
    private int largestOrder;

    /// First recorded frame.
    long[] pfn = new long[1 << 8];
    int[] order = new int[1 << 8];
    /// First frame of the block on our machine; -1 if it has none, as there was no memory for it,
    /// or as it is a slab's.
    int[] ownPfn = new int[1 << 8];
    /// Whether it is a slab's, or a large `kmalloc`'s.
    boolean[] isSlab = new boolean[1 << 8];
    /// For a slab: address of an object in it, and the distance between objects.
    long[] object = new long[1 << 8];
    long[] strideBytes = new long[1 << 8];
    /// Frames of it that were given back one by one.
    long[] freedPages = new long[1 << 8];

    /// A new block's slot; its first frame must not be another block's.
    int add(long head, int blockOrder) {
        int slot = slots.add(head);
        if (slot == pfn.length) {
            grow();
        }
        largestOrder = Math.max(largestOrder, blockOrder);
        pfn[slot] = head;
        order[slot] = blockOrder;
        ownPfn[slot] = -1;
        isSlab[slot] = false;
        freedPages[slot] = 0;
        return slot;
    }

    private void grow() {
        int length = 2 * pfn.length;
        pfn = Arrays.copyOf(pfn, length);
        order = Arrays.copyOf(order, length);
        ownPfn = Arrays.copyOf(ownPfn, length);
        isSlab = Arrays.copyOf(isSlab, length);
        object = Arrays.copyOf(object, length);
        strideBytes = Arrays.copyOf(strideBytes, length);
        freedPages = Arrays.copyOf(freedPages, length);
    }

    /// The slot of the block that starts at a frame.
    int slotOf(long head) {
        return slots.slotOf(head);
    }

    /// The slot of the block that a frame is in. O(log of the largest block).
    int slotHolding(long frame) {
        for (int size = 0; size <= largestOrder; size++) {
            int slot = slotOf(frame & -(1L << size));
            if (slot != NONE && order[slot] >= size) {
                return slot;
            }
        }
        return NONE;
    }

    /// Forgets a block. Its properties may be read until the next [#add].
    void remove(int slot) {
        slots.remove(pfn[slot]);
    }

    /// The first recorded frames of all blocks in use.
    long[] heads() {
        return slots.keys();
    }

    int size() {
        return slots.size();
    }
}
