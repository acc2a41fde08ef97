package org.kmemlab.buddy;

import java.util.List;

import org.kmemlab.machine.Machine;
import org.kmemlab.machine.PhysicalMemory;

/// The real page allocator behind the interface of the model.
class RealPages implements PagesUnderTest {

    final Machine machine;
    PageAllocator pages;

    /// Boots it.
    RealPages(Machine machine) {
        this.machine = machine;
        pages = new PageAllocator(machine);
    }

    @Override
    public int alloc(int cpu, int node, GfpFlags gfp, int order) {
        return pages.allocPagesNode(machine.cpu(cpu), node, gfp, order);
    }

    @Override
    public int allocBulk(int cpu, int node, GfpFlags gfp, int[] pfns) {
        return pages.allocPagesBulk(machine.cpu(cpu), node, gfp, pfns);
    }

    @Override
    public int allocExact(int cpu, int pageCount, GfpFlags gfp) {
        return pages.allocPagesExact(machine.cpu(cpu), bytes(pageCount), gfp);
    }

    @Override
    public void free(int cpu, int pfn, int order) {
        pages.freePages(machine.cpu(cpu), pfn, order);
    }

    @Override
    public void freeToZone(int cpu, int pfn, int order) {
        pages.freePagesToZone(machine.cpu(cpu), pfn, order);
    }

    @Override
    public void freeExact(int cpu, int pfn, int pageCount) {
        pages.freePagesExact(machine.cpu(cpu), pfn, bytes(pageCount));
    }

    private static long bytes(int pageCount) {
        return (long) pageCount * PhysicalMemory.PAGE_SIZE;
    }

    @Override
    public void split(int pfn, int order) {
        pages.splitPage(pfn, order);
    }

    @Override
    public void drain() {
        pages.drainAllPages(pages.machine().cpu(0));
    }

    @Override
    public void tick() {
        machine.clock().advance(1);
    }

    @Override
    public List<ZoneState> snapshot() {
        return pages.snapshot();
    }

    @Override
    public void load(List<ZoneState> state) {
        pages = new PageAllocator(machine, state);
    }

    @Override
    public long countedPages() {
        long sum = perCpuPages();
        for (int i = 0; i < pages.zones().size(); i++) {
            sum += pages.zones().get(i).freePages.exact();
        }
        return sum;
    }

    @Override
    public long listedPages() {
        long sum = perCpuPages();
        for (int i = 0; i < pages.zones().size(); i++) {
            FreeArea[] areas = pages.zones().get(i).areas;
            for (int order = 0; order < areas.length; order++) {
                sum += (long) areas[order].nrFree() << order;
            }
        }
        return sum;
    }

    private long perCpuPages() {
        long sum = 0;
        for (int i = 0; i < pages.zones().size(); i++) {
            Zone zone = pages.zones().get(i);
            for (int cpu = 0; cpu < zone.cpus(); cpu++) {
                sum += zone.perCpu(cpu).countPages();
            }
        }
        return sum;
    }

    @Override
    public boolean hasReserve() {
        for (Zone zone : pages.zones()) {
            for (FreeArea area : zone.areas) {
                if (!area.isEmpty(MigrateType.HIGHATOMIC)) {
                    return true;
                }
            }
        }
        return false;
    }

    @Override
    public void validate() {
        pages.validate();
    }
}
