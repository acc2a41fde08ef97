package org.kmemlab.lab.rival.fixed;

import org.apache.commons.lang3.Validate;
import org.kmemlab.lab.rival.base.Steps;
import org.kmemlab.machine.PhysicalMemory;

/// Up to 255 blocks of one size side by side. The first byte of a free block is the index of the
/// next free one, so the chunk itself knows two one-byte counters and where it lies.
final class LokiChunk {

    /// What a chunk costs: an address and the two counters, padded.
    static final int METADATA_BYTES = 16;

    final long start;
    private final PhysicalMemory memory;
    private final int blockBytes;
    private final int blocks;
    private int firstFree;
    private int freeBlocks;

    LokiChunk(PhysicalMemory memory, long start, int blockBytes, int blocks, Steps steps) {
        this.memory = memory;
        this.start = start;
        this.blockBytes = blockBytes;
        this.blocks = blocks;
        freeBlocks = blocks;
        for (int i = 0; i < blocks; i++) {
            steps.look();
            memory.putByte(address(i), (byte) (i + 1));
        }
    }

    private long address(int index) {
        return start + (long) index * blockBytes;
    }

    boolean isFull() {
        return freeBlocks == 0;
    }

    boolean isEmpty() {
        return freeBlocks == blocks;
    }

    boolean holds(long address) {
        return address >= start && address < address(blocks);
    }

    int inUse() {
        return blocks - freeBlocks;
    }

    long take() {
        long block = address(firstFree);
        firstFree = Byte.toUnsignedInt(memory.getByte(block));
        freeBlocks--;
        return block;
    }

    void give(long address) {
        memory.putByte(address, (byte) firstFree);
        firstFree = (int) ((address - start) / blockBytes);
        freeBlocks++;
    }

    void validate() {
        int index = firstFree;
        for (int i = 0; i < freeBlocks; i++) {
            Validate.validState(index < blocks, "chunk 0x%x: free block %d has index %d of %d",
                    start, i, index, blocks);
            index = Byte.toUnsignedInt(memory.getByte(address(index)));
        }
    }
}
