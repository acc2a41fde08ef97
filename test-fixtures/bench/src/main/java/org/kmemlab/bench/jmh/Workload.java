package org.kmemlab.bench.jmh;

import java.util.SplittableRandom;

/// What the patterns have in common, so that all contenders do the same.
final class Workload {

    /// Objects that live in a ring; a power of two.
    static final int RING = 16;
    /// Objects of a batch.
    static final int BATCH = 1024;
    /// Objects that one thread hands to another at once.
    static final int HAND_OVER = 512;
    /// Sizes of the mixed pattern before they repeat; a power of two.
    static final int SIZES = 1024;

    private static final long SEED = 6;
    private static final int MIN_SIZE = 8;
    private static final int SIZE_CLASSES = 8;

    private Workload() {
    }

    /// In which order a batch is freed if its first object goes first.
    static int[] inOrder() {
        int[] order = new int[BATCH];
        for (int i = 0; i < BATCH; i++) {
            order[i] = i;
        }
        return order;
    }

    /// In which order a batch is freed if its last object goes first.
    static int[] reversed() {
        int[] order = new int[BATCH];
        for (int i = 0; i < BATCH; i++) {
            order[i] = BATCH - 1 - i;
        }
        return order;
    }

    /// In which order a batch is freed at random.
    static int[] shuffled() {
        int[] order = inOrder();
        SplittableRandom random = new SplittableRandom(SEED);
        for (int i = BATCH - 1; i > 0; i--) {
            int other = random.nextInt(i + 1);
            int moved = order[i];
            order[i] = order[other];
            order[other] = moved;
        }
        return order;
    }

    /// Sizes of 8 to 2,047 bytes, each power of two as likely as the next.
    static int[] mixedSizes() {
        int[] sizes = new int[SIZES];
        SplittableRandom random = new SplittableRandom(SEED);
        for (int i = 0; i < SIZES; i++) {
            int floor = MIN_SIZE << random.nextInt(SIZE_CLASSES);
            sizes[i] = floor + random.nextInt(floor);
        }
        return sizes;
    }
}
