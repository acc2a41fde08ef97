package org.kmemlab.lab.metric;

import org.kmemlab.machine.PhysicalMemory;

/// The bytes that blocks lie in, by address.
public interface BlockBytes {

    /// Writes 8 bytes; any alignment.
    void putLong(long address, long value);

    /// Reads 8 bytes; any alignment.
    long getLong(long address);

    /// Writes a byte.
    void putByte(long address, byte value);

    /// Reads a byte.
    byte getByte(long address);

    /// The bytes of a machine.
    static BlockBytes of(PhysicalMemory memory) {
        return new BlockBytes() {
            @Override
            public void putLong(long address, long value) {
                memory.putLong(address, value);
            }

            @Override
            public long getLong(long address) {
                return memory.getLong(address);
            }

            @Override
            public void putByte(long address, byte value) {
                memory.putByte(address, value);
            }

            @Override
            public byte getByte(long address) {
                return memory.getByte(address);
            }
        };
    }
}
