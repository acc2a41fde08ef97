package org.kmemlab.lab.trace;

import java.util.Arrays;

/// Numbers for the distinct rows of so many words: equal rows have one number. No garbage, O(1).
final class RowTable {

    private static final long MIX = 0x9e37_79b9_7f4a_7c15L;
    private static final int NONE = -1;
    private static final int SLOTS = 2 * BinaryFormat.MAX_ROWS;

    private final int width;
    private long[] words;
    /// Open addressing with linear probing: at most half full.
    private final int[] slots = new int[SLOTS];
    private int count;

    RowTable(int width) {
        this.width = width;
        this.words = new long[width << 8];
        Arrays.fill(slots, NONE);
    }

    /// The number of a row, a new one for a new row.
    int numberOf(long[] row) {
        long hash = 0;
        for (long word : row) {
            hash = (hash ^ word) * MIX;
            hash ^= hash >>> 32;
        }
        int slot = (int) hash & SLOTS - 1;
        while (slots[slot] != NONE) {
            int from = slots[slot] * width;
            if (Arrays.equals(row, 0, width, words, from, from + width)) {
                return slots[slot];
            }
            slot = slot + 1 & SLOTS - 1;
        }
        if ((count + 1) * width > words.length) {
            words = Arrays.copyOf(words, 2 * words.length);
        }
        System.arraycopy(row, 0, words, count * width, width);
        slots[slot] = count;
        return count++;
    }

    /// Whether there is no room for one more.
    boolean isFull() {
        return count == BinaryFormat.MAX_ROWS;
    }

    void clear() {
        Arrays.fill(slots, NONE);
        count = 0;
    }

    int count() {
        return count;
    }

    int width() {
        return width;
    }

    long word(int row, int column) {
        return words[row * width + column];
    }
}
