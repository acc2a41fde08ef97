package org.kmemlab.buddy;

import static org.kmemlab.buddy.BuddyLayouts.MAX_ORDER;
import static org.kmemlab.buddy.BuddyLayouts.PAGES;
import static org.kmemlab.buddy.MigrateType.MOVABLE;

import java.util.ArrayList;
import java.util.List;

import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.Machine;

/// The real allocator on a zone of 16 pages, put into states by the loader of recorded states.
///
/// One zone is emptied and loaded again for each state: a new allocator each time would spend its
/// time on arrays for the other 1,008 frames of the first chunk.
class LoadedBuddy implements SmallBuddy, AutoCloseable {

    /// No reserve may stand in the way.
    private static final GfpFlags GFP = GfpFlags.MOVABLE.with(GfpFlags.MEMALLOC);

    final Zone zone;
    private final Machine machine = new Machine(BuddyFixture.oneZone(PAGES));
    private final PageAllocator pages;
    private final Cpu cpu = machine.cpu(0);
    private final boolean knowsOrders;
    private long loadedLayout = -1;
    private ZoneState state;

    /// Creates it with all pages free.
    LoadedBuddy() {
        this(true);
    }

    /// Creates it with all pages free.
    ///
    /// @param knowsOrders whether blocks in use have their orders; otherwise their frames stay as
    ///        the loader leaves them, in use since before
    LoadedBuddy(boolean knowsOrders) {
        this.knowsOrders = knowsOrders;
        state = stateOf(BuddyLayouts.free(0, MAX_ORDER));
        pages = new PageAllocator(machine, List.of(state));
        zone = pages.zones().get(0);
    }

    private ZoneState stateOf(long layout) {
        List<ZoneState.FreeList> lists = new ArrayList<>();
        long free = 0;
        for (int order = 0; order <= MAX_ORDER; order++) {
            List<Integer> blocks = blocksToLoad(layout, order);
            if (!blocks.isEmpty()) {
                lists.add(new ZoneState.FreeList(order, MOVABLE, blocks));
                free += (long) blocks.size() << order;
            }
        }
        return new ZoneState(machine.config().zones().get(0), List.of(MOVABLE), lists, List.of(),
                Watermarks.of(0, 0, 0), List.of(0, 0, 0, 0), free, 0, 0);
    }

    /// The free blocks of an order in the order of their list.
    List<Integer> blocksToLoad(long layout, int order) {
        List<Integer> blocks = new ArrayList<>();
        for (int pfn = 0; pfn < PAGES; pfn++) {
            if (BuddyLayouts.freeOrder(layout, pfn) == order) {
                blocks.add(pfn);
            }
        }
        return blocks;
    }

    @Override
    public void load(long layout) {
        if (layout != loadedLayout) {
            loadedLayout = layout;
            state = stateOf(layout);
        }
        empty();
        ZoneStates.load(zone, state);
        for (int pfn = 0; knowsOrders && pfn < PAGES; pfn++) {
            int order = BuddyLayouts.usedOrder(layout, pfn);
            if (order >= 0) {
                zone.map.setState(pfn, FrameState.used(PageUse.PLAIN, order));
                for (int at = pfn + 1; at < pfn + (1 << order); at++) {
                    zone.map.setState(at, (short) 0);
                }
            }
        }
    }

    private void empty() {
        for (FreeArea area : zone.areas) {
            while (!area.isEmpty(MOVABLE)) {
                area.remove(area.first(MOVABLE));
            }
        }
    }

    @Override
    public int alloc(int order) {
        return pages.allocPages(cpu, GFP, order);
    }

    @Override
    public void free(int pfn, int order) {
        pages.freePages(cpu, pfn, order);
    }

    @Override
    public long layout() {
        long layout = 0;
        for (int pfn = 0; pfn < PAGES; pfn++) {
            short frame = zone.map.state(pfn);
            if (FrameState.kind(frame) == FrameState.FREE) {
                layout |= BuddyLayouts.free(pfn, FrameState.order(frame));
            } else if (FrameState.isUsed(frame)) {
                layout |= BuddyLayouts.used(pfn, FrameState.order(frame));
            } else if (frame != 0) {
                layout |= BuddyLayouts.unknown(pfn);
            }
        }
        return layout;
    }

    @Override
    public long list(int order) {
        FreeArea area = zone.areas[order];
        long list = 1;
        int blocks = 0;
        int before = PageAllocator.NONE;
        int pfn = area.first(MOVABLE);
        while (pfn != PageAllocator.NONE && zone.map.isFreeBlock(pfn, order)
                && zone.map.prev(pfn, order) == before && blocks < PAGES) {
            list = list << 4 | pfn;
            blocks++;
            before = pfn;
            pfn = zone.map.next(pfn, order);
        }
        boolean whole = pfn == PageAllocator.NONE && blocks == area.nrFree();
        return whole ? list : -list;
    }

    @Override
    public long freePages() {
        return zone.freePages.exact();
    }

    @Override
    public boolean knowsOrders() {
        return knowsOrders;
    }

    @Override
    public void validate() {
        pages.validate();
    }

    @Override
    public void close() {
        machine.close();
    }
}
