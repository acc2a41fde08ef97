package org.kmemlab.buddy;

import java.util.List;

import org.kmemlab.machine.KernelProfile;
import org.kmemlab.machine.MachineConfig;
import org.kmemlab.machine.MemoryKind;
import org.kmemlab.machine.PfnRange;
import org.kmemlab.machine.ZoneSpan;
import org.kmemlab.machine.ZoneType;

/// A machine for random work.
///
/// @param name what it is called in a recorded sequence
/// @param config what it is built from
record ModelMachine(String name, MachineConfig config) {

    /// All of them: one and two nodes, one to three CPUs, with and without lists of the CPUs, whole
    /// and odd zones.
    static final List<ModelMachine> ALL = List.of(
            of("one-zone", BuddyFixture.oneZone(1024).withProfile(KernelProfile.C61)),
            of("odd-zone", oddZone().withCpus(2).withPerCpuPages(false)),
            of("small", MachineConfig.ofMebibytes(24).withCpus(3)),
            of("small-debian",
                    MachineConfig.ofMebibytes(24).withProfile(KernelProfile.DEB61)),
            of("medium-minimal",
                    MachineConfig.ofMebibytes(64).withProfile(KernelProfile.C61).withCpus(2)),
            of("medium-no-lists",
                    MachineConfig.ofMebibytes(64).withCpus(3).withPerCpuPages(false)),
            of("two-nodes-debian", MachineConfig.ofNodes(List.of(16, 24))
                    .withProfile(KernelProfile.DEB61).withCpus(3)),
            of("two-nodes-no-lists", MachineConfig.ofNodes(List.of(32, 32))
                    .withProfile(KernelProfile.C61).withCpus(2).withPerCpuPages(false)),
            of("movable-zone", movableZone().withCpus(2)),
            of("shuffled", MachineConfig.ofMebibytes(48).withProfile(KernelProfile.C61_SHUFFLE)
                    .withCpus(2)),
            of("claiming", MachineConfig.ofMebibytes(40).withProfile(KernelProfile.LINUX_6_18)
                    .withCpus(2)),
            of("claiming-no-lists", MachineConfig.ofNodes(List.of(20, 16))
                    .withProfile(KernelProfile.LINUX_6_18).withPerCpuPages(false)));

    private static ModelMachine of(String name, MachineConfig config) {
        return new ModelMachine(name, config.withMemory(MemoryKind.METADATA_ONLY));
    }

    /// A zone whose ends are in the middle of pageblocks, with a hole.
    private static MachineConfig oddZone() {
        return MachineConfig.ofZones(List.of(ZoneSpan.of(0, ZoneType.NORMAL, 0x9f, 3000, 2900,
                List.of(new PfnRange(0xa1, 0x605), new PfnRange(0x680, 0x9f + 2999)))));
    }

    private static MachineConfig movableZone() {
        return MachineConfig.ofZones(List.of(ZoneSpan.solid(0, ZoneType.DMA32, 0, 4096),
                ZoneSpan.solid(0, ZoneType.NORMAL, 4096, 4096),
                ZoneSpan.solid(0, ZoneType.MOVABLE, 8192, 2048),
                ZoneSpan.solid(1, ZoneType.NORMAL, 10_240, 2048),
                ZoneSpan.solid(1, ZoneType.MOVABLE, 12_288, 3000)));
    }

    /// The machine of a seed: all machines take turns.
    static ModelMachine ofSeed(long seed) {
        return ALL.get(Math.floorMod(seed, ALL.size())).withSeed(seed);
    }

    /// The machine of this name.
    static ModelMachine named(String name) {
        return ALL.stream().filter(machine -> machine.name.equals(name)).findFirst().orElseThrow(
                () -> new IllegalArgumentException("unknown machine '" + name + "'; known: "
                        + ALL.stream().map(ModelMachine::name).toList()));
    }

    ModelMachine withSeed(long seed) {
        return new ModelMachine(name, config.withSeed(seed));
    }

    boolean perCpuPages() {
        return config.perCpuPages();
    }

    int pageblockOrder() {
        return config.profile().pageblockOrder();
    }

    /// The node of a CPU: CPUs are spread over the nodes in equal, consecutive shares.
    int nodeOfCpu(int cpu) {
        return cpu * config.nodes() / config.cpus();
    }
}
