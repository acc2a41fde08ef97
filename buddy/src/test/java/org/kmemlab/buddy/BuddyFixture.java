package org.kmemlab.buddy;

import java.util.List;

import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.Machine;
import org.kmemlab.machine.MachineConfig;
import org.kmemlab.machine.MemoryKind;
import org.kmemlab.machine.ZoneSpan;
import org.kmemlab.machine.ZoneType;

/// A machine for tests; closing it checks every invariant.
final class BuddyFixture implements AutoCloseable {

    final Machine machine;
    final PageAllocator pages;
    final Cpu cpu;

    BuddyFixture(MachineConfig config) {
        machine = new Machine(config);
        pages = new PageAllocator(machine);
        cpu = machine.cpu(0);
    }

    /// One zone from pfn 0, pageblocks of 512 pages, no per-CPU lists, no watermark in the way.
    static MachineConfig oneZone(int frames) {
        return MachineConfig.ofZones(List.of(ZoneSpan.solid(0, ZoneType.DMA32, 0, frames)))
                .withMemory(MemoryKind.METADATA_ONLY).withPerCpuPages(false);
    }

    Zone zone() {
        return pages.zones().get(0);
    }

    int alloc(GfpFlags gfp, int order) {
        return pages.allocPages(cpu, gfp, order);
    }

    void free(int pfn, int order) {
        pages.freePages(cpu, pfn, order);
    }

    int[] nrFree() {
        return pages.snapshot().get(0).nrFree();
    }

    List<Integer> list(int order, MigrateType type) {
        return zone().areas[order].list(type);
    }

    @Override
    public void close() {
        pages.validate();
        machine.close();
    }
}
