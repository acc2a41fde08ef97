package org.kmemlab.lab.trace;

import java.util.Arrays;

import org.agrona.collections.Long2LongHashMap;

/// Gives the objects of a trace small numbers, from 1, so that nobody needs to look for their
/// pointers later.
///
/// A pointer keeps its number after the free, as it will be handed out again; when many numbers are
/// those of dead objects, these are given to others.
final class ObjectNumbers {

    /// No object lives there.
    static final int NONE = 0;

    private static final int LEAST = 1 << 12;

    private final Long2LongHashMap numberOf = new Long2LongHashMap(1 << 14, 0.55f, NONE);
    private long[] pointers = new long[LEAST];
    private boolean[] lives = new boolean[LEAST];
    private int[] free = new int[LEAST];
    private int freeCount;
    private int last;
    private int live;
    private boolean rebound;

    /// The number of an object that is allocated; [#isRebound] tells whether it was another's before.
    int allocated(long pointer) {
        int number = (int) numberOf.get(pointer);
        rebound = number == NONE;
        if (rebound) {
            number = newNumber();
            numberOf.put(pointer, number);
            pointers[number] = pointer;
        }
        live += lives[number] ? 0 : 1;
        lives[number] = true;
        return number;
    }

    private int newNumber() {
        if (freeCount == 0 && last >= LEAST && last > 2 * live) {
            forgetDead();
        }
        if (freeCount > 0) {
            return free[--freeCount];
        }
        last++;
        if (last == pointers.length) {
            pointers = Arrays.copyOf(pointers, 2 * last);
            lives = Arrays.copyOf(lives, 2 * last);
            free = Arrays.copyOf(free, 2 * last);
        }
        return last;
    }

    private void forgetDead() {
        for (int number = last; number > 0; number--) {
            if (!lives[number]) {
                numberOf.remove(pointers[number]);
                free[freeCount++] = number;
            }
        }
    }

    boolean isRebound() {
        return rebound;
    }

    /// The number of an object that is freed; [#NONE] if nobody saw it allocated.
    int freed(long pointer) {
        int number = (int) numberOf.get(pointer);
        if (number == NONE || !lives[number]) {
            return NONE;
        }
        lives[number] = false;
        live--;
        return number;
    }
}
