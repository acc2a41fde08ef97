package org.kmemlab.buddy;

import java.util.List;

import org.jspecify.annotations.Nullable;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.KernelProfile;
import org.kmemlab.machine.Machine;
import org.kmemlab.machine.StackDump;
import org.kmemlab.machine.Task;
import org.kmemlab.machine.ZoneType;

/// What the page allocator prints into the kernel log when something is wrong, and how often.
final class PageReports {

    private static final String FAILURES = "warn_alloc: %d callbacks suppressed";
    private static final String CORRUPTIONS = "check_poison_mem: %d callbacks suppressed";
    private static final String BAD_PAGES = "BUG: Bad page state: %d messages suppressed";
    private static final String ORDER_WARNING = "page order too large";

    private final Machine machine;
    private final MemMap map;
    private final @Nullable PageOwner owner;

    /// @param owner who has which frame; null if nobody keeps record
    PageReports(Machine machine, MemMap map, @Nullable PageOwner owner) {
        this.machine = machine;
        this.map = map;
        this.owner = owner;
    }

    /// A request got no memory.
    void allocationFailed(Cpu cpu, GfpFlags gfp, int order, PageAllocator pages) {
        boolean hopeless = gfp.has(GfpFlags.DMA) && pages.zones().stream().noneMatch(
                zone -> zone.span.type() == ZoneType.DMA && zone.span.managedPages() > 0);
        if (gfp.has(GfpFlags.NOWARN) || hopeless
                || !machine.reportLimits().allows(FAILURES, 10, 1)) {
            return;
        }
        KernelProfile profile = machine.profile();
        AllocationFailure failure = new AllocationFailure(comm(cpu), cpu.id(), gfp, order,
                pages.exhaustedNodes(), pages.snapshot());
        print(List.of(failure.headline(profile)));
        StackDump.print(machine, cpu);
        print(failure.memInfo(profile));
    }

    /// A request was for more than the largest block; said once in the life of a machine.
    void orderTooLarge(Cpu cpu, GfpFlags gfp) {
        if (gfp.has(GfpFlags.NOWARN) || !machine.reportLimits().isFirst(ORDER_WARNING)) {
            return;
        }
        StackDump.warn(machine, cpu, null, StackDump.frames(2).getLast());
    }

    /// A free page was written to.
    ///
    /// @param head first frame of the block that is being handed out; the others have no user yet
    void corruption(Cpu cpu, PagePoison poison, int pfn, int head, MigrateType type) {
        if (!machine.reportLimits().allows(CORRUPTIONS, 5, 10)) {
            return;
        }
        print(poison.describe(pfn));
        StackDump.print(machine, cpu);
        PageDescriptor page = map.descriptor(pfn).handedOut(type.ordinal(), pfn == head);
        print(page.lines(machine.profile(), "pagealloc: corrupted page details"));
        printOwner(pfn);
    }

    /// A block was given back that the caller does not hold.
    void badPage(Cpu cpu, int pfn) {
        if (!machine.reportLimits().allows(BAD_PAGES, 60, 60)) {
            return;
        }
        print(List.of("BUG: Bad page state in process %s  pfn:%05x".formatted(comm(cpu), pfn)));
        PageDescriptor page = map.descriptor(pfn);
        // Whoever frees drops a user first; a frame without any has one less than none then.
        print(page.withRefcount(page.refcount() == 0 ? -1 : page.refcount())
                .lines(machine.profile(), "nonzero _refcount"));
        printOwner(pfn);
        print(List.of("Modules linked in:"));
        StackDump.print(machine, cpu);
    }

    private void printOwner(int pfn) {
        if (owner != null) {
            print(owner.lines(pfn));
        }
    }

    private void print(List<String> lines) {
        lines.forEach(machine.log()::print);
    }

    private static String comm(Cpu cpu) {
        Task task = cpu.task();
        return task == null ? "interrupt" : task.comm();
    }
}
