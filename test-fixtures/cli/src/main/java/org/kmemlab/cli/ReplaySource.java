package org.kmemlab.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.kmemlab.lab.input.InputException;
import org.kmemlab.lab.input.RecordedFile;
import org.kmemlab.lab.oracle.OracleIndex;
import org.kmemlab.lab.oracle.OracleMachine;
import org.kmemlab.lab.replay.BundledTrace;
import org.kmemlab.lab.replay.ReplayMachine;
import org.kmemlab.lab.state.RecordedState;
import org.kmemlab.lab.state.StateReader;
import org.kmemlab.lab.trace.TraceCursor;
import org.kmemlab.lab.trace.TraceSurvey;
import org.kmemlab.machine.KernelProfile;
import org.kmemlab.machine.MachineConfig;
import org.kmemlab.slab.EngineKind;

/// Which trace is replayed, on which machine, from which state.
///
/// @param trace the file; null for the bundled trace
/// @param state the recorded state to start from; null for a fresh machine
/// @param memoryMib how much memory a fresh machine has; null for as much as the recording machine
/// @param options what else the user says of the machine
record ReplaySource(@Nullable Path trace, @Nullable Path state, @Nullable Long memoryMib,
        MachineOptions options) {

    private static final OracleMachine BUNDLED = new OracleMachine(KernelProfile.C61.name(), 1, 1,
            List.of(BundledTrace.MEMORY_MIB), "");

    /// The trace of an option: a file, a folder with a trace and its state, or the bundled trace.
    ///
    /// @param where null for the bundled trace
    /// @throws InputException if a folder lacks one of the two
    static ReplaySource at(@Nullable Path where, MachineOptions options) throws InputException {
        if (where == null || !Files.isDirectory(where)) {
            return new ReplaySource(where, null, null, options);
        }
        TraceFolder folder = TraceFolder.of(where);
        return new ReplaySource(folder.trace(), folder.state(), null, options);
    }

    /// The trace's name for people.
    String name() {
        return trace == null ? BundledTrace.NAME + ": " + BundledTrace.ORIGIN : trace.toString();
    }

    /// The trace from its start.
    ///
    /// @param repeat how many times it is read, 1 or more; the bundled trace is read once
    RecordedFile open(int repeat) throws IOException {
        return trace == null ? BundledTrace.open() : RecordedFile.openRepeated(trace, repeat);
    }

    /// Reads the trace once, and builds the machine that it is to be replayed on.
    ///
    /// @param notes gets a line if the recorded kernel is replaced by another
    /// @throws InputException if a file cannot be read or has no events
    ReplaySession start(PrintWriter notes) throws IOException {
        TraceSurvey survey = survey();
        RecordedState recorded = state == null ? null
                : StateReader.readFirst(RecordedFile.open(state));
        return ReplaySession.boot(name(), survey, config(survey, recorded, notes), recorded);
    }

    private TraceSurvey survey() throws IOException {
        try (TraceCursor cursor = new TraceCursor(open(1))) {
            TraceSurvey survey = TraceSurvey.of(cursor);
            if (survey.counts().events() == 0) {
                throw new InputException(name(), -1, "no kmem event in its "
                        + survey.counts().lines() + " lines; expected the text of tracefs or of"
                        + " perf script");
            }
            return survey;
        }
    }

    private MachineConfig config(TraceSurvey survey, @Nullable RecordedState recorded,
            PrintWriter notes) throws IOException {
        OracleMachine machine = options.machine(recordedOn(notes));
        if (EngineKind.of(machine.profile()) == EngineKind.SLOB) {
            notes.println("kmemlab: " + machine.build()
                    + " has no caches that a trace could be replayed on; SLUB serves instead");
        }
        if (recorded != null) {
            return withCpus(ReplayMachine.config(survey, recorded, machine.profile()), machine);
        }
        MachineConfig wanted = ReplayMachine.config(survey, machine.profile());
        List<Integer> nodeMib = memoryMib == null ? machine.nodeMib()
                : List.of(WholeNumber.within(memoryMib, 4, MachineConfig.MAX_MEMORY_MIB,
                        "--memory", " MiB"));
        if (!nodeMib.isEmpty()) {
            wanted = MachineConfig.ofNodes(nodeMib).withProfile(wanted.profile())
                    .withCpus(wanted.cpus(), wanted.possibleCpus());
        }
        return withCpus(wanted, machine);
    }

    /// As many CPUs as the user says; otherwise as many as the trace or its machine has.
    private MachineConfig withCpus(MachineConfig config, OracleMachine machine) {
        int present = options.cpus == null ? Math.max(config.cpus(), machine.cpus())
                : machine.cpus();
        return config.withCpus(present, Math.max(present, machine.maxCpus()));
    }

    /// The machine that the trace comes from, as far as an index says; of a kernel that is unknown
    /// here, only its size.
    private @Nullable OracleMachine recordedOn(PrintWriter notes) throws IOException {
        if (trace == null) {
            return BUNDLED;
        }
        OracleIndex index = OracleIndex.above(trace);
        OracleMachine machine = index == null ? null : index.machineOf(trace);
        if (machine == null || options.kernel != null || isKnown(machine.build())) {
            return machine;
        }
        String instead = KernelProfile.LINUX_6_1.name();
        notes.println("kmemlab: " + trace + ": recorded under " + machine.build()
                + ", replayed under " + instead);
        return new OracleMachine(instead, machine.cpus(), machine.maxCpus(), machine.nodeMib(),
                machine.boot());
    }

    private static boolean isKnown(String build) {
        return KernelProfile.ALL.stream().anyMatch(profile -> profile.name().equals(build));
    }
}
