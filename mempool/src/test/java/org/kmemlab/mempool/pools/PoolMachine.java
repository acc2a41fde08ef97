package org.kmemlab.mempool.pools;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;

import org.kmemlab.buddy.PageAllocator;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.Machine;
import org.kmemlab.machine.MachineConfig;
import org.kmemlab.machine.PhysicalMemory;

/// A machine for the test of a pool; closing checks that the pool gave all pages back.
final class PoolMachine implements AutoCloseable {

    final Machine machine;
    final PageAllocator pages;
    final RegionSource source;
    final Cpu cpu;
    private long freeAtStart;

    PoolMachine() {
        this(MachineConfig.ofMebibytes(16));
    }

    PoolMachine(MachineConfig config) {
        machine = new Machine(config);
        pages = new PageAllocator(machine);
        source = RegionSource.ofPages(pages);
        cpu = machine.cpu(0);
        freeAtStart = freePages();
    }

    PhysicalMemory memory() {
        return machine.memory();
    }

    long freePages() {
        PageAllocator.Totals totals = pages.totals();
        return totals.freePages() + totals.perCpuPages();
    }

    /// Pages taken since the start.
    long pagesHeld() {
        return freeAtStart - freePages();
    }

    /// Counts pages from now on: what is held now is not the pool's.
    void rebase() {
        freeAtStart = freePages();
    }

    List<String> log() {
        return machine.log().lines();
    }

    @Override
    public void close() {
        pages.validate();
        assertThat(pagesHeld()).as("pages that were not given back").isZero();
        machine.close();
    }
}
