package org.kmemlab.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.kmemlab.buddy.PageAllocator;
import org.kmemlab.lab.input.InputException;
import org.kmemlab.lab.input.RecordedFile;
import org.kmemlab.lab.oracle.OracleIndex;
import org.kmemlab.lab.oracle.OracleMachine;
import org.kmemlab.lab.replay.BundledTrace;
import org.kmemlab.lab.replay.ReplayBucket;
import org.kmemlab.lab.replay.ReplayMachine;
import org.kmemlab.lab.replay.ReplayResult;
import org.kmemlab.lab.replay.TraceReplay;
import org.kmemlab.lab.state.RecordedState;
import org.kmemlab.lab.state.StateReader;
import org.kmemlab.lab.trace.TraceCursor;
import org.kmemlab.lab.trace.TraceSurvey;
import org.kmemlab.machine.KernelProfile;
import org.kmemlab.machine.Machine;
import org.kmemlab.machine.MachineConfig;
import org.kmemlab.slab.SlabAllocator;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Replays a recorded workload and says what became of it.
@Command(name = "replay",
        description = {
            "Replays the kmem events of a real kernel's trace on a simulated machine, and"
                    + " prints what became of each, a summary, and the resulting slabinfo and buddyinfo.",
            "Reads the text of tracefs and of perf script, and what 'kmemlab trace convert' makes of"
                    + " it, plain or gz. The machine is that of an"
                    + " index.tsv in the trace's folder or above it; without one it has the trace's"
                    + " CPUs and enough memory for its pages; options win.",
            "A finding is a line that cannot be read, or a request that the recorded kernel could"
                    + " serve and this machine could not."},
        footer = {"  kmemlab replay", "  kmemlab replay trace.txt.gz",
            "  kmemlab replay trace.txt.gz --state state.txt.gz",
            "  kmemlab replay perf.txt --kernel deb61 --memory 4096 --json"})
final class ReplayCommand extends StandardCommand {

    private static final OracleMachine BUNDLED = new OracleMachine(KernelProfile.C61.name(), 1, 1,
            List.of(BundledTrace.MEMORY_MIB), "");

    @Mixin
    private MachineOptions machineOptions;
    @Parameters(paramLabel = "TRACE", arity = "0..1",
            description = "The trace; a small real one comes with kmemlab and is used without this.")
    @Nullable
    private Path trace;

    @Option(names = "--state", paramLabel = "FILE",
            description = "Start from this recorded state instead of a fresh machine.")
    @Nullable
    private Path stateFile;

    @Option(names = "--memory", paramLabel = "MIB", converter = WholeNumber.class,
            description = "How much memory the machine has, in MiB.")
    @Nullable
    private Long memoryMib;

    @Option(names = "--repeat", paramLabel = "N", converter = WholeNumber.class,
            defaultValue = "1",
            description = "Replay the trace as if it stood N times in its file.")
    private long repeat;

    @Option(names = "--json", description = "Print one JSON object instead of text.")
    private boolean json;

    @Option(names = "--no-progress", description = "Show no progress bar.")
    private boolean noProgress;

    @Override
    public Integer call() throws IOException {
        checkOptions();
        TraceSurvey survey = survey();
        RecordedState state = stateFile == null ? null
                : StateReader.readFirst(RecordedFile.open(stateFile));
        MachineConfig config = config(survey, state);
        try (Machine machine = new Machine(config)) {
            SlabAllocator slabs = state == null ? new SlabAllocator(new PageAllocator(machine))
                    : ReplayMachine.restored(machine, state);
            TraceReplay replay = state == null ? new TraceReplay(slabs)
                    : new TraceReplay(slabs, state);
            long startNanos = System.nanoTime();
            run(replay);
            long nanos = System.nanoTime() - startNanos;
            ReplayOutcome outcome = new ReplayOutcome(name(), config, replay.result(),
                    replay.caches(), slabs.pages().snapshot(), nanos);
            PrintWriter out = out();
            if (json) {
                out.println(ReplayJson.text(outcome));
            } else {
                ReplayText.lines(outcome).forEach(out::println);
            }
            return isGood(outcome.result()) ? ExitCode.GOOD : ExitCode.FINDING;
        }
    }

    private void checkOptions() {
        WholeNumber.within(repeat, 1, 1_000_000, "--repeat", "");
        if (trace == null && repeat > 1) {
            throw usage("--repeat needs a TRACE");
        }
        if (stateFile != null && memoryMib != null) {
            throw usage(
                    "--memory and --state exclude each other: a state says where memory lies");
        }
    }

    private String name() {
        return trace == null ? BundledTrace.NAME + ": " + BundledTrace.ORIGIN : trace.toString();
    }

    private TraceSurvey survey() throws IOException {
        Path file = trace;
        try (TraceCursor cursor = new TraceCursor(
                file == null ? BundledTrace.open() : RecordedFile.open(file))) {
            TraceSurvey survey = TraceSurvey.of(cursor);
            if (survey.counts().events() == 0) {
                throw new InputException(name(), -1, "no kmem event in its "
                        + survey.counts().lines() + " lines; expected the text of tracefs or of"
                        + " perf script");
            }
            return survey;
        }
    }

    private MachineConfig config(TraceSurvey survey, @Nullable RecordedState state)
            throws IOException {
        OracleMachine machine = machineOptions.machine(recordedOn());
        if (state != null) {
            return withCpus(ReplayMachine.config(survey, state, machine.profile()), machine);
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
        int present = machineOptions.cpus == null ? Math.max(config.cpus(), machine.cpus())
                : machine.cpus();
        return config.withCpus(present, Math.max(present, machine.maxCpus()));
    }

    /// The machine that the trace comes from, as far as an index says; of a kernel that is unknown
    /// here, only its size.
    private @Nullable OracleMachine recordedOn() throws IOException {
        if (trace == null) {
            return BUNDLED;
        }
        OracleIndex index = OracleIndex.above(trace);
        OracleMachine machine = index == null ? null : index.machineOf(trace);
        if (machine == null || machineOptions.kernel != null || isKnown(machine.build())) {
            return machine;
        }
        String instead = KernelProfile.LINUX_6_1.name();
        err().println("kmemlab: " + trace + ": recorded under " + machine.build()
                + ", replayed under " + instead);
        return new OracleMachine(instead, machine.cpus(), machine.maxCpus(), machine.nodeMib(),
                machine.boot());
    }

    private static boolean isKnown(String build) {
        return KernelProfile.ALL.stream().anyMatch(profile -> profile.name().equals(build));
    }

    private void run(TraceReplay replay) throws IOException {
        Path file = trace;
        RecordedFile source = file == null ? BundledTrace.open()
                : RecordedFile.openRepeated(file, (int) repeat);
        try (TraceCursor cursor = new TraceCursor(source)) {
            Progress progress = Progress.of(source, noProgress);
            try {
                replay.run(cursor);
            } finally {
                progress.close();
            }
        }
    }

    private static boolean isGood(ReplayResult result) {
        return result.lines().unparsable() == 0
                && result.events().count(ReplayBucket.FAILED) == 0;
    }
}
