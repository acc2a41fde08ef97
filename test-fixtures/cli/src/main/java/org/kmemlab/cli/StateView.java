package org.kmemlab.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.kmemlab.buddy.ZoneState;
import org.kmemlab.lab.input.InputException;
import org.kmemlab.lab.input.RecordedFile;
import org.kmemlab.lab.oracle.OracleIndex;
import org.kmemlab.lab.oracle.OracleMachine;
import org.kmemlab.lab.replay.ReplayMachine;
import org.kmemlab.lab.replay.TraceReplay;
import org.kmemlab.lab.state.RecordedState;
import org.kmemlab.lab.state.StateReader;
import org.kmemlab.lab.trace.TraceCursor;
import org.kmemlab.lab.trace.TraceSurvey;
import org.kmemlab.machine.KernelProfile;
import org.kmemlab.machine.Machine;
import org.kmemlab.machine.MachineConfig;
import org.kmemlab.machine.MemoryKind;
import org.kmemlab.slab.CacheSnapshot;
import org.kmemlab.slab.EngineKind;
import org.kmemlab.slab.SlabAllocator;
import org.kmemlab.slab.SysfsCache;

/// What allocators hold at one moment, as a recording says it or as a replay left it.
///
/// @param name what was read
/// @param profile the kernel
/// @param zones all zones with memory
/// @param caches all caches, the newest first
/// @param unreadCaches caches that an unknown engine keeps; only their names are known
/// @param sysfs the caches with what sysfs shows of them; empty unless asked for
record StateView(String name, KernelProfile profile, List<ZoneState> zones,
        List<CacheSnapshot> caches, List<String> unreadCaches, List<SysfsCache> sysfs) {

    StateView {
        zones = List.copyOf(zones);
        caches = List.copyOf(caches);
        unreadCaches = List.copyOf(unreadCaches);
        sysfs = List.copyOf(sysfs);
    }

    /// Reads a state file, or replays the trace of a folder from its state.
    ///
    /// @param options which machine it was, where nothing else says it
    /// @param last whether the last state of a file is wanted, not the first
    /// @param withSysfs whether sysfs is to be shown
    /// @throws InputException if there is no state in it
    static StateView of(Path path, MachineOptions options, boolean last, boolean withSysfs)
            throws IOException {
        OracleMachine machine = options.machine(recordedOn(path));
        if (Files.isDirectory(path)) {
            return replayed(path, machine.profile(), withSysfs);
        }
        List<RecordedState> states = StateReader.readAll(RecordedFile.open(path));
        if (states.isEmpty()) {
            throw new InputException(path.toString(), -1,
                    "no state: expected a line 'pb' and dumps after it");
        }
        RecordedState state = last ? states.getLast() : states.getFirst();
        boolean restorable = withSysfs && state.unreadCaches().isEmpty()
                && hasSysfs(machine.profile());
        return new StateView(path.toString(), machine.profile(), state.zones(),
                state.caches().stream().map(cache -> cache.snapshot()).toList(),
                state.unreadCaches(), restorable ? sysfs(machine, state) : List.of());
    }

    private static boolean hasSysfs(KernelProfile profile) {
        return EngineKind.of(profile) == EngineKind.SLUB;
    }

    /// Goes on from a state to ask the caches themselves.
    private static List<SysfsCache> sysfs(OracleMachine recordedOn, RecordedState state) {
        MachineConfig config = recordedOn.configOf(state.spans(), state.cpus())
                .withMemory(MemoryKind.BYTES);
        try (Machine machine = new Machine(config)) {
            return sysfs(ReplayMachine.restored(machine, state));
        }
    }

    private static List<SysfsCache> sysfs(SlabAllocator slabs) {
        return slabs.caches().stream().map(slabs::sysfs).toList();
    }

    private static @Nullable OracleMachine recordedOn(Path path) throws IOException {
        OracleIndex index = OracleIndex.above(path);
        return index == null ? null : index.machineOf(path);
    }

    private static StateView replayed(Path folder, KernelProfile profile, boolean withSysfs)
            throws IOException {
        TraceFolder files = TraceFolder.of(folder);
        RecordedState start = StateReader.readFirst(RecordedFile.open(files.state()));
        TraceSurvey survey;
        try (TraceCursor cursor = new TraceCursor(RecordedFile.open(files.trace()))) {
            survey = TraceSurvey.of(cursor);
        }
        try (Machine machine = new Machine(ReplayMachine.config(survey, start, profile));
                TraceCursor cursor = new TraceCursor(RecordedFile.open(files.trace()))) {
            SlabAllocator slabs = ReplayMachine.restored(machine, start);
            TraceReplay replay = new TraceReplay(slabs, start);
            replay.run(cursor);
            return new StateView(folder.toString(), profile, slabs.pages().snapshot(),
                    replay.caches(),
                    start.unreadCaches(),
                    withSysfs && hasSysfs(profile) ? sysfs(slabs) : List.of());
        }
    }
}
