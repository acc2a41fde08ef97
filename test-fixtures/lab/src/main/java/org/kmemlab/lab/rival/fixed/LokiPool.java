package org.kmemlab.lab.rival.fixed;

import java.util.Arrays;
import java.util.Objects;

import org.apache.commons.lang3.Validate;
import org.jspecify.annotations.Nullable;
import org.kmemlab.buddy.PageAllocator;
import org.kmemlab.machine.Cpu;

/// Loki's allocator of small objects: a fixed allocator for each size up to 256 bytes, in steps of
/// 8; larger requests go to `new`.
///
/// Source: A. Alexandrescu, Modern C++ Design (2001), chapter 4; chunk size and limits as in the
/// Loki library (4096 bytes, 8 to 255 blocks). Leaves out: the threading model, the check of the
/// index list for corruption at each call, trimming of the vectors.
public final class LokiPool extends SizedRival {

    private static final int LARGEST = 256;

    private final @Nullable LokiFixedAllocator[] allocators = new LokiFixedAllocator[LARGEST
            / STEP];

    /// Holds nothing yet.
    public LokiPool(PageAllocator allocator) {
        super(allocator, LARGEST);
    }

    /// How many blocks of a size a chunk has.
    ///
    /// @param blockBytes 8 to 256, a multiple of 8
    public static int blocksInChunk(int blockBytes) {
        return LokiFixedAllocator.blocksOf(blockBytes);
    }

    @Override
    long takeObject(Cpu cpu, int bytes) {
        int index = bytes / STEP - 1;
        LokiFixedAllocator allocator = allocators[index];
        if (allocator == null) {
            allocator = new LokiFixedAllocator(memory, heap, steps, bytes);
            allocators[index] = allocator;
        }
        return allocator.take(cpu);
    }

    @Override
    void giveObject(Cpu cpu, long address, int bytes) {
        Objects.requireNonNull(allocators[bytes / STEP - 1]).give(cpu, address);
    }

    private long chunks() {
        return Arrays.stream(allocators).filter(Objects::nonNull)
                .mapToLong(LokiFixedAllocator::chunkCount).sum();
    }

    @Override
    long objectMetadataBytes() {
        return chunks() * LokiChunk.METADATA_BYTES + (long) allocators.length * Long.BYTES;
    }

    @Override
    long walkObjects(long objects, long objectBytes) {
        long inUse = Arrays.stream(allocators).filter(Objects::nonNull)
                .mapToLong(LokiFixedAllocator::walk).sum();
        Validate.validState(inUse == objects, "%d blocks in use in chunks, %d are out", inUse,
                objects);
        return chunks();
    }
}
