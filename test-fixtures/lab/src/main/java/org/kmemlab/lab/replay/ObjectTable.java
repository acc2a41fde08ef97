package org.kmemlab.lab.replay;

import java.util.Arrays;

import org.agrona.collections.Long2LongHashMap;
import org.jspecify.annotations.Nullable;

/// The recorded objects that live: what each one is on our machine. No garbage, O(1).
///
/// ```text
///   slot -> | recorded pointer | own address | cache, cpu, call site | bytes |    half a cache line
/// ```
///
/// A hash table with linear probing that holds its records itself. The record of an object that is
/// freed stays: mostly its pointer is handed out again soon. When half of the slots are taken, the
/// records of dead objects are thrown out. Where the trace numbers its objects, the number is the
/// slot, and nothing is looked for; only who asks for a pointer without a number (a page that is
/// given back, with objects in it) needs an index, which is made then.
final class ObjectTable {

    /// No such object.
    static final int NONE = -1;

    private static final int WORDS_SHIFT = 2;
    private static final int OWN = 1;
    private static final int TAGS = 2;
    private static final int BYTES = 3;
    /// Instead of the bytes of an object that lives.
    private static final long DEAD = -1;
    private static final long MIX = 0x9e37_79b9_7f4a_7c15L;
    private static final int CACHE_BITS = 16;
    private static final int CPU_BITS = 17;
    private static final int LEAST_SLOTS = 1 << 10;

    private long[] words = new long[LEAST_SLOTS << WORDS_SHIFT];
    private int slots = LEAST_SLOTS;
    private int hashShift = Long.SIZE - Integer.numberOfTrailingZeros(LEAST_SLOTS);
    private boolean numbered;
    /// If numbered: the slots of pointers, once somebody has asked.
    private @Nullable Long2LongHashMap index;
    /// Slots with a record, of a dead object perhaps.
    private int taken;
    private int live;

    /// The slot of a recorded object, [#NONE] if it does not live.
    ///
    /// @param number what the trace calls it; 0 if nothing
    int slotOf(long pointer, int number) {
        if (!numbered) {
            return slotOf(pointer);
        }
        return number != 0 && number < slots && word(number, 0) == pointer
                && word(number, BYTES) != DEAD ? number : NONE;
    }

    /// The slot of a recorded pointer, [#NONE] if no object lives there.
    int slotOf(long pointer) {
        if (numbered) {
            return (int) index().get(pointer);
        }
        int slot = find(pointer);
        return word(slot, 0) == pointer && word(slot, BYTES) != DEAD ? slot : NONE;
    }

    /// The slot with the record of a pointer, or the empty one where it belongs.
    private int find(long pointer) {
        int slot = (int) ((pointer * MIX) >>> hashShift);
        long found = word(slot, 0);
        while (found != pointer && found != 0) {
            slot = (slot + 1) & (slots - 1);
            found = word(slot, 0);
        }
        return slot;
    }

    private Long2LongHashMap index() {
        Long2LongHashMap known = index;
        if (known == null) {
            known = new Long2LongHashMap(NONE);
            for (int slot = 0; slot < slots; slot++) {
                if (word(slot, 0) != 0 && word(slot, BYTES) != DEAD) {
                    known.put(word(slot, 0), slot);
                }
            }
            index = known;
        }
        return known;
    }

    private long word(int slot, int word) {
        return words[(slot << WORDS_SHIFT) + word];
    }

    /// Keeps a new object.
    ///
    /// @param pointer recorded, not 0; no object lives there
    /// @param number what the trace calls it; 0 if nothing, and then always nothing
    /// @param own its address on our machine; 0 if there was no memory for it
    /// @param cache where it lies, by [CacheDirectory]
    /// @param callSite who allocated it, by the trace's symbols
    /// @param bytes what it takes in the recorded kernel
    void add(long pointer, int number, long own, int cache, int cpu, int callSite, long bytes) {
        int at = (number != 0 ? numberedSlot(pointer, number) : hashedSlot(pointer)) << WORDS_SHIFT;
        live++;
        words[at] = pointer;
        words[at + OWN] = own;
        words[at + TAGS] = ((long) callSite << CPU_BITS | cpu) << CACHE_BITS | cache;
        words[at + BYTES] = bytes;
    }

    private int numberedSlot(long pointer, int number) {
        numbered = true;
        while (number >= slots) {
            slots *= 2;
            words = Arrays.copyOf(words, slots << WORDS_SHIFT);
        }
        if (index != null) {
            index.put(pointer, number);
        }
        return number;
    }

    private int hashedSlot(long pointer) {
        if (2 * taken >= slots) {
            makeRoom();
        }
        int slot = find(pointer);
        taken += word(slot, 0) == 0 ? 1 : 0;
        return slot;
    }

    private void makeRoom() {
        long[] old = words;
        while (4 * live >= slots) {
            slots *= 2;
            hashShift--;
        }
        words = new long[slots << WORDS_SHIFT];
        taken = live;
        for (int at = 0; at < old.length; at += 1 << WORDS_SHIFT) {
            if (old[at] != 0 && old[at + BYTES] != DEAD) {
                System.arraycopy(old, at, words, find(old[at]) << WORDS_SHIFT, 1 << WORDS_SHIFT);
            }
        }
    }

    /// Forgets an object. Its other properties may be read until the next [#add].
    ///
    /// @return the bytes that it took in the recorded kernel
    long remove(int slot) {
        int at = (slot << WORDS_SHIFT) + BYTES;
        long bytes = words[at];
        words[at] = DEAD;
        live--;
        if (index != null) {
            index.remove(words[at - BYTES]);
        }
        return bytes;
    }

    long ownAddress(int slot) {
        return word(slot, OWN);
    }

    int cache(int slot) {
        return (int) word(slot, TAGS) & (1 << CACHE_BITS) - 1;
    }

    int cpu(int slot) {
        return (int) (word(slot, TAGS) >>> CACHE_BITS) & (1 << CPU_BITS) - 1;
    }

    int callSite(int slot) {
        return (int) (word(slot, TAGS) >>> (CACHE_BITS + CPU_BITS));
    }

    /// The recorded pointers of all objects that live, ascending.
    long[] pointers() {
        long[] pointers = new long[live];
        int count = 0;
        for (int slot = 0; slot < slots; slot++) {
            if (word(slot, 0) != 0 && word(slot, BYTES) != DEAD) {
                pointers[count++] = word(slot, 0);
            }
        }
        Arrays.sort(pointers);
        return pointers;
    }

    int size() {
        return live;
    }
}
