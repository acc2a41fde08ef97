package org.kmemlab.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;

import org.jspecify.annotations.Nullable;
import org.kmemlab.lab.input.RecordedFile;
import org.kmemlab.lab.replay.ReplayBucket;
import org.kmemlab.lab.replay.ReplayResult;
import org.kmemlab.lab.replay.TraceReplay;
import org.kmemlab.lab.trace.TraceCursor;
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
        ReplaySource source = new ReplaySource(trace, stateFile, memoryMib, machineOptions);
        try (ReplaySession session = source.start(err())) {
            long startNanos = System.nanoTime();
            run(source, session.replay());
            long nanos = System.nanoTime() - startNanos;
            ReplayOutcome outcome = new ReplayOutcome(session.name(), session.config(),
                    session.replay().result(), session.replay().caches(),
                    session.slabs().pages().snapshot(), nanos);
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

    private void run(ReplaySource source, TraceReplay replay) throws IOException {
        RecordedFile file = source.open((int) repeat);
        try (TraceCursor cursor = new TraceCursor(file)) {
            Progress progress = Progress.of(file, noProgress);
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
