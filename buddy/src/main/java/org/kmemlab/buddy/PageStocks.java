package org.kmemlab.buddy;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.Machine;
import org.kmemlab.machine.PfnRange;
import org.kmemlab.machine.ZoneSpan;
import org.kmemlab.machine.ZoneType;

/// The stocks of single pages that threads keep in live use, above the lists of the CPUs.
///
/// **Concepts.** A platform thread owns the [PageStock] that its number falls on, from its first
/// request until it dies. Pages come to it and leave it in batches, under the machine's lock, from and
/// to the lists of a CPU; while they are in stock the map says that [PageUse#STOCK] uses them, so that
/// a page that is given back twice is refused. Virtual threads, and threads whose stock another one
/// owns, take each page under the lock.
///
/// A stock holds pages of the CPU's node, except those of [ZoneType#DMA]: that zone is small, and its
/// users can be served by no other.
///
/// **Giving back.** [#drain] empties what is nobody's or its own; the others are asked to, and do
/// when they come by.
final class PageStocks {

    /// Requests that a page from stock does not satisfy as it is, or must not have.
    private static final int SPECIAL = SinglePages.LONG_WAY | GfpFlags.DMA.bits()
            | GfpFlags.DMA32.bits() | GfpFlags.ACCOUNT.bits();
    private static final int SLOTS_PER_CPU = 8;
    private static final int SLOTS_LEAST = 16;

    private static final short IN_USE = FrameState.used(PageUse.PLAIN, 0);
    private static final short IN_STOCK = FrameState.used(PageUse.STOCK, 0);

    private final PageAllocator pages;
    private final MemMap map;
    private final SinglePages[] singles;
    private final PageStock[] byThread;
    /// By CPU, where the pages of its stocks are from.
    private final PfnRange[] homes;
    /// Pages that move at once.
    private final int batch;

    /// @param singles how each CPU takes and gives single pages
    /// @param byUse all zones, the largest first
    PageStocks(PageAllocator pages, SinglePages[] singles, Zone[] byUse) {
        Machine machine = pages.machine();
        this.pages = pages;
        this.map = pages.memMap();
        this.singles = singles;
        this.homes = machine.cpus().stream().map(cpu -> home(cpu, byUse)).toArray(PfnRange[]::new);
        this.batch = Math.max(1, byUse[0].perCpu(0).batch());
        int slots = Math.max(SLOTS_LEAST, SLOTS_PER_CPU * machine.cpus().size());
        this.byThread = new PageStock[Integer.highestOneBit(2 * slots - 1)];
        Arrays.setAll(byThread, slot -> new PageStock(2 * batch));
    }

    private static PfnRange home(Cpu cpu, Zone[] zones) {
        List<ZoneSpan> near = Arrays.stream(zones).map(zone -> zone.span)
                .filter(span -> span.node() == cpu.node() && span.type() != ZoneType.MOVABLE)
                .sorted(Comparator.comparing(ZoneSpan::type)).toList();
        if (near.isEmpty()) {
            return new PfnRange(0, 0);
        }
        ZoneSpan lowest =
                near.get(near.size() > 1 && near.getFirst().type() == ZoneType.DMA ? 1 : 0);
        return new PfnRange(lowest.startPfn(), near.getLast().endPfn());
    }

    /// Takes a page.
    ///
    /// @return [PageAllocator#NONE] if the long way has to be gone; nothing is changed then
    int take(GfpFlags gfp) {
        int bits = gfp.bits();
        Thread me = Thread.currentThread();
        PageStock stock = slot(me);
        if ((bits & SPECIAL) != 0 || !stock.isOwnedBy(me)) {
            return PageAllocator.NONE;
        }
        int pfn = stock.take(GfpFlags.typeNumber(bits));
        if (pfn != PageAllocator.NONE) {
            map.setBuiltState(pfn, IN_USE);
        }
        return pfn;
    }

    /// Takes a page back.
    ///
    /// @return false if the long way has to be gone; nothing is changed then
    boolean give(int pfn) {
        Thread me = Thread.currentThread();
        PageStock stock = slot(me);
        return stock.isOwnedBy(me) && stock.isHome(pfn) && give(stock, pfn);
    }

    private boolean give(PageStock stock, int pfn) {
        int type = map.pageblockTypeNumber(pfn);
        if (type >= MigrateType.PCP_TYPES || !stock.hasRoom(type)
                || !map.replaceState(pfn, IN_USE, IN_STOCK)) {
            return false;
        }
        stock.put(type, pfn);
        return true;
    }

    private PageStock slot(Thread thread) {
        return byThread[(int) thread.threadId() & byThread.length - 1];
    }

    /// Gives the thread a batch of what its CPU has at hand. The caller holds the machine's lock, and
    /// was just served the long way: stock takes nothing that a request would have to wait for.
    void refill(Cpu cpu, GfpFlags gfp) {
        PageStock stock = (gfp.bits() & SPECIAL) == 0 ? claim(cpu) : null;
        if (stock == null) {
            return;
        }
        int type = GfpFlags.typeNumber(gfp.bits());
        while (stock.count(type) < batch) {
            int pfn = singles[cpu.id()].take(gfp);
            if (pfn == PageAllocator.NONE) {
                return;
            }
            if (!stock.isHome(pfn)) {
                pages.freeLocked(cpu, pfn, 0);
                return;
            }
            map.setState(pfn, IN_STOCK);
            stock.put(type, pfn);
        }
    }

    /// Takes a page back, after making room for it. The caller holds the machine's lock.
    ///
    /// @return false if it has to go to the lists of its zone; it is still the caller's then
    boolean giveSlow(Cpu cpu, int pfn) {
        PageStock stock = claim(cpu);
        if (stock == null || !stock.isHome(pfn)) {
            return false;
        }
        int type = map.pageblockTypeNumber(pfn);
        if (type < MigrateType.PCP_TYPES && !stock.hasRoom(type)) {
            flush(stock, cpu, type, batch);
        }
        return give(stock, pfn);
    }

    /// The thread's own stock; null if it can have none, or another one that lives has it.
    private @Nullable PageStock claim(Cpu cpu) {
        Thread me = Thread.currentThread();
        if (me.isVirtual()) {
            return null;
        }
        PageStock stock = slot(me);
        if (!stock.isOwnedBy(me)) {
            Thread owner = stock.owner();
            // What a dead thread did happens before anybody sees that it is dead.
            boolean free = owner == null || !owner.isAlive();
            if (!free || !stock.changeOwner(owner, me)) {
                return null;
            }
            empty(stock, cpu);
            stock.settle(homes[cpu.id()]);
        }
        if (stock.wasRevoked()) {
            empty(stock, cpu);
        }
        return stock;
    }

    /// Gives all stock back that nobody else may be using now, and asks the others for theirs. The
    /// caller holds the machine's lock.
    void drain(Cpu cpu) {
        Thread me = Thread.currentThread();
        for (PageStock stock : byThread) {
            Thread owner = stock.owner();
            if (stock.isOwnedBy(me)) {
                empty(stock, cpu);
            } else if (owner != null && owner.isAlive()) {
                stock.revoke();
            } else if (stock.changeOwner(owner, me)) {
                empty(stock, cpu);
                stock.changeOwner(me, null);
            }
        }
    }

    private void empty(PageStock stock, Cpu cpu) {
        for (int type = 0; type < MigrateType.PCP_TYPES; type++) {
            flush(stock, cpu, type, stock.count(type));
        }
    }

    /// Gives the pages that lie longest in a stock to the lists of the CPU.
    private void flush(PageStock stock, Cpu cpu, int type, int number) {
        for (int i = 0; i < number; i++) {
            int pfn = stock.get(type, i);
            map.setState(pfn, IN_USE);
            if (!singles[cpu.id()].give(pfn)) {
                pages.freeLocked(cpu, pfn, 0);
            }
        }
        stock.dropOldest(type, number);
    }

    /// Pages in all stocks; of other threads' as they are at some moment.
    long countPages() {
        return Arrays.stream(byThread).mapToLong(PageStock::countPages).sum();
    }
}
