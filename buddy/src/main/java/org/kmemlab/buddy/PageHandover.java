package org.kmemlab.buddy;

import org.jspecify.annotations.Nullable;
import org.kmemlab.machine.BootParameters;
import org.kmemlab.machine.ConfigOption;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.Machine;
import org.kmemlab.machine.PhysicalMemory;

/// What is done with a block when it changes hands, besides the book-keeping: its contents are
/// cleared, poisoned or checked, and its owner is recorded.
///
/// Which of these are on is a choice of the boot parameters `init_on_alloc`, `init_on_free`,
/// `page_poison` and `page_owner`. Poisoning excludes the first two, as in the kernel, and needs a
/// machine with bytes.
final class PageHandover {

    private final PhysicalMemory memory;
    private final PageReports reports;
    private final @Nullable PagePoison poison;
    private final @Nullable PageOwner owner;
    private final boolean clearsAllocated;
    private final boolean clearsFreed;
    private @Nullable PageCharges charges;

    PageHandover(Machine machine, MemMap map) {
        memory = machine.memory();
        BootParameters boot = machine.profile().boot();
        poison = memory.hasBytes() && boot.flag("page_poison", false) ? new PagePoison(memory)
                : null;
        owner = boot.flag("page_owner", false) ? new PageOwner(machine) : null;
        reports = new PageReports(machine, map, owner);
        boolean clears = memory.hasBytes() && poison == null;
        clearsAllocated = clears && boot.flag("init_on_alloc",
                machine.profile().has(ConfigOption.INIT_ON_ALLOC_DEFAULT_ON));
        clearsFreed = clears && boot.flag("init_on_free",
                machine.profile().has(ConfigOption.INIT_ON_FREE_DEFAULT_ON));
    }

    /// Whether anything is done with blocks of every request, not only with those that ask for it.
    boolean isOn() {
        return poison != null || owner != null || clearsAllocated || clearsFreed;
    }

    /// Has `payers` told of what happens to blocks that somebody may be charged for.
    void tell(PageCharges payers) {
        charges = payers;
    }

    PageReports reports() {
        return reports;
    }

    /// Who has which block; null unless the machine keeps record.
    @Nullable
    PageOwner owner() {
        return owner;
    }

    /// Poisons the pages that are free from the start.
    void prepareFree(PageAllocator pages) {
        if (poison == null) {
            return;
        }
        for (ZoneState zone : pages.snapshot()) {
            zone.freeLists().forEach(list -> list.pfns()
                    .forEach(pfn -> poison.fill(pfn, 1 << list.order())));
            zone.perCpu().forEach(cpu -> cpu.lists().forEach(list -> list.pfns().forEach(
                    pfn -> poison.fill(pfn, 1 << PerCpuPages.order(list.index())))));
        }
    }

    /// A block goes to whoever asked for it.
    void handedOut(Cpu cpu, int pfn, GfpFlags gfp, int order) {
        if (poison != null) {
            check(poison, cpu, pfn, gfp, order);
        }
        if (clearsAllocated || (gfp.has(GfpFlags.ZERO) && memory.hasBytes())) {
            clear(pfn, order);
        }
        if (owner != null) {
            owner.allocated(cpu, pfn, gfp, order);
        }
    }

    private void check(PagePoison pattern, Cpu cpu, int head, GfpFlags gfp, int order) {
        for (int pfn = head; pfn < head + (1 << order); pfn++) {
            if (!pattern.isIntact(pfn)) {
                reports.corruption(cpu, pattern, pfn, head, gfp.migrateType());
            }
        }
    }

    /// A block comes back.
    void takenBack(int pfn, int order) {
        if (charges != null) {
            charges.freed(pfn, order);
        }
        if (owner != null) {
            owner.freed(pfn, order);
        }
        if (poison != null) {
            poison.fill(pfn, 1 << order);
        }
        if (clearsFreed) {
            clear(pfn, order);
        }
    }

    /// A block becomes single pages of the same owner.
    void split(int pfn, int order) {
        if (charges != null) {
            charges.split(pfn, order);
        }
        if (owner != null) {
            owner.split(pfn, order);
        }
    }

    /// A single page was moved to another frame.
    void moved(int from, int to) {
        if (charges != null) {
            charges.moved(from, to);
        }
        if (owner != null) {
            owner.moved(from, to);
        }
    }

    private void clear(int pfn, int order) {
        memory.fill(memory.addressOf(pfn), (long) PhysicalMemory.PAGE_SIZE << order, (byte) 0);
    }
}
