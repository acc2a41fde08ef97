package org.kmemlab.lab.rival.heap;

import org.kmemlab.machine.PhysicalMemory;

/// Reads and writes the boundary tags of chunks in simulated memory; keeps nothing.
///
/// ```text
///  chunk +0   size of the chunk before, only while that one is free (else its last 8 bytes of use)
///        +8   size of this chunk | 2 if in use | 1 if the chunk before is in use
///        +16  the block; while free: next and previous free chunk of its list
///  chunk + size: the next chunk, whose first 8 bytes still belong to this block
/// ```
///
/// So a block in use costs 8 bytes. Sizes are multiples of 16, at least 32.
///
/// Sources: D. E. Knuth, The Art of Computer Programming 1, section 2.5 (tags at both ends);
/// D. Lea, A Memory Allocator (the tag at the end only while free).
final class ChunkTags {

    /// Chunks lie at multiples of this, and so do blocks.
    static final int ALIGNMENT = 16;
    /// From a chunk to its block.
    static final int BLOCK = 16;
    /// What a chunk in use costs beyond the bytes of use.
    static final int OVERHEAD = 8;
    /// Room for the tags and the links.
    static final int LEAST_SIZE = 32;

    private static final int HEAD = 8;
    private static final int NEXT = 16;
    private static final int PREVIOUS = 24;
    private static final long IN_USE = 2;
    private static final long PREVIOUS_IN_USE = 1;
    private static final long FLAGS = ALIGNMENT - 1;

    private final PhysicalMemory memory;

    ChunkTags(PhysicalMemory memory) {
        this.memory = memory;
    }

    /// The size of a chunk for a block of so many bytes.
    static long sizeFor(int bytes) {
        return Math.max(LEAST_SIZE, ((long) bytes + OVERHEAD + FLAGS) & -ALIGNMENT);
    }

    long size(long chunk) {
        return head(chunk) & ~FLAGS;
    }

    boolean isInUse(long chunk) {
        return (head(chunk) & IN_USE) != 0;
    }

    boolean isPreviousInUse(long chunk) {
        return (head(chunk) & PREVIOUS_IN_USE) != 0;
    }

    /// The chunk after this one; the last chunk of a segment is followed by its end mark.
    long after(long chunk) {
        return chunk + size(chunk);
    }

    /// The size of the chunk before, which is free.
    long sizeBefore(long chunk) {
        return memory.getLong(chunk);
    }

    /// Makes a chunk in use, and tells the one after it.
    void markInUse(long chunk, long size) {
        setHead(chunk, size | IN_USE | (head(chunk) & PREVIOUS_IN_USE));
        long after = chunk + size;
        setHead(after, head(after) | PREVIOUS_IN_USE);
    }

    /// Makes a chunk free, and tells the one after it. The one before is in use: else they would be
    /// one chunk.
    void markFree(long chunk, long size) {
        setHead(chunk, size | PREVIOUS_IN_USE);
        long after = chunk + size;
        memory.putLong(after, size);
        setHead(after, head(after) & ~PREVIOUS_IN_USE);
    }

    /// Takes the mark "in use" off a chunk, nothing else.
    void clearInUse(long chunk) {
        setHead(chunk, head(chunk) & ~IN_USE);
    }

    /// Writes the mark behind the last chunk of a segment: in use, of size 0, so nothing merges
    /// with it.
    void putEnd(long end) {
        setHead(end, IN_USE);
    }

    boolean isEnd(long chunk) {
        return size(chunk) == 0;
    }

    long next(long chunk) {
        return memory.getLong(chunk + NEXT);
    }

    long previous(long chunk) {
        return memory.getLong(chunk + PREVIOUS);
    }

    void setNext(long chunk, long next) {
        memory.putLong(chunk + NEXT, next);
    }

    void setPrevious(long chunk, long previous) {
        memory.putLong(chunk + PREVIOUS, previous);
    }

    /// The chunk's second word as it is: for checks.
    long head(long chunk) {
        return memory.getLong(chunk + HEAD);
    }

    private void setHead(long chunk, long head) {
        memory.putLong(chunk + HEAD, head);
    }
}
