package org.kmemlab.lab.rival.page;

import java.util.Arrays;

import org.kmemlab.lab.rival.base.Steps;

/// One bit for each page frame, set while it is in use, searched and changed by aligned blocks of up
/// to 256 frames inside one child of 512.
final class FrameBits {

    static final int CHILD_SHIFT = 9;
    static final int CHILD_FRAMES = 1 << CHILD_SHIFT;
    private static final int WORDS = CHILD_FRAMES / Long.SIZE;
    private static final int WORD_ORDER = 6;
    /// By order: a bit at each place in a word where a block may start.
    private static final long[] STARTS = {-1L, 0x5555_5555_5555_5555L, 0x1111_1111_1111_1111L,
        0x0101_0101_0101_0101L, 0x0001_0001_0001_0001L, 0x0000_0001_0000_0001L, 1L};

    private final long[] words;
    private final Steps steps;

    FrameBits(int children, Steps steps) {
        words = new long[children * WORDS];
        this.steps = steps;
    }

    /// Finds a free block of a child and sets its bits.
    ///
    /// @param order 0 to 8
    /// @return its first frame, counted from the child's; -1 if there is none
    int take(int child, int order) {
        int first = child * WORDS;
        if (order > WORD_ORDER) {
            return takeWords(first, 1 << (order - WORD_ORDER));
        }
        for (int word = 0; word < WORDS; word++) {
            steps.look();
            long starts = starts(~words[first + word], order);
            if (starts != 0) {
                int bit = Long.numberOfTrailingZeros(starts);
                words[first + word] |= mask(order) << bit;
                return word * Long.SIZE + bit;
            }
        }
        return -1;
    }

    /// Where blocks of an order start in a word, by its free bits.
    private static long starts(long free, int order) {
        long starts = free;
        for (int i = 0; i < order; i++) {
            starts &= starts >>> (1 << i);
        }
        return starts & STARTS[order];
    }

    private int takeWords(int first, int count) {
        for (int word = 0; word < WORDS; word += count) {
            boolean free = true;
            for (int i = word; free && i < word + count; i++) {
                steps.look();
                free = words[first + i] == 0;
            }
            if (free) {
                Arrays.fill(words, first + word, first + word + count, -1L);
                return word * Long.SIZE;
            }
        }
        return -1;
    }

    /// Bits of a block inside a word.
    private static long mask(int order) {
        return order == WORD_ORDER ? -1L : (1L << (1 << order)) - 1;
    }

    /// Whether all frames of a block are in use.
    boolean isInUse(int frame, int order) {
        if (order <= WORD_ORDER) {
            long mask = mask(order) << frame;
            return (words[frame / Long.SIZE] & mask) == mask;
        }
        for (int i = 0; i < 1 << order; i += Long.SIZE) {
            if (words[(frame + i) / Long.SIZE] != -1L) {
                return false;
            }
        }
        return true;
    }

    void clear(int frame, int order) {
        steps.look();
        if (order <= WORD_ORDER) {
            words[frame / Long.SIZE] &= ~(mask(order) << frame);
        } else {
            int word = frame / Long.SIZE;
            Arrays.fill(words, word, word + (1 << (order - WORD_ORDER)), 0L);
        }
    }

    void setAll() {
        Arrays.fill(words, -1L);
    }

    void clear(int frame) {
        words[frame / Long.SIZE] &= ~(1L << frame);
    }

    /// Frames of a child that are in use.
    int countInUse(int child) {
        int count = 0;
        for (int i = 0; i < WORDS; i++) {
            count += Long.bitCount(words[child * WORDS + i]);
        }
        return count;
    }

    long metadataBytes() {
        return (long) words.length * Long.BYTES;
    }
}
