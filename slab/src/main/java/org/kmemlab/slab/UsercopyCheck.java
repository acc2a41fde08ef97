package org.kmemlab.slab;

import org.jspecify.annotations.Nullable;

/// Whether bytes of an object may be copied to or from user space: only those of the region that the
/// creator of the cache named. A kernel with hardened usercopy asks before each copy.
final class UsercopyCheck {

    private UsercopyCheck() {
    }

    /// What is wrong with a copy; null if it is allowed.
    ///
    /// @param address the first byte, in the slab
    /// @param bytes how many, 1 or more
    static SlabBug.@Nullable UsercopyRefused find(Slab slab, long address, long bytes) {
        SlabCache cache = slab.cache;
        SlabGeometry geometry = cache.geometry();
        long slot = slab.start - geometry.redLeftPad();
        long offset = Math.floorMod(address - slot, (long) geometry.size());
        boolean inRedZone = offset < geometry.redLeftPad();
        offset -= inRedZone ? 0 : geometry.redLeftPad();
        long inRegion = offset - cache.args().useroffset();
        int usersize = cache.args().usersize();
        boolean allowed = !inRedZone && inRegion >= 0 && inRegion <= usersize
                && bytes <= usersize - inRegion;
        return allowed ? null
                : new SlabBug.UsercopyRefused(cache.name(), address, inRedZone, offset, bytes);
    }

    /// The line that the kernel prints before it stops.
    static String text(SlabBug.UsercopyRefused bug, boolean toUser) {
        return "usercopy: Kernel memory " + (toUser ? "exposure" : "overwrite")
                + " attempt detected " + (toUser ? "from" : "to") + " SLUB object"
                + (bug.inRedZone() ? " in left red zone" : "") + " '" + bug.cache() + "' (offset "
                + bug.offset() + ", size " + bug.bytes() + ")!";
    }
}
