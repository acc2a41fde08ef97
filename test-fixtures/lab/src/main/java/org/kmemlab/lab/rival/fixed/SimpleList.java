package org.kmemlab.lab.rival.fixed;

import java.util.Comparator;
import java.util.stream.IntStream;

import org.apache.commons.lang3.Validate;
import org.kmemlab.buddy.PageAllocator;
import org.kmemlab.lab.policy.RequestKind;
import org.kmemlab.lab.rival.base.PageRuns;
import org.kmemlab.lab.rival.base.Rival;
import org.kmemlab.machine.Cpu;

/// A single circular list of free blocks in the order of addresses: linear to allocate and to free.
///
/// **Picture.** A block is a header of 16 bytes and what it owns; free ones are linked through their
/// headers. The search starts where the last one stopped and takes the end of the first block that
/// fits; a freed block is put in its place and merged with its neighbours. Memory is added at least
/// 16 KiB at a time and never given back.
///
/// ```text
///  +0 next free block (in use: a mark)    +8 size with header, a multiple of 16    +16 the block
/// ```
///
/// Source: B. W. Kernighan, D. M. Ritchie, The C Programming Language, section 8.7. Leaves out
/// nothing; the mark in the headers of blocks in use, which makes wrong frees visible, is added.
public final class SimpleList extends Rival {

    private static final int HEADER = 16;
    private static final int SIZE = 8;
    private static final long LEAST_GROWTH = 4;
    private static final long MARK = 0x4b26_525f_0000_0000L;
    private static final int ARENA = 0;

    /// A free block, from which searches start; 0 if there is none.
    private long start;
    /// Blocks in use.
    private long used;
    private long freeBlocks;

    /// Holds nothing yet.
    public SimpleList(PageAllocator allocator) {
        super(allocator);
    }

    @Override
    protected long take(Cpu cpu, RequestKind kind, int bytes) {
        long size = ((long) bytes + HEADER + HEADER - 1) / HEADER * HEADER;
        long block = search(size);
        if (block == 0) {
            if (!grow(cpu, size)) {
                return 0;
            }
            block = search(size);
        }
        memory.putLong(block, MARK ^ block);
        used++;
        return block + HEADER;
    }

    /// Takes the end of the first block that fits, or the whole of it.
    private long search(long size) {
        long before = start;
        if (before == 0) {
            return 0;
        }
        do {
            long block = next(before);
            steps.look();
            if (size(block) >= size) {
                return cut(before, block, size);
            }
            before = block;
        } while (before != start);
        return 0;
    }

    private long cut(long before, long block, long size) {
        long rest = size(block) - size;
        if (rest == 0) {
            start = before == block ? 0 : before;
            setNext(before, next(block));
            freeBlocks--;
            return block;
        }
        start = before;
        setSize(block, rest);
        setSize(block + rest, size);
        return block + rest;
    }

    private boolean grow(Cpu cpu, long size) {
        long count = Math.max(LEAST_GROWTH, Math.ceilDiv(size, 4_096L));
        int run = pages.take(cpu, count, ARENA);
        if (run == PageRuns.NONE) {
            return false;
        }
        setSize(pages.start(run), pages.bytesOf(run));
        insert(pages.start(run));
        return true;
    }

    /// Puts a block in its place and merges it with those it touches.
    private void insert(long block) {
        freeBlocks++;
        if (start == 0) {
            setNext(block, block);
            start = block;
            return;
        }
        long before = placeOf(block);
        long after = next(before);
        boolean touchesBefore = before + size(before) == block;
        if (block + size(block) == after) {
            setSize(block, size(block) + size(after));
            freeBlocks--;
            if (before == after) {
                setNext(block, block);
                start = block;
                return;
            }
            after = next(after);
        }
        if (touchesBefore) {
            setSize(before, size(before) + size(block));
            freeBlocks--;
            setNext(before, after);
        } else {
            setNext(block, after);
            setNext(before, block);
        }
        start = before;
    }

    /// The free block after which this one belongs; the last one if it belongs at an end.
    private long placeOf(long block) {
        long before = start;
        while (true) {
            steps.look();
            long after = next(before);
            boolean between = before < block && block < after;
            boolean atEnd = before >= after && (block > before || block < after);
            if (between || atEnd) {
                return before;
            }
            before = after;
        }
    }

    @Override
    protected long checkInUse(long address) {
        long block = address - HEADER;
        if (pages.runOf(address) == PageRuns.NONE || pages.runOf(block) == PageRuns.NONE) {
            throw refused(address, "not in the list's memory");
        }
        if (address % HEADER != 0 || next(block) != (MARK ^ block)) {
            throw refused(address, "no header of a block in use before it");
        }
        return size(block) - HEADER;
    }

    @Override
    protected void give(Cpu cpu, RequestKind kind, long address) {
        used--;
        // Merged with the block before, its header stays as it is: without the mark.
        setNext(address - HEADER, 0);
        insert(address - HEADER);
    }

    @Override
    protected long metadataBytes() {
        return (used + freeBlocks) * HEADER;
    }

    @Override
    protected long walk() {
        long free = 0;
        long wraps = 0;
        long at = start;
        while (at != 0 && (free == 0 || at != start)) {
            free++;
            Validate.validState(free <= freeBlocks, "more than %d blocks are in the list",
                    freeBlocks);
            long next = next(at);
            wraps += next <= at ? 1 : 0;
            Validate.validState(next <= at || at + size(at) < next,
                    "free blocks 0x%x and 0x%x overlap or were not merged", at, next);
            at = next;
        }
        Validate.validState(free == freeBlocks && wraps == Math.min(1, free),
                "%d blocks in the list, %d counted; it goes back %d times", free, freeBlocks,
                wraps);
        return walkMemory();
    }

    /// Goes from block to block through all memory; a block may reach into the next run of pages.
    private long walkMemory() {
        int[] runs = IntStream.range(0, pages.endRun()).filter(pages::isHeld).boxed()
                .sorted(Comparator.comparingLong(pages::start)).mapToInt(Integer::intValue)
                .toArray();
        long inUse = 0;
        long others = 0;
        long block = Long.MIN_VALUE;
        for (int run : runs) {
            for (block = Math.max(block, pages.start(run)); block < pages.end(run);) {
                long size = size(block);
                Validate.validState(size >= HEADER && size % HEADER == 0,
                        "block 0x%x has %d bytes", block, size);
                inUse += next(block) == (MARK ^ block) ? 1 : 0;
                others += next(block) == (MARK ^ block) ? 0 : 1;
                block += size;
            }
        }
        Validate.validState(others == freeBlocks, "%d blocks are not in use, %d are in the list",
                others, freeBlocks);
        return inUse;
    }

    @Override
    public void close() {
        super.close();
        start = 0;
        used = 0;
        freeBlocks = 0;
    }

    private long next(long block) {
        return memory.getLong(block);
    }

    private void setNext(long block, long next) {
        memory.putLong(block, next);
    }

    private long size(long block) {
        return memory.getLong(block + SIZE);
    }

    private void setSize(long block, long size) {
        memory.putLong(block + SIZE, size);
    }
}
