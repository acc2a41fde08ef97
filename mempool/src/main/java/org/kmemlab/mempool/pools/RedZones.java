package org.kmemlab.mempool.pools;

import org.kmemlab.machine.PhysicalMemory;

/// The bytes in front of and behind a block that nobody may write to, with the kernel's values.
final class RedZones {

    /// Around a block that is free.
    static final byte INACTIVE = (byte) 0xbb;
    /// Around a block in use.
    static final byte ACTIVE = (byte) 0xcc;

    private final PhysicalMemory memory;
    private final int zoneBytes;
    private final int blockBytes;

    RedZones(PhysicalMemory memory, BlockLayout layout) {
        this.memory = memory;
        this.zoneBytes = layout.redZoneBytes();
        this.blockBytes = layout.blockBytes();
    }

    void paint(long block, byte value) {
        if (zoneBytes > 0) {
            memory.fill(block - zoneBytes, zoneBytes, value);
            memory.fill(block + blockBytes, zoneBytes, value);
        }
    }

    /// The first byte around a block that has another value; 0 if all have this.
    long damagedByte(long block, byte value) {
        long before = damagedIn(memory, block - zoneBytes, block, value);
        long behind = block + blockBytes;
        return before != 0 ? before : damagedIn(memory, behind, behind + zoneBytes, value);
    }

    /// The first byte of a range that has another value; 0 if all have this.
    static long damagedIn(PhysicalMemory memory, long from, long end, byte value) {
        for (long at = from; at < end; at++) {
            if (memory.getByte(at) != value) {
                return at;
            }
        }
        return 0;
    }
}
