package org.kmemlab.mempool.pools;

/// A stretch of memory that blocks are cut from, from the start to the end.
final class RegionNode {

    final long address;
    final int bytes;
    /// The first byte that nobody has.
    long top;

    RegionNode(long address, int bytes) {
        this.address = address;
        this.bytes = bytes;
        this.top = address;
    }

    long end() {
        return address + bytes;
    }

    /// Cuts a block off.
    ///
    /// @param lead bytes in front of it, for a red zone
    /// @param trail bytes behind it
    /// @return 0 if there is no room
    long cut(long block, int alignment, int lead, int trail) {
        long start = (top + lead + alignment - 1) & -(long) alignment;
        if (end() - start - trail < block) {
            return 0;
        }
        top = start + block + trail;
        return start;
    }
}
