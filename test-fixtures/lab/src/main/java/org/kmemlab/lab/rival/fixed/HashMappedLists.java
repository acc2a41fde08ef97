package org.kmemlab.lab.rival.fixed;

import java.util.Arrays;

import org.apache.commons.lang3.Validate;
import org.kmemlab.buddy.PageAllocator;
import org.kmemlab.lab.policy.RequestKind;
import org.kmemlab.lab.rival.base.LargeBlocks;
import org.kmemlab.lab.rival.base.PageRuns;
import org.kmemlab.lab.rival.base.Rival;
import org.kmemlab.machine.Cpu;

/// Free lists found by hashing the size; a block says in an 8-byte header which list owns it.
///
/// **Picture.** Sizes are rounded to 8. A hash table with linear probing leads from a size to its
/// list. An empty list cuts a new block from a region of 16 pages that all sizes share; blocks stay
/// in the list of their size for ever.
///
/// ```text
///  header: | check: 32 bits | in use: 1 bit | list + 1: 31 bits |  block ...
/// ```
///
/// The check follows from the header's address and the rest of the cookie, so a pointer into a
/// block, a block freed twice and an overwritten header are told apart from a block in use. A bad
/// cookie is reported; its list number is not used.
///
/// Source: the design of many pools that are put before `malloc`; the owner in front of the block is
/// described in P. R. Wilson and others, Dynamic Storage Allocation (1995), section 3.1, the check
/// resembles the canaries of hardened allocators. Leaves out: per-thread lists.
public final class HashMappedLists extends Rival {

    private static final int HEADER = 8;
    private static final int STEP = 8;
    private static final int LARGEST = 16_384;
    private static final int REGION_PAGES = 16;
    private static final int REGION = 0;
    private static final int IN_USE = 1 << 31;
    private static final int SECRET = 0x5bd1_e995;

    private final LargeBlocks large;
    private final SizeTable table = new SizeTable(steps);
    /// By the number of the list, the header of its first block.
    private long[] lists = new long[16];
    private long regionStart;
    private long regionEnd;
    /// Blocks that were cut, in use or not.
    private long blocks;

    /// Holds nothing yet.
    public HashMappedLists(PageAllocator allocator) {
        super(allocator);
        large = new LargeBlocks(pages);
    }

    @Override
    protected long take(Cpu cpu, RequestKind kind, int bytes) {
        if (bytes > LARGEST) {
            return large.alloc(cpu, bytes);
        }
        int size = Math.ceilDiv(bytes, STEP) * STEP;
        int list = table.listOf(size);
        if (list == lists.length) {
            lists = Arrays.copyOf(lists, 2 * list);
        }
        steps.look();
        long header = lists[list];
        if (header != 0) {
            lists[list] = memory.getLong(header + HEADER);
        } else {
            header = cut(cpu, HEADER + size);
        }
        if (header == 0) {
            return 0;
        }
        memory.putLong(header, cookie(header, IN_USE | list + 1));
        return header + HEADER;
    }

    private long cut(Cpu cpu, int size) {
        if (regionEnd - regionStart < size) {
            int run = pages.take(cpu, REGION_PAGES, REGION);
            if (run == PageRuns.NONE) {
                return 0;
            }
            regionStart = pages.start(run);
            regionEnd = pages.end(run);
        }
        long header = regionStart;
        regionStart += size;
        blocks++;
        return header;
    }

    private static long cookie(long header, int word) {
        int check = (int) (header >>> 3) * 0x9e37_79b9 ^ word * 0x85eb_ca6b ^ SECRET;
        return (long) check << Integer.SIZE | Integer.toUnsignedLong(word);
    }

    @Override
    protected long checkInUse(long address) {
        int run = pages.runOf(address);
        if (run == PageRuns.NONE) {
            throw refused(address, "in no region of these lists");
        }
        if (large.owns(run)) {
            return large.checkInUse(run, address);
        }
        return table.sizeOf(ownerOf(run, address));
    }

    /// The list that a block's cookie names, if the cookie is one of a block in use.
    private int ownerOf(int run, long address) {
        long header = address - HEADER;
        if (header < pages.start(run) || header % STEP != 0) {
            throw refused(address, "no block can start there");
        }
        long found = memory.getLong(header);
        int word = (int) found;
        int list = (word & ~IN_USE) - 1;
        if (found != cookie(header, word) || list < 0 || list >= table.count()) {
            throw refused(address, "the owner cookie is damaged: 0x" + Long.toHexString(found));
        }
        if ((word & IN_USE) == 0) {
            throw refused(address, "its owner cookie says that it is free");
        }
        return list;
    }

    @Override
    protected void give(Cpu cpu, RequestKind kind, long address) {
        int run = pages.runOf(address);
        if (large.owns(run)) {
            large.free(cpu, run);
            return;
        }
        int list = ownerOf(run, address);
        long header = address - HEADER;
        steps.look();
        memory.putLong(header, cookie(header, list + 1));
        memory.putLong(address, lists[list]);
        lists[list] = header;
    }

    @Override
    protected long metadataBytes() {
        return blocks * HEADER + table.metadataBytes() + (long) lists.length * Long.BYTES;
    }

    @Override
    protected long walk() {
        long free = 0;
        for (int list = 0; list < table.count(); list++) {
            for (long header = list < lists.length ? lists[list] : 0; header != 0;) {
                Validate.validState(memory.getLong(header) == cookie(header, list + 1),
                        "list %d has a block at 0x%x with the cookie 0x%x", list, header,
                        memory.getLong(header));
                free++;
                Validate.validState(free <= blocks, "list %d has a loop", list);
                header = memory.getLong(header + HEADER);
            }
        }
        return blocks - free + large.count();
    }

    @Override
    public void close() {
        super.close();
        Arrays.fill(lists, 0);
        regionStart = regionEnd;
        blocks = 0;
    }
}
