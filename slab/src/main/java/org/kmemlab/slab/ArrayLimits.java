package org.kmemlab.slab;

import static org.kmemlab.machine.PhysicalMemory.PAGE_SIZE;

import org.apache.commons.lang3.Validate;

/// How many free objects the arrays of the classic allocator SLAB may hold: the tunables of
/// `/proc/slabinfo`.
///
/// @param limit objects of a CPU's array
/// @param batchCount objects that go to or come from a CPU's array at once
/// @param shared batches of the array that the CPUs of a node share; 0 for no such array
public record ArrayLimits(int limit, int batchCount, int shared) {

    private static final int DEBUG_MAX = 32;
    private static final int SHARED = 8;

    /// Checks the numbers as the kernel does.
    public ArrayLimits {
        Validate.isTrue(limit >= 1, "limit %d: expected 1 or more", limit);
        Validate.isTrue(batchCount >= 1 && batchCount <= limit,
                "batchcount %d: expected 1 to the limit, %d", (Object) batchCount, limit);
        Validate.isTrue(shared >= 0, "shared %d: expected 0 or more", shared);
    }

    /// What a new cache begins with.
    ///
    /// @param size bytes of a slot
    static ArrayLimits initial(int size, SlabSettings settings) {
        int limit = limitFor(size);
        if (settings.classic().debug()) {
            limit = Math.min(limit, DEBUG_MAX);
        }
        boolean shares = size <= PAGE_SIZE && settings.possibleCpus() > 1;
        return new ArrayLimits(limit, (limit + 1) / 2, shares ? SHARED : 0);
    }

    private static int limitFor(int size) {
        if (size > 131_072) {
            return 1;
        }
        if (size > PAGE_SIZE) {
            return 8;
        }
        if (size > 1024) {
            return 24;
        }
        return size > 256 ? 54 : 120;
    }
}
