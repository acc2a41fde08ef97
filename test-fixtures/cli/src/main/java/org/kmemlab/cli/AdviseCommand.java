package org.kmemlab.cli;

import java.io.IOException;
import java.nio.file.Path;

import org.jspecify.annotations.Nullable;
import org.kmemlab.lab.input.RecordedFile;
import org.kmemlab.lab.trace.TraceCursor;
import org.kmemlab.lab.tune.CacheAdvice;
import org.kmemlab.lab.tune.CacheAdvisor;
import org.kmemlab.machine.MachineConfig;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Says what to change so that caches waste less.
@Command(name = "advise",
        description = {
            "Says what to change so that the caches of a trace hold less memory: caches of their own"
                    + " for requests that kmalloc rounds up too far, objects without alignment,"
                    + " merging, the order of slabs, and how many empty slabs are kept.",
            "Each change is tried: the whole trace is replayed with it, on an empty machine like the"
                    + " recorded one. What counts is the memory of all slabs, on average over the"
                    + " trace. The changes that are worth it are then tried all at once.",
            "A smaller cache may cost time instead: slabs of a lower order, and empty slabs that are"
                    + " not kept, make the allocator ask for pages more often."},
        footer = {"  kmemlab advise", "  kmemlab advise --trace trace.txt.gz --all",
            "  kmemlab advise --trace FOLDER --least 2 --json"})
final class AdviseCommand extends StandardCommand {

    private static final double PERCENT = 100;

    @Option(names = "--trace", paramLabel = "FILE|DIR",
            description = "The trace, or a folder with one; a small real one comes with kmemlab and"
                    + " is used without this.")
    @Nullable
    private Path trace;

    @Option(names = "--least", paramLabel = "PERCENT", defaultValue = "1",
            description = "Recommend what saves at least so much of the slabs' memory (default"
                    + " ${DEFAULT-VALUE}).")
    private double least;

    @Option(names = "--all", description = "Also list the changes that are not worth it.")
    private boolean all;

    @Option(names = "--json", description = "Print one JSON object instead of text.")
    private boolean json;

    @Option(names = "--no-progress", description = "Show no progress bar.")
    private boolean noProgress;

    @Mixin
    private MachineOptions machineOptions;

    private @Nullable Progress progress;

    @Override
    public Integer call() throws IOException {
        if (!(least >= 0 && least <= PERCENT)) {
            throw usage("--least " + least + ": expected 0 to 100 percent");
        }
        ReplaySource recorded = ReplaySource.at(trace, machineOptions);
        // The machine starts empty, so that every slab is one of the trace's.
        ReplaySource source =
                new ReplaySource(recorded.trace(), null, null, recorded.options());
        MachineConfig config;
        try (ReplaySession session = source.start(err())) {
            config = session.config();
        }
        AdviceReport report = new AdviceReport(source.name(), config, advise(source, config), all);
        if (json) {
            out().println(report.json());
        } else {
            report.lines().forEach(out()::println);
        }
        return ExitCode.GOOD;
    }

    private CacheAdvice advise(ReplaySource source, MachineConfig config) throws IOException {
        try {
            return new CacheAdvisor(run -> open(source), config, least / PERCENT).advise();
        } finally {
            endProgress();
        }
    }

    private TraceCursor open(ReplaySource source) throws IOException {
        endProgress();
        RecordedFile file = source.open(1);
        progress = Progress.of(file, noProgress);
        return new TraceCursor(file);
    }

    private void endProgress() {
        if (progress != null) {
            progress.close();
        }
    }
}
