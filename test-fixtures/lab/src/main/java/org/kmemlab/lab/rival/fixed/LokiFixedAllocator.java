package org.kmemlab.lab.rival.fixed;

import java.util.ArrayList;
import java.util.List;

import org.apache.commons.lang3.Validate;
import org.jspecify.annotations.Nullable;
import org.kmemlab.lab.rival.base.Steps;
import org.kmemlab.lab.rival.heap.ChunkHeap;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.PhysicalMemory;

/// The blocks of one size: a vector of chunks, and where the last block was taken and given.
///
/// A block's chunk is found by a search from where the last one was found, in both directions in
/// turn. At most one chunk without blocks in use is kept.
final class LokiFixedAllocator {

    private static final int CHUNK_BYTES = 4_096;
    private static final int LEAST_BLOCKS = 8;
    private static final int MOST_BLOCKS = 255;

    private final PhysicalMemory memory;
    private final ChunkHeap heap;
    private final Steps steps;
    private final int blockBytes;
    private final List<LokiChunk> chunks = new ArrayList<>();
    private @Nullable LokiChunk allocChunk;
    private @Nullable LokiChunk emptyChunk;
    /// The chunk of the block given back last.
    private int lastGiven;

    LokiFixedAllocator(PhysicalMemory memory, ChunkHeap heap, Steps steps, int blockBytes) {
        this.memory = memory;
        this.heap = heap;
        this.steps = steps;
        this.blockBytes = blockBytes;
    }

    /// How many blocks a chunk has.
    static int blocksOf(int blockBytes) {
        return Math.clamp(CHUNK_BYTES / blockBytes, LEAST_BLOCKS, MOST_BLOCKS);
    }

    long take(Cpu cpu) {
        steps.look();
        LokiChunk chunk = allocChunk;
        if (chunk == null || chunk.isFull()) {
            chunk = emptyChunk != null ? emptyChunk : findRoom(cpu);
            if (chunk == null) {
                return 0;
            }
            allocChunk = chunk;
        }
        if (chunk == emptyChunk) {
            emptyChunk = null;
        }
        return chunk.take();
    }

    private @Nullable LokiChunk findRoom(Cpu cpu) {
        for (LokiChunk chunk : chunks) {
            steps.look();
            if (!chunk.isFull()) {
                return chunk;
            }
        }
        int blocks = blocksOf(blockBytes);
        long start = heap.alloc(cpu, blocks * blockBytes);
        if (start == 0) {
            return null;
        }
        LokiChunk made = new LokiChunk(memory, start, blockBytes, blocks, steps);
        chunks.add(made);
        return made;
    }

    void give(Cpu cpu, long address) {
        lastGiven = find(address);
        LokiChunk chunk = chunks.get(lastGiven);
        chunk.give(address);
        if (!chunk.isEmpty()) {
            return;
        }
        if (emptyChunk != null) {
            release(cpu, emptyChunk);
            lastGiven = chunks.indexOf(chunk);
        }
        emptyChunk = chunk;
    }

    private int find(long address) {
        int low = lastGiven;
        int high = lastGiven + 1;
        while (low >= 0 || high < chunks.size()) {
            if (low >= 0) {
                steps.look();
                if (chunks.get(low).holds(address)) {
                    return low;
                }
                low--;
            }
            if (high < chunks.size()) {
                steps.look();
                if (chunks.get(high).holds(address)) {
                    return high;
                }
                high++;
            }
        }
        throw new AssertionError("a block of " + blockBytes + " bytes is in no chunk");
    }

    /// Gives a chunk's memory back; the last chunk takes its place in the vector.
    private void release(Cpu cpu, LokiChunk chunk) {
        int at = chunks.indexOf(chunk);
        LokiChunk last = chunks.removeLast();
        if (at < chunks.size()) {
            chunks.set(at, last);
        }
        if (allocChunk == chunk) {
            allocChunk = null;
        }
        heap.free(cpu, chunk.start);
    }

    long chunkCount() {
        return chunks.size();
    }

    /// Checks its chunks.
    ///
    /// @return blocks in use
    long walk() {
        long inUse = 0;
        int empty = 0;
        for (LokiChunk chunk : chunks) {
            chunk.validate();
            inUse += chunk.inUse();
            empty += chunk.isEmpty() ? 1 : 0;
        }
        Validate.validState(empty == (emptyChunk == null ? 0 : 1),
                "%d chunks of %d-byte blocks are empty, at most one is kept", empty, blockBytes);
        return inUse;
    }
}
