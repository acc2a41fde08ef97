package org.kmemlab.lab.replay;

import java.util.Arrays;

/// The recorded objects that live: what each one is on our machine. No garbage, O(1).
///
/// An object has a slot, a small number; its properties lie in arrays at that index until the slot
/// is released.
final class ObjectTable {

    /// No such object.
    static final int NONE = SlotMap.NONE;

    private final SlotMap slots = new SlotMap();

    /// The object's address on our machine; 0 if there was no memory for it.
    long[] ownAddress = new long[1 << 8];
    /// Bytes it takes in the recorded kernel.
    long[] allocatedBytes = new long[1 << 8];
    /// The cache it lies in, by [CacheDirectory].
    int[] cache = new int[1 << 8];
    /// Who allocated it, by the trace's symbols.
    int[] callSite = new int[1 << 8];
    /// The CPU it was allocated on.
    int[] cpu = new int[1 << 8];

    /// The slot of a recorded pointer, [#NONE] if no object lives there.
    int slotOf(long pointer) {
        return slots.slotOf(pointer);
    }

    /// A new object's slot; its pointer must not be known.
    int add(long pointer) {
        int slot = slots.add(pointer);
        if (slot == ownAddress.length) {
            grow();
        }
        return slot;
    }

    private void grow() {
        int length = 2 * ownAddress.length;
        ownAddress = Arrays.copyOf(ownAddress, length);
        allocatedBytes = Arrays.copyOf(allocatedBytes, length);
        cache = Arrays.copyOf(cache, length);
        callSite = Arrays.copyOf(callSite, length);
        cpu = Arrays.copyOf(cpu, length);
    }

    /// Forgets an object. Its properties may be read until the next [#add].
    ///
    /// @return the slot it had, [#NONE] if no object lives there
    int remove(long pointer) {
        return slots.remove(pointer);
    }

    /// The recorded pointers of all objects that live.
    long[] pointers() {
        return slots.keys();
    }

    int size() {
        return slots.size();
    }
}
