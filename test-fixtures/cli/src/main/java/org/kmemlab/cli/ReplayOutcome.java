package org.kmemlab.cli;

import java.util.List;

import org.kmemlab.buddy.ZoneState;
import org.kmemlab.lab.replay.ReplayResult;
import org.kmemlab.machine.MachineConfig;
import org.kmemlab.machine.ZoneSpan;
import org.kmemlab.slab.CacheSnapshot;

/// Everything that a replay left to be printed.
///
/// @param trace what was replayed
/// @param machine the machine it was replayed on
/// @param caches all caches in the end, the newest first
/// @param zones all zones in the end
/// @param nanos how long the replay loop took
record ReplayOutcome(String trace, MachineConfig machine, ReplayResult result,
        List<CacheSnapshot> caches, List<ZoneState> zones, long nanos) {

    private static final int PAGES_PER_MIB = 256;

    ReplayOutcome {
        caches = List.copyOf(caches);
        zones = List.copyOf(zones);
    }

    double seconds() {
        return nanos / 1e9;
    }

    double eventsPerSecond() {
        return result.events().total() / Math.max(seconds(), 1e-9);
    }

    /// The machine in one line.
    String machineLine() {
        return machineLine(machine);
    }

    /// A machine in one line.
    static String machineLine(MachineConfig machine) {
        long pages = machine.zones().stream().mapToLong(ZoneSpan::presentPages).sum();
        String boot = machine.profile().boot().commandLine();
        return machine.profile().name() + ", "
                + (machine.cpus() == 1 ? "1 CPU" : machine.cpus() + " CPUs") + ", "
                + Math.ceilDiv(pages, PAGES_PER_MIB) + " MiB" + (boot.isEmpty() ? "" : ", " + boot);
    }
}
