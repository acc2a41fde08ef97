package org.kmemlab.lab.replay;

import org.jspecify.annotations.Nullable;
import org.kmemlab.buddy.GfpFlags;

/// Flag words as [GfpFlags], without a new object for each request.
final class GfpCache {

    private static final int SLOTS = 1 << 8;
    private static final int MIX = 0x9e37_79b9;
    private static final int MOBILITY = GfpFlags.MOVABLE.bits() | GfpFlags.RECLAIMABLE.bits();

    private final @Nullable GfpFlags[] slots = new @Nullable GfpFlags[SLOTS];

    /// The flags of a recorded word. What no kernel would pass is made harmless: undefined bits are
    /// dropped, and of two mobility hints the first one stays.
    GfpFlags of(int bits) {
        int slot = (bits * MIX) >>> 24;
        GfpFlags cached = slots[slot];
        int defined = bits & GfpFlags.DEFINED_BITS;
        int harmless = (defined & MOBILITY) == MOBILITY
                ? defined & ~GfpFlags.RECLAIMABLE.bits()
                : defined;
        if (cached == null || cached.bits() != harmless) {
            cached = new GfpFlags(harmless);
            slots[slot] = cached;
        }
        return cached;
    }
}
