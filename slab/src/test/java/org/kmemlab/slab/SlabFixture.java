package org.kmemlab.slab;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;

import org.kmemlab.buddy.PageAllocator;
import org.kmemlab.buddy.ZoneState;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.KernelProfile;
import org.kmemlab.machine.Machine;
import org.kmemlab.machine.MachineConfig;

/// A small machine with a slab layer. Closing it walks everything and fails if pages are missing.
public final class SlabFixture implements AutoCloseable {

    /// The machine.
    public final Machine machine;
    /// Its pages.
    public final PageAllocator pages;
    /// Its caches.
    public final SlabAllocator slab;
    /// Its first CPU.
    public final Cpu cpu;
    private final long freePages;

    private SlabFixture(MachineConfig config, MisusePolicy misuse) {
        machine = new Machine(config);
        pages = new PageAllocator(machine);
        slab = new SlabAllocator(pages, SlabPages.of(pages), misuse);
        cpu = machine.cpu(0);
        freePages = countFreePages();
    }

    /// 64 MiB, one CPU, a kernel without anything random that was booted with `parameters`.
    public static SlabFixture booted(String parameters) {
        return of(config(KernelProfile.C61.booted(parameters)));
    }

    /// A machine of this configuration.
    public static SlabFixture of(MachineConfig config) {
        return new SlabFixture(config, MisusePolicy.REFUSE);
    }

    /// A machine that lets callers do what the kernel lets them do.
    static SlabFixture asKernel(KernelProfile profile) {
        return new SlabFixture(config(profile), MisusePolicy.AS_KERNEL);
    }

    /// A machine as [#booted] has it, with this answer to misuse.
    public static SlabFixture of(MisusePolicy misuse, String parameters) {
        return new SlabFixture(config(KernelProfile.C61.booted(parameters)), misuse);
    }

    static MachineConfig config(KernelProfile profile) {
        return MachineConfig.ofMebibytes(64).withProfile(profile);
    }

    long get(long address) {
        return machine.memory().getLong(address);
    }

    void put(long address, long value) {
        machine.memory().putLong(address, value);
    }

    String log() {
        return String.join("\n", machine.log().lines());
    }

    private long countFreePages() {
        pages.drainAllPages(machine.cpu(0));
        List<ZoneState> zones = pages.snapshot();
        return zones.stream().mapToLong(ZoneState::freePages).sum();
    }

    @Override
    public void close() {
        slab.kvfreeRcuBarrier();
        slab.validate();
        slab.caches().forEach(cache -> cache.shrink(cpu));
        slab.rcu().barrier();
        slab.validate();
        assertThat(countFreePages()).as("free pages").isEqualTo(freePages);
        pages.validate();
        machine.close();
    }
}
