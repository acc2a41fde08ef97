package org.kmemlab.machine;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;

import org.apache.commons.lang3.Validate;
import org.jspecify.annotations.Nullable;

/// One simulated computer: memory, CPUs, clock, seed, log, and the kernel profile it runs.
///
/// The allocators are built on top of it and take it in their constructors. There is no state
/// outside a machine. A stepped machine is used from one Java thread, see [Execution].
public final class Machine implements AutoCloseable {

    private final MachineConfig config;
    private final PhysicalMemory memory;
    private final List<Cpu> cpus;
    private final VirtualClock clock;
    private final KernelLog log = new KernelLog();
    private final Taints taints = new Taints(log);
    private final ReportLimits reportLimits;
    private final KernelLock lock;
    private final MemCgroups memCgroups;
    private final @Nullable LiveClock liveClock;

    /// Builds the machine; its memory costs nothing until it is touched. If it is live, callers wait
    /// in real time.
    public Machine(MachineConfig config) {
        this(config, LiveClock.realTime());
    }

    /// Builds the machine; its memory costs nothing until it is touched.
    ///
    /// @param liveClock the time by which callers wait if the machine is live
    public Machine(MachineConfig config, LiveClock liveClock) {
        this(config, liveClock, PhysicalMemory.of(config.endPfn(), config.memory()));
    }

    /// Builds the machine on the memory of another one that nobody uses any more. Its bytes stay as
    /// they are, as over a warm reboot; a run that must not depend on them clears them before.
    ///
    /// @throws IllegalArgumentException if the memory is not of the size and kind of the machine's
    public Machine(MachineConfig config, PhysicalMemory memory) {
        this(config, LiveClock.realTime(), memory);
    }

    private Machine(MachineConfig config, LiveClock liveClock, PhysicalMemory memory) {
        Validate.isTrue(
                memory.endPfn() == config.endPfn()
                        && memory.hasBytes() == (config.memory() == MemoryKind.BYTES),
                "memory of %d frames, bytes: %s; expected %d frames, %s", memory.endPfn(),
                memory.hasBytes(), config.endPfn(), config.memory());
        this.config = config;
        this.liveClock = config.isLive() ? liveClock : null;
        this.memory = memory;
        this.lock = new KernelLock(config.execution());
        this.clock = new VirtualClock(config.profile().hz(), lock);
        this.reportLimits = new ReportLimits(log, clock);
        this.memCgroups = new MemCgroups(config);
        List<Cpu> list = new ArrayList<>();
        for (int id = 0; id < config.cpus(); id++) {
            int node = (int) ((long) id * config.nodes() / config.cpus());
            list.add(new Cpu(id, node, new Task("swapper/" + id, 0)));
        }
        this.cpus = Collections.unmodifiableList(list);
    }

    /// What it was built from.
    public MachineConfig config() {
        return config;
    }

    /// The kernel it runs.
    public KernelProfile profile() {
        return config.profile();
    }

    /// Its bytes.
    public PhysicalMemory memory() {
        return memory;
    }

    /// Its CPUs, in the order of their numbers.
    public List<Cpu> cpus() {
        return cpus;
    }

    /// The CPU of this number.
    ///
    /// @throws IllegalArgumentException if the machine has no such CPU
    public Cpu cpu(int id) {
        if (id < 0 || id >= cpus.size()) {
            throw new IllegalArgumentException(
                    "cpu " + id + ": this machine has CPUs 0 to " + (cpus.size() - 1));
        }
        return cpus.get(id);
    }

    /// The CPU that a thread of a live machine is counted to where one must be named.
    ///
    /// @throws IllegalStateException if the machine is stepped: there the caller names the CPU
    public Cpu cpuOf(Thread thread) {
        if (!config.isLive()) {
            throw new IllegalStateException("a stepped machine needs to be told the CPU");
        }
        return cpus.get(Math.floorMod(thread.threadId(), cpus.size()));
    }

    /// Its time.
    public VirtualClock clock() {
        return clock;
    }

    /// The time by which callers wait in live use; null in a stepped run, where a wait moves
    /// [#clock].
    public @Nullable LiveClock liveClock() {
        return liveClock;
    }

    /// Its log.
    public KernelLog log() {
        return log;
    }

    /// What slow paths hold, see [KernelLock].
    public KernelLock lock() {
        return lock;
    }

    /// What its kernel has been through.
    public Taints taints() {
        return taints;
    }

    /// How often its kernel prints reports.
    public ReportLimits reportLimits() {
        return reportLimits;
    }

    /// Its control groups.
    public MemCgroups memCgroups() {
        return memCgroups;
    }

    /// A stream of random numbers that follows from the machine's seed and the name of its use, so
    /// that one use drawing more numbers does not change what another draws.
    public SplittableRandom random(String use) {
        return new SplittableRandom(mix(config.seed()) ^ mix(~(long) use.hashCode()));
    }

    /// Spreads the bits of a number (the finalizer of MurmurHash3), so that neighbouring seeds give
    /// streams that have nothing in common.
    private static long mix(long number) {
        long mixed = number;
        mixed = (mixed ^ (mixed >>> 33)) * 0xff51afd7ed558ccdL;
        mixed = (mixed ^ (mixed >>> 33)) * 0xc4ceb9fe1a85ec53L;
        return mixed ^ (mixed >>> 33);
    }

    /// Gives the memory back to the host. Addresses of the machine must not be used afterwards.
    @Override
    public void close() {
        memory.close();
    }
}
