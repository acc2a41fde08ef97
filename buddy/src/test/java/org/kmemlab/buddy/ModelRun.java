package org.kmemlab.buddy;

import java.util.Arrays;
import java.util.Iterator;
import java.util.List;

import org.kmemlab.buddy.Operation.Kind;
import org.kmemlab.machine.ZoneSpan;

/// Executes operations on an allocator and on the model of it, and compares them after each.
///
/// Checked after each operation: blocks are aligned, inside a zone that may serve the request, and
/// overlap nothing; the counters of free pages and the lengths of the free lists agree with the
/// model. Checked now and then and at the end: every invariant. At the end everything is given back
/// and must have merged to what it was at boot.
final class ModelRun {

    private static final int VALIDATE_EVERY = 1_000;
    /// Stands in arrays for pages that the caller has already.
    private static final int FILLED = Integer.MAX_VALUE;

    private final PagesUnderTest tested;
    private final ModelMachine machine;
    private final HeldPages held;
    private final List<int[]> nrFreeAtBoot;
    private boolean urgent;

    ModelRun(ModelMachine machine, PagesUnderTest tested) {
        this.machine = machine;
        this.tested = tested;
        held = new HeldPages(machine.config());
        nrFreeAtBoot = tested.snapshot().stream().map(ZoneState::nrFree).toList();
    }

    /// Executes operations, then gives everything back.
    ///
    /// @param most how many at most
    /// @throws AssertionError if the allocator and the model differ
    void execute(Iterator<Operation> operations, int most) {
        for (int i = 0; i < most && operations.hasNext(); i++) {
            step(operations.next());
            if (i % VALIDATE_EVERY == 0) {
                tested.validate();
            }
        }
        finish();
    }

    private void step(Operation operation) {
        urgent |= operation.gfp().has(GfpFlags.HIGH);
        switch (operation.kind()) {
            case ALLOC -> alloc(operation);
            case FREE, FREE_TO_ZONE -> free(operation);
            case BULK -> bulk(operation);
            case EXACT -> exact(operation);
            case SPLIT -> split(operation);
            case BAD_FREE -> badFree(operation);
            case DRAIN -> tested.drain();
            case TICK -> tested.tick();
            case RELOAD -> reload();
        }
        long free = held.freePages();
        if (tested.countedPages() != free || tested.listedPages() != free) {
            throw new AssertionError("free pages: " + tested.countedPages() + " counted, "
                    + tested.listedPages() + " on lists, expected " + free);
        }
    }

    private void alloc(Operation operation) {
        int order = operation.order();
        int pfn = tested.alloc(operation.cpu(), operation.node(), operation.gfp(), order);
        if (pfn == PageAllocator.NONE) {
            checkNothingLeft(operation);
            return;
        }
        held.tookBlock(pfn, order);
        checkZone(operation, pfn);
        checkLowerHalf(pfn, order);
    }

    /// A request may be served from its highest zone and those below, and on its node if bound.
    private boolean mayServe(ZoneSpan zone, Operation operation) {
        GfpFlags gfp = operation.gfp();
        int node = operation.node() >= 0 ? operation.node() : machine.nodeOfCpu(operation.cpu());
        return zone.type().compareTo(gfp.highestZone()) <= 0
                && (!gfp.has(GfpFlags.THISNODE) || zone.node() == node);
    }

    private void checkZone(Operation operation, int pfn) {
        ZoneSpan zone = held.zone(pfn);
        if (!mayServe(zone, operation)) {
            throw new AssertionError("pfn " + pfn + " is of node " + zone.node() + " zone "
                    + zone.type().label() + ", which may not serve '" + operation + "'");
        }
    }

    /// If the lower buddy is free, the two were one free block, of which the lower half is given
    /// out. (A CPU's list hands out both halves; whole pageblocks need not have merged.)
    private void checkLowerHalf(int pfn, int order) {
        int half = 1 << order;
        boolean merges = !machine.perCpuPages() && order < machine.pageblockOrder();
        if (merges && (pfn & half) != 0 && held.isFree(pfn - half, order)
                && held.isSameZone(pfn - half, pfn)) {
            throw new AssertionError("pfn " + pfn + " of order " + order + " is an upper half");
        }
    }

    /// A request with a right to all reserves fails only if there is no block for it.
    private void checkNothingLeft(Operation operation) {
        boolean all = operation.gfp().has(GfpFlags.MEMALLOC)
                && !operation.gfp().has(GfpFlags.NOMEMALLOC);
        if (!all || machine.perCpuPages() || operation.order() >= machine.pageblockOrder()
                || tested.hasReserve()) {
            return;
        }
        int pfn = held.freeBlockFrom(0, operation.order());
        while (pfn >= 0) {
            check(!mayServe(held.zone(pfn), operation),
                    "'" + operation + "' got nothing, but pfn " + pfn + " is free");
            int zoneEnd = held.zone(pfn).endPfn();
            pfn = held.freeBlockFrom(zoneEnd, operation.order());
        }
    }

    private void free(Operation operation) {
        if (held.count() == 0) {
            return;
        }
        int index = operation.pick() % held.count();
        if (operation.kind() == Kind.FREE_TO_ZONE && held.isBlock(index)) {
            tested.freeToZone(operation.cpu(), held.pfn(index), held.order(index));
            held.gaveBack(index);
        } else {
            giveBack(operation.cpu(), index);
        }
    }

    private void giveBack(int cpu, int index) {
        if (held.isBlock(index)) {
            tested.free(cpu, held.pfn(index), held.order(index));
        } else {
            tested.freeExact(cpu, held.pfn(index), held.length(index));
        }
        held.gaveBack(index);
    }

    private void bulk(Operation operation) {
        int[] pfns = new int[1 + operation.pick() % 24];
        Arrays.fill(pfns, PageAllocator.NONE);
        if (operation.order() < pfns.length) {
            pfns[operation.order()] = FILLED;
        }
        int[] before = pfns.clone();
        int filled = tested.allocBulk(operation.cpu(), operation.node(), operation.gfp(), pfns);
        int first = 0;
        while (first < pfns.length && pfns[first] != PageAllocator.NONE) {
            first++;
        }
        check(filled == first, filled + " elements filled, but element " + first + " is empty");
        for (int i = 0; i < pfns.length; i++) {
            if (before[i] == FILLED) {
                check(pfns[i] == FILLED, "element " + i + " was overwritten");
            } else if (pfns[i] != PageAllocator.NONE) {
                held.tookBlock(pfns[i], 0);
                checkZone(operation, pfns[i]);
            }
        }
    }

    private void exact(Operation operation) {
        int order = Math.min(operation.order(), 6);
        int length = (1 << order) - operation.pick() % (1 + (1 << order) / 2);
        int pfn = tested.allocExact(operation.cpu(), length, operation.gfp());
        if (pfn != PageAllocator.NONE) {
            held.tookRun(pfn, length);
            checkZone(operation.withNode(-1), pfn);
        }
    }

    private void split(Operation operation) {
        if (held.count() == 0) {
            return;
        }
        int index = operation.pick() % held.count();
        int order = held.order(index);
        if (held.isBlock(index) && order <= 4) {
            int pfn = held.pfn(index);
            tested.split(pfn, order);
            held.gaveBack(index);
            for (int at = pfn; at < pfn + (1 << order); at++) {
                held.tookBlock(at, 0);
            }
        }
    }

    /// Gives back a free frame, or a block with a wrong order, or the middle of one.
    private void badFree(Operation operation) {
        int free = held.freeFrameFrom(operation.pick() % held.frames());
        if (operation.order() % 2 == 0 && free >= 0) {
            expectRefusal(operation.cpu(), free, operation.order());
        } else if (held.count() > 0) {
            int index = operation.pick() % held.count();
            if (held.isBlock(index) && !held.isRecorded(index)) {
                int order = held.order(index);
                int wrong = (order + 1 + operation.order() % 10) % 11;
                expectRefusal(operation.cpu(), held.pfn(index), wrong);
                if (order > 0) {
                    expectRefusal(operation.cpu(), held.pfn(index) + (1 << order) / 2, order - 1);
                }
            }
        }
    }

    private void expectRefusal(int cpu, int pfn, int order) {
        boolean refused = false;
        try {
            tested.free(cpu, pfn, order);
        } catch (BadPageException expected) {
            refused = true;
        }
        check(refused, "pfn " + pfn + " was taken back with order " + order);
    }

    private void reload() {
        List<ZoneState> before = tested.snapshot();
        tested.load(before);
        held.noteReload();
        List<ZoneState> after = tested.snapshot();
        for (int i = 0; i < before.size(); i++) {
            check(after.get(i).equals(before.get(i)),
                    "loaded " + before.get(i) + ", got " + after.get(i));
        }
        tested.validate();
    }

    private void finish() {
        tested.validate();
        while (held.count() > 0) {
            giveBack(0, held.count() - 1);
        }
        tested.drain();
        tested.validate();
        check(tested.countedPages() == held.freePages(), tested.countedPages() + " of "
                + held.freePages() + " pages came back");
        List<ZoneState> end = tested.snapshot();
        for (int i = 0; i < end.size(); i++) {
            checkMerged(end.get(i).nrFree(), nrFreeAtBoot.get(i),
                    end.get(i).pageblockTypes().contains(MigrateType.HIGHATOMIC));
        }
    }

    /// All blocks are as large as at boot. A pageblock that is or was set apart for urgent requests
    /// need not have merged with its neighbour.
    private void checkMerged(int[] now, int[] atBoot, boolean apart) {
        int whole = machine.pageblockOrder();
        boolean merged = Arrays.equals(now, 0, whole, atBoot, 0, whole)
                && (urgent || Arrays.equals(now, atBoot));
        check(apart || merged, "free blocks at the end " + Arrays.toString(now) + ", at boot "
                + Arrays.toString(atBoot));
    }

    private static void check(boolean holds, String complaint) {
        if (!holds) {
            throw new AssertionError(complaint);
        }
    }
}
