package org.kmemlab.lab.rival.fixed;

import org.agrona.collections.Long2LongHashMap;
import org.kmemlab.lab.rival.base.Rival;

/// The sizes that callers in C++ hand back with a block: they know them from the type.
///
/// [org.kmemlab.lab.policy.Policy#free] gives no size, so this stands in for the caller. It is no
/// part of the allocator and no metadata of it. An address that no caller holds is refused because
/// there is no size to call the allocator with; the originals would take it and break their lists.
final class CallerSizes {

    private static final long NONE = 0;

    private final Long2LongHashMap bytesOf = new Long2LongHashMap(NONE);

    void put(long address, int bytes) {
        bytesOf.put(address, bytes);
    }

    /// The size that the block was asked for with.
    ///
    /// @throws IllegalArgumentException if nobody holds a block there
    int of(long address) {
        long bytes = bytesOf.get(address);
        if (bytes == NONE) {
            throw Rival.refused(address, "no caller holds a block there");
        }
        return (int) bytes;
    }

    int remove(long address) {
        return (int) bytesOf.remove(address);
    }

    /// Goes through all blocks that are held.
    void forEach(Held action) {
        bytesOf.forEachLong((address, bytes) -> action.accept(address, (int) bytes));
    }

    void clear() {
        bytesOf.clear();
    }

    /// Gets a block that is held.
    @FunctionalInterface
    interface Held {

        /// The block and the size it was asked for with.
        void accept(long address, int bytes);
    }
}
