package org.kmemlab.machine;

import java.util.List;

import org.apache.commons.lang3.Validate;

/// Everything that a run of a machine depends on.
///
/// @param profile the kernel
/// @param cpus CPUs that are present
/// @param possibleCpus CPUs that could be present, at least `cpus`; some sizes follow from it
/// @param zones where memory lies, ascending by node and address
/// @param memory what stands behind the addresses
/// @param perCpuPages whether CPUs keep lists of free pages of their own
/// @param seed source of every random choice
/// @param execution who plays the CPUs
public record MachineConfig(KernelProfile profile, int cpus, int possibleCpus, List<ZoneSpan> zones,
        MemoryKind memory, boolean perCpuPages, long seed, Execution execution) {

    /// Most CPUs a machine can have.
    public static final int MAX_CPUS = 4096;
    private static final int MAX_PFN = 1 << 30;
    /// Most memory a machine can have, so that a page frame number is an `int`.
    public static final int MAX_MEMORY_MIB = 4 * 1024 * 1024;

    /// Checks the limits.
    public MachineConfig {
        zones = List.copyOf(zones);
        Validate.isTrue(cpus >= 1 && cpus <= MAX_CPUS, "%d CPUs: expected 1 to %d", (Object) cpus,
                MAX_CPUS);
        Validate.isTrue(possibleCpus >= cpus && possibleCpus <= MAX_CPUS,
                "%d possible CPUs: expected %d to %d", possibleCpus, cpus, MAX_CPUS);
        Validate.isTrue(!zones.isEmpty(), "a machine needs at least one zone");
        checkZones(zones);
    }

    private static void checkZones(List<ZoneSpan> zones) {
        for (int i = 0; i < zones.size(); i++) {
            ZoneSpan zone = zones.get(i);
            Validate.isTrue(zone.endPfn() <= MAX_PFN,
                    "zone %s ends at pfn %d: expected at most %d", zone.type().label(),
                    zone.endPfn(), MAX_PFN);
            for (ZoneSpan other : zones.subList(0, i)) {
                boolean apart = zone.startPfn() >= other.endPfn()
                        || zone.endPfn() <= other.startPfn();
                boolean twice = zone.node() == other.node() && zone.type() == other.type();
                Validate.isTrue(apart && !twice,
                        "zones %s and %s overlap, or are one zone of a node twice", other, zone);
            }
        }
    }

    /// A PC with one CPU and this much memory, running the baseline kernel.
    public static MachineConfig ofMebibytes(int mebibytes) {
        return ofNodes(List.of(mebibytes));
    }

    /// A PC with one CPU and one memory node of each of these sizes in MiB.
    public static MachineConfig ofNodes(List<Integer> mebibytes) {
        Validate.isTrue(!mebibytes.isEmpty(), "a machine needs at least one memory node");
        long total = 0;
        for (int size : mebibytes) {
            Validate.isTrue(size >= 4, "memory of %d MiB: expected at least 4 MiB a node", size);
            total += size;
        }
        Validate.isTrue(total <= MAX_MEMORY_MIB, "memory of %d MiB: expected at most %d MiB", total,
                MAX_MEMORY_MIB);
        List<Integer> pages = mebibytes.stream().map(size -> size << 8).toList();
        return ofZones(PcMemory.zones(pages));
    }

    /// A machine with one CPU and exactly these zones.
    public static MachineConfig ofZones(List<ZoneSpan> zones) {
        return new MachineConfig(KernelProfile.LINUX_6_1, 1, 1, zones, MemoryKind.BYTES, true, 1,
                Execution.STEPPED);
    }

    /// The same machine under another kernel.
    public MachineConfig withProfile(KernelProfile other) {
        return new MachineConfig(other, cpus, possibleCpus, zones, memory, perCpuPages, seed,
                execution);
    }

    /// The same machine with another number of CPUs, all of them present.
    public MachineConfig withCpus(int present) {
        return withCpus(present, present);
    }

    /// The same machine with other numbers of CPUs.
    public MachineConfig withCpus(int present, int possible) {
        return new MachineConfig(profile, present, possible, zones, memory, perCpuPages, seed,
                execution);
    }

    /// The same machine with another kind of memory.
    public MachineConfig withMemory(MemoryKind kind) {
        return new MachineConfig(profile, cpus, possibleCpus, zones, kind, perCpuPages, seed,
                execution);
    }

    /// The same machine with or without per-CPU page lists.
    public MachineConfig withPerCpuPages(boolean on) {
        return new MachineConfig(profile, cpus, possibleCpus, zones, memory, on, seed,
                execution);
    }

    /// The same machine with another seed.
    public MachineConfig withSeed(long other) {
        return new MachineConfig(profile, cpus, possibleCpus, zones, memory, perCpuPages, other,
                execution);
    }

    /// The same machine, stepped or live.
    public MachineConfig withExecution(Execution other) {
        return new MachineConfig(profile, cpus, possibleCpus, zones, memory, perCpuPages, seed,
                other);
    }

    /// Whether Java threads call at the same time.
    public boolean isLive() {
        return execution == Execution.LIVE;
    }

    /// Number of memory nodes.
    public int nodes() {
        return zones.stream().mapToInt(ZoneSpan::node).max().orElse(0) + 1;
    }

    /// The page frame number after the last one of the machine.
    public int endPfn() {
        return zones.stream().mapToInt(ZoneSpan::endPfn).max().orElse(0);
    }
}
