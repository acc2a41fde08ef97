package org.kmemlab.mempool.pools;

import org.apache.commons.lang3.Validate;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.Machine;
import org.kmemlab.machine.PhysicalMemory;

/// A caller's own bytes as the only region there is.
final class BufferRegion implements RegionSource {

    private final Machine machine;
    private final long address;
    private final long bytes;
    private boolean taken;

    BufferRegion(Machine machine, long address, long bytes) {
        Validate.isTrue(bytes >= 1, "a buffer of %d bytes: expected 1 or more", bytes);
        PhysicalMemory memory = machine.memory();
        Validate.isTrue(
                memory.pfnOf(address) >= 0
                        && memory.pfnOf(address + bytes - 1) >= memory.pfnOf(address),
                "a buffer of %d bytes at 0x%x: the machine has no such bytes", bytes, address);
        this.machine = machine;
        this.address = address;
        this.bytes = bytes;
    }

    @Override
    public Machine machine() {
        return machine;
    }

    @Override
    public synchronized long take(Cpu cpu, long wanted) {
        if (taken || wanted > bytes) {
            return 0;
        }
        taken = true;
        return address;
    }

    @Override
    public synchronized void giveBack(Cpu cpu, long region, long size) {
        Validate.isTrue(taken && region == address, "0x%x is not the buffer 0x%x, or not taken",
                region, address);
        taken = false;
    }

    @Override
    public long heldBytes(long wanted) {
        return bytes;
    }

    @Override
    public String description() {
        return "%d bytes at 0x%x".formatted(bytes, address);
    }
}
