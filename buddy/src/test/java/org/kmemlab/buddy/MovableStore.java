package org.kmemlab.buddy;

import java.util.NavigableSet;
import java.util.TreeSet;

import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.PhysicalMemory;

/// A page cache of single pages: they can be moved and given up. Each page holds its key in its
/// first bytes, so that a lost or mixed-up page shows.
final class MovableStore implements MovablePages, Shrinker {

    private final BuddyFixture fixture;
    private final NavigableSet<Integer> pfns = new TreeSet<>();
    private long sum;
    private int moved;
    private boolean mayShrink;

    MovableStore(BuddyFixture fixture) {
        this.fixture = fixture;
        fixture.pages.registerMovable(this);
    }

    /// Also gives pages up when memory is short.
    void shrinkable() {
        mayShrink = true;
        fixture.pages.registerShrinker(this);
    }

    /// Takes pages until none can be had.
    ///
    /// @param gfp what else the requests may do
    void fill(GfpFlags gfp) {
        GfpFlags movable = gfp.with(GfpFlags.MOVABLE);
        int pfn = fixture.alloc(movable, 0);
        while (pfn != PageAllocator.NONE) {
            long key = pfn + 1L;
            sum += key;
            memory().putLong(memory().addressOf(pfn), key);
            pfns.add(pfn);
            pfn = fixture.alloc(movable, 0);
        }
    }

    private PhysicalMemory memory() {
        return fixture.machine.memory();
    }

    /// Gives every `step`-th page back.
    void thin(int step) {
        int count = 0;
        for (int pfn : pfns.stream().toList()) {
            if (count++ % step == 0) {
                giveBack(fixture.cpu, pfn);
            }
        }
        fixture.pages.drainAllPages(fixture.cpu);
    }

    private void giveBack(Cpu cpu, int pfn) {
        sum -= memory().getLong(memory().addressOf(pfn));
        pfns.remove(pfn);
        fixture.pages.freePages(cpu, pfn, 0);
    }

    int size() {
        return pfns.size();
    }

    int moved() {
        return moved;
    }

    /// Whether every page still holds its key.
    boolean isIntact() {
        return pfns.stream().mapToLong(pfn -> memory().getLong(memory().addressOf(pfn)))
                .sum() == sum;
    }

    @Override
    public boolean holds(int pfn) {
        return pfns.contains(pfn);
    }

    @Override
    public boolean migrate(int from, int to) {
        pfns.remove(from);
        pfns.add(to);
        moved++;
        return true;
    }

    @Override
    public long countObjects() {
        return mayShrink ? pfns.size() : 0;
    }

    @Override
    public long scanObjects(Cpu cpu, long nrToScan) {
        long count = Math.min(nrToScan, pfns.size());
        for (int i = 0; i < count; i++) {
            giveBack(cpu, pfns.first());
        }
        return count;
    }
}
