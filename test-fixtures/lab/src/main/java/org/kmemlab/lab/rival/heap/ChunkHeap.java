package org.kmemlab.lab.rival.heap;

import static org.kmemlab.machine.PhysicalMemory.PAGE_SIZE;

import com.google.errorprone.annotations.CheckReturnValue;
import org.apache.commons.lang3.Validate;
import org.kmemlab.lab.rival.base.PageRuns;
import org.kmemlab.lab.rival.base.Rival;
import org.kmemlab.lab.rival.base.Steps;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.PhysicalMemory;

/// A heap of chunks with boundary tags: splits what is too large, merges what lies side by side.
///
/// **Picture.** The heap lies in segments, each a run of pages that ends with a mark:
///
/// ```text
///  segment: | chunk | chunk | ... | chunk | end mark (16 bytes) |
/// ```
///
/// **Invariants.** I1: chunks follow one another without gaps from a segment's start to its mark.
/// I2: no two free chunks are neighbours. I3: exactly the free chunks are in [FreeChunks]. I4: the
/// tags at both ends of a free chunk agree.
///
/// **What a wrong free can hide.** A block that was freed is known by its tag until its place is
/// given out again. A pointer into a block is refused because what lies before it is no tag, unless
/// the block's content looks like one.
public final class ChunkHeap {

    /// What a segment has at least.
    private static final int SEGMENT_PAGES = 16;
    private static final int END_MARK = 16;
    private static final long MOST = (long) PageRuns.MOST_PAGES * PAGE_SIZE - END_MARK;

    private final PageRuns pages;
    private final int tag;
    private final boolean givesBack;
    private final ChunkTags tags;
    private final FreeChunks free;
    private final Steps steps;
    private long chunks;
    private long segments;
    /// Segments that are one free chunk.
    private long emptySegments;

    /// A heap without memory.
    ///
    /// @param tag marks its page runs
    /// @param givesBack whether pages go back when more than one segment is wholly free
    ChunkHeap(PhysicalMemory memory, PageRuns pages, int tag, boolean givesBack, FreeChunks free,
            Steps steps) {
        this.pages = pages;
        this.tag = tag;
        this.givesBack = givesBack;
        this.tags = new ChunkTags(memory);
        this.free = free;
        this.steps = steps;
    }

    /// A heap with the bins of [DlBins]: what allocators of small objects have below them in place
    /// of `malloc`.
    public static ChunkHeap withBins(PhysicalMemory memory, PageRuns pages, int tag, Steps steps) {
        return new ChunkHeap(memory, pages, tag, true,
                new DlBins(new ChunkTags(memory), steps), steps);
    }

    /// A block of at least `bytes`; 0 if there is no memory.
    @CheckReturnValue
    public long alloc(Cpu cpu, int bytes) {
        long size = ChunkTags.sizeFor(bytes);
        if (size > MOST) {
            return 0;
        }
        long chunk = free.take(size);
        if (chunk == 0) {
            chunk = grow(cpu, size);
        } else if (isWholeSegment(chunk)) {
            emptySegments--;
        }
        if (chunk == 0) {
            return 0;
        }
        split(chunk, size);
        return chunk + ChunkTags.BLOCK;
    }

    private void split(long chunk, long size) {
        long found = tags.size(chunk);
        long rest = found - size;
        if (rest < ChunkTags.LEAST_SIZE) {
            tags.markInUse(chunk, found);
            return;
        }
        tags.markInUse(chunk, size);
        tags.markFree(chunk + size, rest);
        free.add(chunk + size);
        chunks++;
    }

    /// A new segment, as one chunk that is in no list.
    private long grow(Cpu cpu, long size) {
        long least = Math.ceilDiv(size + END_MARK, (long) PAGE_SIZE);
        int run = pages.take(cpu, Math.max(least, SEGMENT_PAGES), tag);
        if (run == PageRuns.NONE && least < SEGMENT_PAGES) {
            run = pages.take(cpu, least, tag);
        }
        if (run == PageRuns.NONE) {
            return 0;
        }
        long chunk = pages.start(run);
        long end = pages.end(run) - END_MARK;
        tags.putEnd(end);
        tags.markFree(chunk, end - chunk);
        free.grown(end);
        segments++;
        chunks++;
        return chunk;
    }

    /// Takes back a block that passed [#checkInUse].
    public void free(Cpu cpu, long address) {
        long chunk = address - ChunkTags.BLOCK;
        long size = tags.size(chunk);
        steps.look(2);
        // The tag stays where it is if the chunk is merged: it must not look like one in use.
        tags.clearInUse(chunk);
        long after = chunk + size;
        if (!tags.isInUse(after)) {
            free.remove(after);
            size += tags.size(after);
            chunks--;
        }
        if (!tags.isPreviousInUse(chunk)) {
            chunk -= tags.sizeBefore(chunk);
            free.remove(chunk);
            size += tags.size(chunk);
            chunks--;
        }
        tags.markFree(chunk, size);
        keepOrGiveBack(cpu, chunk);
    }

    private void keepOrGiveBack(Cpu cpu, long chunk) {
        if (!isWholeSegment(chunk)) {
            free.add(chunk);
        } else if (!givesBack || emptySegments == 0) {
            emptySegments++;
            free.add(chunk);
        } else {
            free.shrunk(tags.after(chunk));
            segments--;
            chunks--;
            pages.give(cpu, pages.runOf(chunk));
        }
    }

    private boolean isWholeSegment(long chunk) {
        return tags.isEnd(tags.after(chunk)) && pages.start(pages.runOf(chunk)) == chunk;
    }

    /// Looks whether an address is that of a block in use.
    ///
    /// @return the bytes its owner may use
    /// @throws IllegalArgumentException if the tags around it say that it is not
    public long checkInUse(long address) {
        int run = pages.runOf(address);
        if (run == PageRuns.NONE || pages.tag(run) != tag) {
            throw Rival.refused(address, "not in this heap");
        }
        long chunk = address - ChunkTags.BLOCK;
        long start = pages.start(run);
        long end = pages.end(run) - END_MARK;
        if (address % ChunkTags.ALIGNMENT != 0 || chunk < start || chunk >= end) {
            throw Rival.refused(address, "not the start of a block");
        }
        long size = tags.size(chunk);
        if (size < ChunkTags.LEAST_SIZE || size > end - chunk) {
            throw Rival.refused(address, "no boundary tag before it: size " + size);
        }
        if (!tags.isInUse(chunk)) {
            throw Rival.refused(address, "not in use");
        }
        if (!tags.isPreviousInUse(chunk + size)) {
            throw Rival.refused(address, "the tag after its " + size + " bytes says it is free");
        }
        checkBefore(address, chunk, start);
        return size - ChunkTags.OVERHEAD;
    }

    private void checkBefore(long address, long chunk, long start) {
        if (tags.isPreviousInUse(chunk)) {
            return;
        }
        long size = tags.sizeBefore(chunk);
        if (size < ChunkTags.LEAST_SIZE || size > chunk - start
                || tags.size(chunk - size) != size) {
            throw Rival.refused(address,
                    "the tag says that " + size + " bytes before it are free, and is alone");
        }
    }

    /// Bytes of tags, end marks and of what finds free chunks.
    public long metadataBytes() {
        return chunks * ChunkTags.OVERHEAD + segments * END_MARK + free.metadataBytes();
    }

    /// Walks all segments and lists: I1 to I4.
    ///
    /// @return how many blocks are in use
    /// @throws IllegalStateException at the first thing that is not as it must be
    public long walk() {
        long inUse = 0;
        long seen = 0;
        long freeChunks = 0;
        long empty = 0;
        for (int run = 0; run < pages.endRun(); run++) {
            if (!pages.isHeld(run) || pages.tag(run) != tag) {
                continue;
            }
            seen++;
            long free = walkSegment(run);
            long all = countChunks(run);
            freeChunks += free;
            inUse += all - free;
            empty += isWholeSegment(pages.start(run)) && free == 1 ? 1 : 0;
        }
        long listed = free.walk();
        Validate.validState(listed == freeChunks, "%d free chunks, %d in lists", freeChunks,
                listed);
        Validate.validState(seen == segments && inUse + freeChunks == chunks,
                "%d segments with %d chunks, counted %d and %d", seen, inUse + freeChunks,
                segments, chunks);
        Validate.validState(empty == emptySegments, "%d segments are empty, counted %d", empty,
                emptySegments);
        return inUse;
    }

    /// Checks a segment's tags.
    ///
    /// @return its free chunks
    private long walkSegment(int run) {
        long end = pages.end(run) - END_MARK;
        long freeChunks = 0;
        boolean beforeInUse = true;
        for (long chunk = pages.start(run); chunk != end; chunk = tags.after(chunk)) {
            long size = tags.size(chunk);
            Validate.validState(size >= ChunkTags.LEAST_SIZE && size <= end - chunk,
                    "chunk 0x%x has %d bytes, %d are left in its segment", chunk, size,
                    end - chunk);
            Validate.validState(tags.isPreviousInUse(chunk) == beforeInUse,
                    "chunk 0x%x disagrees with the one before on its use", chunk);
            boolean used = tags.isInUse(chunk);
            Validate.validState(used || beforeInUse,
                    "chunk 0x%x and the one before are both free", chunk);
            Validate.validState(used || tags.sizeBefore(chunk + size) == size,
                    "chunk 0x%x has %d bytes, the tag at its end says %d", chunk, size,
                    tags.sizeBefore(chunk + size));
            freeChunks += used ? 0 : 1;
            beforeInUse = used;
        }
        Validate.validState(tags.isEnd(end) && tags.isInUse(end)
                && tags.isPreviousInUse(end) == beforeInUse, "end mark 0x%x is damaged", end);
        return freeChunks;
    }

    private long countChunks(int run) {
        long count = 0;
        for (long chunk = pages.start(run); !tags.isEnd(chunk); chunk = tags.after(chunk)) {
            count++;
        }
        return count;
    }
}
