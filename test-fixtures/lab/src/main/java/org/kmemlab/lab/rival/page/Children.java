package org.kmemlab.lab.rival.page;

import java.util.Arrays;

import org.kmemlab.lab.rival.base.Steps;

/// The lower half of LLFree: children of 512 frames, each with a bitfield and an entry that counts
/// its free frames, or says that it is in use as a whole. Takes and gives blocks in a given child.
final class Children {

    static final int HUGE_ORDER = 9;
    static final int HUGE = FrameBits.CHILD_FRAMES;
    /// The entry of a child that is a huge page in use: no frame is free, no bit is set.
    private static final short IN_USE = -1;
    private static final int ENTRY_BYTES = Short.BYTES;

    private final FrameBits bits;
    private final short[] entries;
    private final Steps steps;

    /// All frames are in use.
    Children(int count, Steps steps) {
        this.steps = steps;
        bits = new FrameBits(count, steps);
        entries = new short[count];
        takeAll();
    }

    /// All frames are in use, whatever was before.
    void takeAll() {
        bits.setAll();
        Arrays.fill(entries, (short) 0);
    }

    /// Hands over a frame that nobody uses.
    void hand(int frame) {
        bits.clear(frame);
        entries[frame >> FrameBits.CHILD_SHIFT]++;
    }

    int free(int child) {
        return Math.max(0, entries[child]);
    }

    /// A block of up to 256 frames in a child.
    ///
    /// @return its first frame; -1 if the child has none
    int takeSmall(int child, int order) {
        steps.look();
        if (entries[child] < 1 << order) {
            return -1;
        }
        int found = bits.take(child, order);
        if (found < 0) {
            return -1;
        }
        entries[child] -= (short) (1 << order);
        return (child << FrameBits.CHILD_SHIFT) + found;
    }

    /// One or two whole children from this one on.
    ///
    /// @return whether they were free
    boolean takeHuge(int child, int count) {
        for (int i = child; i < child + count; i++) {
            steps.look();
            if (entries[i] != HUGE) {
                return false;
            }
        }
        for (int i = child; i < child + count; i++) {
            entries[i] = IN_USE;
        }
        return true;
    }

    /// Whether a block can be one in use: the bits know frames, not blocks.
    boolean isInUse(int frame, int order) {
        int child = frame >> FrameBits.CHILD_SHIFT;
        if (order < HUGE_ORDER) {
            return entries[child] != IN_USE && bits.isInUse(frame, order);
        }
        for (int i = child; i < child + (1 << (order - HUGE_ORDER)); i++) {
            if (entries[i] != IN_USE) {
                return false;
            }
        }
        return true;
    }

    void give(int frame, int order) {
        int child = frame >> FrameBits.CHILD_SHIFT;
        steps.look();
        if (order < HUGE_ORDER) {
            bits.clear(frame, order);
            entries[child] += (short) (1 << order);
            return;
        }
        for (int i = child; i < child + (1 << (order - HUGE_ORDER)); i++) {
            entries[i] = HUGE;
        }
    }

    /// Checks that a child's entry and bits agree.
    void validate(int child) {
        int used = bits.countInUse(child);
        int expected = entries[child] == IN_USE ? 0 : HUGE - entries[child];
        if (used != expected) {
            throw new IllegalStateException("child " + child + ": " + used
                    + " bits are set, its entry is " + entries[child]);
        }
    }

    int count() {
        return entries.length;
    }

    long metadataBytes() {
        return bits.metadataBytes() + (long) entries.length * ENTRY_BYTES;
    }
}
