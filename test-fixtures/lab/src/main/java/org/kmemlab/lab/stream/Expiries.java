package org.kmemlab.lab.stream;

import java.util.Arrays;

/// Blocks by the time they are to be freed: a binary heap of packed longs, the earliest on top.
/// Blocks of one time come in the order of their numbers. O(log blocks), no garbage.
final class Expiries {

    private static final int BLOCK_BITS = 24;
    private static final long BLOCK_MASK = (1L << BLOCK_BITS) - 1;
    private static final long NEVER = Long.MAX_VALUE;

    private long[] heap = new long[1 << 8];
    private int size;

    /// Adds a block.
    ///
    /// @param time in the generator's own count, below `2^39`
    void add(long time, int block) {
        if (block > BLOCK_MASK) {
            throw new IllegalArgumentException(
                    "block " + block + ": expected at most " + BLOCK_MASK);
        }
        if (size == heap.length) {
            heap = Arrays.copyOf(heap, 2 * size);
        }
        long key = time << BLOCK_BITS | block;
        int at = size++;
        while (at > 0 && heap[(at - 1) / 2] > key) {
            heap[at] = heap[(at - 1) / 2];
            at = (at - 1) / 2;
        }
        heap[at] = key;
    }

    /// The earliest time; `Long.MAX_VALUE` if there is no block.
    long nextTime() {
        return size == 0 ? NEVER : heap[0] >>> BLOCK_BITS;
    }

    /// Takes the block of the earliest time out; there must be one.
    int poll() {
        int block = (int) (heap[0] & BLOCK_MASK);
        long moved = heap[--size];
        int at = 0;
        while (2 * at + 1 < size) {
            int child = 2 * at + 1;
            if (child + 1 < size && heap[child + 1] < heap[child]) {
                child++;
            }
            if (heap[child] >= moved) {
                break;
            }
            heap[at] = heap[child];
            at = child;
        }
        heap[at] = moved;
        return block;
    }

    int size() {
        return size;
    }
}
