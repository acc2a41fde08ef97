package org.kmemlab.lab.rival.fixed;

import java.util.Arrays;

import org.kmemlab.lab.rival.base.Steps;

/// A hash table from sizes to the numbers of their lists: open addressing, linear probing, at most
/// half full. A number is given at the first question and stays.
final class SizeTable {

    private final Steps steps;
    /// 1 + the list's number; 0 where a slot is free.
    private int[] slots = new int[32];
    private int[] sizes = new int[16];
    private int count;

    SizeTable(Steps steps) {
        this.steps = steps;
    }

    int listOf(int size) {
        int slot = slotOf(size);
        if (slots[slot] == 0) {
            if (count == sizes.length) {
                grow();
                slot = slotOf(size);
            }
            sizes[count] = size;
            slots[slot] = ++count;
        }
        return slots[slot] - 1;
    }

    /// The slot of a size, or the free one where it belongs.
    private int slotOf(int size) {
        int mask = slots.length - 1;
        int slot = (size * 0x9e37_79b9) >>> 16 & mask;
        steps.look();
        while (slots[slot] != 0 && sizes[slots[slot] - 1] != size) {
            steps.look();
            slot = (slot + 1) & mask;
        }
        return slot;
    }

    private void grow() {
        sizes = Arrays.copyOf(sizes, 2 * count);
        slots = new int[4 * count];
        for (int list = 0; list < count; list++) {
            slots[slotOf(sizes[list])] = list + 1;
        }
    }

    int sizeOf(int list) {
        return sizes[list];
    }

    /// How many lists there are.
    int count() {
        return count;
    }

    long metadataBytes() {
        return (slots.length + sizes.length) * (long) Integer.BYTES;
    }
}
