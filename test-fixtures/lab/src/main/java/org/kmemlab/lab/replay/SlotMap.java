package org.kmemlab.lab.replay;

import java.util.Arrays;

import org.agrona.collections.Long2LongHashMap;

/// Gives each key that lives a slot: a small number, at which its properties lie in arrays. The
/// slots of removed keys are used again. No garbage, O(1).
final class SlotMap {

    /// No such key.
    static final int NONE = -1;

    private final Long2LongHashMap slotOfKey = new Long2LongHashMap(1 << 12, 0.55f, NONE);
    private int[] freeSlots = new int[1 << 8];
    private int freeCount;
    private int slotCount;

    /// The slot of a key, [#NONE] if it does not live.
    int slotOf(long key) {
        return (int) slotOfKey.get(key);
    }

    /// A new key's slot: one that was released, or the number of slots so far.
    int add(long key) {
        int slot = freeCount > 0 ? freeSlots[--freeCount] : slotCount++;
        slotOfKey.put(key, slot);
        return slot;
    }

    /// Releases a key's slot.
    ///
    /// @return the slot it had, [#NONE] if it does not live
    int remove(long key) {
        int slot = (int) slotOfKey.remove(key);
        if (slot != NONE) {
            if (freeCount == freeSlots.length) {
                freeSlots = Arrays.copyOf(freeSlots, 2 * freeCount);
            }
            freeSlots[freeCount++] = slot;
        }
        return slot;
    }

    /// The keys that live, in no particular order, but in the same one for the same history.
    long[] keys() {
        long[] keys = new long[size()];
        int[] next = {0};
        slotOfKey.forEachLong((key, slot) -> keys[next[0]++] = key);
        return keys;
    }

    int size() {
        return slotOfKey.size();
    }
}
