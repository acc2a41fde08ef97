package org.kmemlab.mempool.pools;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;

import org.kmemlab.buddy.PageAllocator;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.Machine;
import org.kmemlab.machine.MachineConfig;
import org.kmemlab.machine.PhysicalMemory;

/// A machine for the test of a pool; closing checks that the pool gave all pages back.
public final class PoolMachine implements AutoCloseable {

    /// The machine.
    public final Machine machine;
    /// Its page allocator.
    public final PageAllocator pages;
    /// Pages of it.
    public final RegionSource source;
    /// Its first CPU.
    public final Cpu cpu;
    private long freeAtStart;

    /// A machine of 16 MiB.
    public PoolMachine() {
        this(MachineConfig.ofMebibytes(16));
    }

    /// A machine.
    public PoolMachine(MachineConfig config) {
        machine = new Machine(config);
        pages = new PageAllocator(machine);
        source = RegionSource.ofPages(pages);
        cpu = machine.cpu(0);
        freeAtStart = freePages();
    }

    /// Its bytes.
    public PhysicalMemory memory() {
        return machine.memory();
    }

    /// Pages that nobody has.
    public long freePages() {
        PageAllocator.Totals totals = pages.totals();
        return totals.freePages() + totals.perCpuPages();
    }

    /// Pages taken since the start.
    public long pagesHeld() {
        return freeAtStart - freePages();
    }

    /// Counts pages from now on: what is held now is not the pool's.
    public void rebase() {
        freeAtStart = freePages();
    }

    /// The lines of its log.
    public List<String> log() {
        return machine.log().lines();
    }

    @Override
    public void close() {
        pages.validate();
        assertThat(pagesHeld()).as("pages that were not given back").isZero();
        machine.close();
    }
}
