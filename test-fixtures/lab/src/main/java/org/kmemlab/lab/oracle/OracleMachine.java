package org.kmemlab.lab.oracle;

import java.util.List;

import org.kmemlab.machine.KernelProfile;
import org.kmemlab.machine.MachineConfig;
import org.kmemlab.machine.MemoryKind;
import org.kmemlab.machine.ZoneSpan;

/// The machine that a recording was made on.
///
/// @param build name of the kernel build, as [KernelProfile#of] knows it
/// @param cpus CPUs that were present
/// @param maxCpus CPUs that could have been present
/// @param nodeMib memory of each node in MiB; empty if it is not known
/// @param boot the boot parameters that matter, separated by spaces
public record OracleMachine(String build, int cpus, int maxCpus, List<Integer> nodeMib,
        String boot) {

    /// Copies the list.
    public OracleMachine {
        nodeMib = List.copyOf(nodeMib);
    }

    /// The kernel, booted as it was.
    ///
    /// @throws IllegalArgumentException if this library does not know the build
    public KernelProfile profile() {
        return KernelProfile.of(build).booted(boot);
    }

    /// The same machine; if nobody knows its memory, with one node of this size.
    public OracleMachine orMemory(int mib) {
        return nodeMib.isEmpty()
                ? new OracleMachine(build, cpus, maxCpus, List.of(mib), boot)
                : this;
    }

    /// The whole machine.
    ///
    /// @throws IllegalArgumentException if this library does not know the build, or nobody knows the
    ///         memory
    public MachineConfig config() {
        return MachineConfig.ofNodes(nodeMib).withProfile(profile()).withCpus(cpus, maxCpus);
    }

    /// The machine with zones that a recording itself describes, for work on pages without bytes.
    ///
    /// @param zones the zones
    /// @param leastCpus how many CPUs the recording shows
    public MachineConfig configOf(List<ZoneSpan> zones, int leastCpus) {
        int present = Math.max(cpus, leastCpus);
        return MachineConfig.ofZones(zones).withProfile(profile())
                .withCpus(present, Math.max(maxCpus, present))
                .withMemory(MemoryKind.METADATA_ONLY);
    }
}
