package org.kmemlab.lab.replay;

import static org.kmemlab.lab.replay.ReplayBucket.FAILED;
import static org.kmemlab.lab.replay.ReplayBucket.FAILED_IN_TRACE;
import static org.kmemlab.lab.replay.ReplayBucket.FOREIGN;
import static org.kmemlab.lab.replay.ReplayBucket.IMPLIED;
import static org.kmemlab.lab.replay.ReplayBucket.REPLAYED;
import static org.kmemlab.lab.trace.TraceEventKind.MM_PAGE_ALLOC;

import org.agrona.collections.Long2LongHashMap;
import org.kmemlab.buddy.GfpFlags;
import org.kmemlab.buddy.PageAllocator;
import org.kmemlab.lab.trace.TraceCursor;
import org.kmemlab.lab.trace.TraceEventKind;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.Machine;

/// Replays the events of pages, except those of pages that the slab layer takes for itself.
///
/// Which ones these are is seen from the objects: an object lies in its page. So a request that
/// could be a slab's waits ([HeldPages]) for the object that caused it; if none comes it is
/// executed as a plain one, and taken back if an object turns up there later after all.
final class PageReplay {

    /// A slab passes none of these on, and its pages are never movable.
    private static final int NOT_OF_SLABS = GfpFlags.HIGHMEM.with(GfpFlags.MOVABLE).bits();
    private static final int ONLY_OF_LARGE_OBJECTS = GfpFlags.ZERO.with(GfpFlags.ACCOUNT)
            .with(GfpFlags.WRITE).bits();

    private final PageAllocator pages;
    private final ObjectReplay objects;
    private final FramesBefore before;
    private final ReplayTally tally;
    private final GfpCache gfps;
    private final PageTable blocks = new PageTable();
    private final HeldPages[] held;
    private final DirectMap directMap = new DirectMap();
    /// Frames of plain blocks that could still turn out to be a slab's: frame to slot.
    private final Long2LongHashMap doubtful = new Long2LongHashMap(PageTable.NONE);
    private int heldCount;
    private boolean hashedPointers;

    PageReplay(PageAllocator pages, ObjectReplay objects, FramesBefore before, ReplayTally tally,
            GfpCache gfps) {
        this.pages = pages;
        this.objects = objects;
        this.before = before;
        this.tally = tally;
        this.gfps = gfps;
        held = new HeldPages[machine().cpus().size()];
        for (int cpu = 0; cpu < held.length; cpu++) {
            held[cpu] = new HeldPages();
        }
    }

    private Machine machine() {
        return pages.machine();
    }

    /// Replays `mm_page_alloc`; books it when its bucket is known.
    void alloc(TraceCursor event, Cpu cpu) {
        tally.pageRequest(event.order(), event.migrateType());
        if (event.isPageFailure()) {
            tally.pageFailures++;
            tally.count(MM_PAGE_ALLOC, FAILED_IN_TRACE);
            return;
        }
        long pfn = event.pfn();
        int order = event.order();
        tally.pageAllocs++;
        tally.pageAllocPages += 1L << order;
        forgetSilently(cpu, pfn, order);
        if (hashedPointers || !couldBeSlab(event.gfpBits(), order)) {
            execute(cpu, pfn, order, event.gfpBits());
            return;
        }
        HeldPages waiting = held[cpu.id()];
        if (waiting.isFull()) {
            executeHeld(cpu, waiting, 0);
        }
        waiting.add(pfn, order, event.gfpBits());
        heldCount++;
    }

    private static boolean couldBeSlab(int gfp, int order) {
        if ((gfp & NOT_OF_SLABS) != 0) {
            return false;
        }
        boolean compound = (gfp & GfpFlags.COMP.bits()) != 0;
        return compound || (order == 0 && (gfp & ONLY_OF_LARGE_OBJECTS) == 0);
    }

    private int execute(Cpu cpu, long pfn, int order, int gfp) {
        int slot = blocks.add(pfn, order);
        int own = pages.allocPages(cpu, gfps.of(gfp), order);
        blocks.ownPfn[slot] = own;
        tally.count(MM_PAGE_ALLOC, own == PageAllocator.NONE ? FAILED : REPLAYED);
        return slot;
    }

    private void executeHeld(Cpu cpu, HeldPages waiting, int index) {
        long pfn = waiting.pfn(index);
        int slot = execute(cpu, pfn, waiting.order(index), waiting.gfp(index));
        waiting.remove(index);
        heldCount--;
        for (long frame = pfn; frame < pfn + (1L << blocks.order[slot]); frame++) {
            doubtful.put(frame, slot);
        }
    }

    /// Looks whether a new object lies in a page that was requested for it.
    void objectSeen(Cpu cpu, long pointer, long strideBytes) {
        if (TraceCursor.isHashed(pointer)) {
            hashedPointers = true;
            return;
        }
        HeldPages waiting = held[cpu.id()];
        if (!waiting.isEmpty() && !findHeld(waiting, pointer, strideBytes)) {
            waiting.age();
            while (waiting.isOldestTired()) {
                executeHeld(cpu, waiting, 0);
            }
        }
        if (!doubtful.isEmpty() && directMap.isKnown()) {
            int slot = (int) doubtful.get(directMap.pfnOf(pointer));
            if (slot != PageTable.NONE) {
                takeBack(cpu, slot, pointer, strideBytes);
            }
        }
    }

    private boolean findHeld(HeldPages waiting, long pointer, long strideBytes) {
        for (int i = waiting.count() - 1; i >= 0; i--) {
            long pfn = waiting.pfn(i);
            int order = waiting.order(i);
            if (directMap.holds(pfn, order, pointer)) {
                directMap.learn(pfn, pointer);
                waiting.remove(i);
                heldCount--;
                markSlab(blocks.add(pfn, order), pointer, strideBytes);
                tally.count(MM_PAGE_ALLOC, IMPLIED);
                return true;
            }
        }
        return false;
    }

    private void markSlab(int slot, long pointer, long strideBytes) {
        blocks.isSlab[slot] = true;
        blocks.object[slot] = pointer;
        blocks.strideBytes[slot] = Math.max(1, strideBytes);
        tally.slabBlocks++;
    }

    /// A block that was executed as a plain one is a slab's after all.
    private void takeBack(Cpu cpu, int slot, long pointer, long strideBytes) {
        boolean executed = blocks.ownPfn[slot] != PageAllocator.NONE;
        giveBack(cpu, slot);
        blocks.ownPfn[slot] = PageAllocator.NONE;
        markSlab(slot, pointer, strideBytes);
        tally.move(MM_PAGE_ALLOC, executed ? REPLAYED : FAILED, IMPLIED);
    }

    /// Replays `mm_page_free`.
    ReplayBucket free(TraceCursor event, Cpu cpu) {
        long pfn = event.pfn();
        int order = event.order();
        tally.pageFrees++;
        tally.pageFreePages += 1L << order;
        executeOverlapping(pfn, order);
        int slot = blocks.slotOf(pfn);
        if (slot == PageTable.NONE || blocks.order[slot] != order) {
            return freePart(cpu, pfn, order);
        }
        tally.matchedPageFrees++;
        return freeWhole(cpu, slot);
    }

    /// A block whose pages are given back is not waiting for its first object.
    private void executeOverlapping(long pfn, int order) {
        for (int cpu = 0; heldCount > 0 && cpu < held.length; cpu++) {
            int index = held[cpu].overlapping(pfn, pfn + (1L << order));
            while (index >= 0) {
                executeHeld(machine().cpu(cpu), held[cpu], index);
                index = held[cpu].overlapping(pfn, pfn + (1L << order));
            }
        }
    }

    private ReplayBucket freeWhole(Cpu cpu, int slot) {
        boolean slab = blocks.isSlab[slot];
        boolean executed = blocks.ownPfn[slot] != PageAllocator.NONE;
        if (slab) {
            forgetObjects(cpu, slot);
        }
        giveBack(cpu, slot);
        blocks.remove(slot);
        return slab ? IMPLIED : executed ? REPLAYED : FAILED;
    }

    /// Gives our block back, if there is one, and ends all doubt about it.
    private void giveBack(Cpu cpu, int slot) {
        int order = blocks.order[slot];
        if (!doubtful.isEmpty()) {
            long pfn = blocks.pfn[slot];
            for (long frame = pfn; frame < pfn + (1L << order); frame++) {
                doubtful.remove(frame);
            }
        }
        if (blocks.ownPfn[slot] != PageAllocator.NONE) {
            pages.freePages(cpu, blocks.ownPfn[slot], order);
        }
    }

    /// A slab's pages are given back only when all its objects are free.
    private void forgetObjects(Cpu cpu, int slot) {
        if (!directMap.isKnown()) {
            return;
        }
        long start = directMap.addressOf(blocks.pfn[slot]);
        long end = directMap.addressOf(blocks.pfn[slot] + (1L << blocks.order[slot]));
        long stride = blocks.strideBytes[slot];
        long first = start + (blocks.object[slot] - start) % stride;
        for (long object = first; object < end; object += stride) {
            objects.forgetSilently(cpu, object);
        }
    }

    /// Frees frames that are no whole block of the trace: part of one, several, or unknown ones.
    private ReplayBucket freePart(Cpu cpu, long pfn, int order) {
        int slot = blocks.slotHolding(pfn);
        if (slot == PageTable.NONE) {
            if (objects.forgetSlabBefore(cpu, pfn, order)) {
                return IMPLIED;
            }
            return before.free(cpu, pfn, order) ? REPLAYED : FOREIGN;
        }
        if (blocks.order[slot] < order) {
            forgetSilently(cpu, pfn, order);
            return FOREIGN;
        }
        // Our allocator takes blocks back whole: ours waits until the last part is freed.
        tally.partialFrees++;
        tally.matchedPageFrees++;
        blocks.freedPages[slot] += 1L << order;
        boolean last = blocks.freedPages[slot] >= 1L << blocks.order[slot];
        boolean executed = blocks.ownPfn[slot] != PageAllocator.NONE;
        if (last) {
            return freeWhole(cpu, slot);
        }
        return blocks.isSlab[slot] ? IMPLIED : executed ? REPLAYED : FAILED;
    }

    /// Ends blocks that must have been freed without an event, as their frames are handed out
    /// again.
    private void forgetSilently(Cpu cpu, long pfn, int order) {
        executeOverlapping(pfn, order);
        objects.forgetSlabBefore(cpu, pfn, order);
        int holding = blocks.slotHolding(pfn);
        while (holding != PageTable.NONE) {
            forgetBlock(cpu, holding);
            holding = blocks.slotHolding(pfn);
        }
        // Small blocks inside a larger one.
        for (long frame = pfn + 1; frame < pfn + (1L << order); frame++) {
            int slot = blocks.slotOf(frame);
            if (slot != PageTable.NONE) {
                forgetBlock(cpu, slot);
            }
        }
    }

    private void forgetBlock(Cpu cpu, int slot) {
        tally.silentPageFrees++;
        freeWhole(cpu, slot);
    }

    /// Executes what still waits; to be called at the end of the trace.
    void finish() {
        for (int cpu = 0; cpu < held.length; cpu++) {
            while (!held[cpu].isEmpty()) {
                executeHeld(machine().cpu(cpu), held[cpu], 0);
            }
        }
    }

    /// Gives back all that the trace left allocated.
    void freeAll(Cpu cpu) {
        for (long pfn : blocks.heads()) {
            int slot = blocks.slotOf(pfn);
            giveBack(cpu, slot);
            blocks.remove(slot);
        }
    }

    boolean hasHashedPointers() {
        return hashedPointers;
    }
}
