package org.kmemlab.lab.metric;

/// Marks each block at both ends with what only it can hold, and finds out whether the mark is still
/// there: two blocks that overlap, or an allocator that writes into blocks in use, are seen when the
/// block is freed.
final class Cookies {

    /// Mixes block numbers into marks: the multiplier of Fibonacci hashing.
    private static final long MIX = 0x9e37_79b9_7f4a_7c15L;

    private final BlockBytes memory;

    Cookies(BlockBytes memory) {
        this.memory = memory;
    }

    /// Marks a block.
    ///
    /// @param serial a number that no other block has
    void put(long address, int bytes, long serial) {
        long cookie = serial * MIX;
        if (bytes < Long.BYTES) {
            for (int i = 0; i < bytes; i++) {
                memory.putByte(address + i, (byte) (cookie >>> (Byte.SIZE * i)));
            }
            return;
        }
        memory.putLong(address, cookie);
        if (bytes >= 2 * Long.BYTES) {
            memory.putLong(address + bytes - Long.BYTES, ~cookie);
        }
    }

    /// Whether a block is still marked.
    boolean isKept(long address, int bytes, long serial) {
        long cookie = serial * MIX;
        if (bytes < Long.BYTES) {
            for (int i = 0; i < bytes; i++) {
                if (memory.getByte(address + i) != (byte) (cookie >>> (Byte.SIZE * i))) {
                    return false;
                }
            }
            return true;
        }
        return memory.getLong(address) == cookie && (bytes < 2 * Long.BYTES
                || memory.getLong(address + bytes - Long.BYTES) == ~cookie);
    }
}
