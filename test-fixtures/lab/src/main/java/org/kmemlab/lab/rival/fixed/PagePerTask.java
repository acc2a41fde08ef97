package org.kmemlab.lab.rival.fixed;

import org.agrona.collections.Long2LongHashMap;
import org.apache.commons.lang3.Validate;
import org.kmemlab.buddy.PageAllocator;
import org.kmemlab.lab.policy.RequestKind;
import org.kmemlab.lab.rival.base.LargeBlocks;
import org.kmemlab.lab.rival.base.PageRuns;
import org.kmemlab.lab.rival.base.Rival;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.PhysicalMemory;

/// Coarse pools: each task, such as a connection, cuts its blocks from a page of its own, front to
/// back, and nothing is used again before all blocks of a page are back.
///
/// **Picture.** A page starts with how much of it is cut, how many blocks are out and whose it is;
/// each block has a header with its size and a mark that says whether it is in use.
///
/// ```text
///  page: | cut, out, task | header | block | header | block | ... not cut ... |
///        0                16       24
/// ```
///
/// When a task's page is full it gets another; a full page goes back with its last block. What does
/// not fit into a page has pages of its own. The waste is a page minus what is used of it.
///
/// Source: the design is folklore; Apache's and nginx's pools for a connection and a request are of
/// this kind, after D. R. Hanson, Fast allocation and deallocation of memory based on object
/// lifetimes (1990). Leaves out: release of all blocks in one call, for which the callers of a policy
/// have no word; that is why blocks are counted.
public final class PagePerTask extends Rival {

    private static final int PAGE = PhysicalMemory.PAGE_SIZE;
    private static final int PAGE_HEADER = 16;
    private static final int OUT = 8;
    private static final int TASK = 12;
    private static final int HEADER = 8;
    private static final int LARGEST = PAGE - PAGE_HEADER - HEADER;
    private static final int IN_USE = 0x7a5c_0001;
    private static final int FREED = 0x7a5c_0000;
    private static final int TASK_PAGE = 0;
    private static final long NO_PAGE = 0;
    private static final int TASK_BYTES = 16;

    private final LargeBlocks large;
    private final Long2LongHashMap pageOfTask = new Long2LongHashMap(NO_PAGE);
    private long blockHeaders;
    private long taskPages;

    /// Holds nothing yet.
    public PagePerTask(PageAllocator allocator) {
        super(allocator);
        large = new LargeBlocks(pages);
    }

    @Override
    protected long take(Cpu cpu, RequestKind kind, int bytes) {
        if (bytes > LARGEST) {
            return large.alloc(cpu, bytes);
        }
        int size = Math.ceilDiv(bytes, 8) * 8;
        steps.look();
        long page = pageOfTask.get(kind.task());
        if (page == NO_PAGE || cut(page) + HEADER + size > PAGE) {
            page = turnPage(cpu, kind.task());
            if (page == NO_PAGE) {
                return 0;
            }
        }
        long header = page + cut(page);
        memory.putLong(page, cut(page) + HEADER + size);
        memory.putInt(page + OUT, out(page) + 1);
        memory.putInt(header, size);
        memory.putInt(header + 4, IN_USE ^ (int) header);
        blockHeaders++;
        return header + HEADER;
    }

    private long turnPage(Cpu cpu, int task) {
        int run = pages.take(cpu, 1, TASK_PAGE);
        if (run == PageRuns.NONE) {
            return NO_PAGE;
        }
        long page = pages.start(run);
        reset(page);
        memory.putInt(page + TASK, task);
        pageOfTask.put(task, page);
        taskPages++;
        return page;
    }

    private void reset(long page) {
        memory.putLong(page, PAGE_HEADER);
        memory.putInt(page + OUT, 0);
    }

    private long cut(long page) {
        return memory.getLong(page);
    }

    private int out(long page) {
        return memory.getInt(page + OUT);
    }

    @Override
    protected long checkInUse(long address) {
        int run = pages.runOf(address);
        if (run == PageRuns.NONE) {
            throw refused(address, "in no task's page");
        }
        if (large.owns(run)) {
            return large.checkInUse(run, address);
        }
        long page = pages.start(run);
        long header = address - HEADER;
        if (header < page + PAGE_HEADER || header >= page + cut(page)
                || memory.getInt(header + 4) != (IN_USE ^ (int) header)) {
            throw refused(address, "no header of a block in use before it");
        }
        return memory.getInt(header);
    }

    @Override
    protected void give(Cpu cpu, RequestKind kind, long address) {
        int run = pages.runOf(address);
        if (large.owns(run)) {
            large.free(cpu, run);
            return;
        }
        steps.look();
        blockHeaders--;
        long page = pages.start(run);
        memory.putInt(address - HEADER + 4, FREED ^ (int) (address - HEADER));
        memory.putInt(page + OUT, out(page) - 1);
        if (out(page) > 0) {
            return;
        }
        if (pageOfTask.get(memory.getInt(page + TASK)) == page) {
            reset(page);
        } else {
            pages.give(cpu, run);
            taskPages--;
        }
    }

    @Override
    protected long metadataBytes() {
        return blockHeaders * HEADER + taskPages * PAGE_HEADER
                + (long) pageOfTask.size() * TASK_BYTES;
    }

    @Override
    protected long walk() {
        long inUse = 0;
        long seen = 0;
        for (int run = 0; run < pages.endRun(); run++) {
            if (pages.isHeld(run) && !large.owns(run)) {
                inUse += walkPage(pages.start(run));
                seen++;
            }
        }
        Validate.validState(inUse == blockHeaders && seen == taskPages,
                "%d blocks in %d pages, counted %d in %d", inUse, seen, blockHeaders, taskPages);
        return inUse + large.count();
    }

    private long walkPage(long page) {
        long inUse = 0;
        long header = page + PAGE_HEADER;
        while (header < page + cut(page)) {
            int mark = memory.getInt(header + 4) ^ (int) header;
            Validate.validState(mark == IN_USE || mark == FREED,
                    "the header at 0x%x is damaged: mark 0x%x", header, mark);
            inUse += mark == IN_USE ? 1 : 0;
            header += HEADER + memory.getInt(header);
        }
        Validate.validState(header == page + cut(page) && inUse == out(page),
                "page 0x%x: %d blocks are in use, its counter says %d", page, inUse, out(page));
        return inUse;
    }

    @Override
    public void close() {
        super.close();
        pageOfTask.clear();
        blockHeaders = 0;
        taskPages = 0;
    }
}
