package org.kmemlab.cli;

import static java.util.Locale.ROOT;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.kmemlab.lab.input.RecordedFile;
import org.kmemlab.lab.metric.machine.MachineHistory;
import org.kmemlab.lab.report.ReplayRecord;
import org.kmemlab.lab.report.ReportPage;
import org.kmemlab.lab.report.ResultFile;
import org.kmemlab.lab.trace.TraceCursor;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Writes what is known of a trace, and what other commands found, as one page for a browser.
@Command(name = "report",
        description = {
            "Replays a trace and writes one HTML file with what its machine looked like: figures over"
                    + " time, free lists, pages by owner and migrate type, slabs and their objects."
                    + " The file needs no network and no other file.",
            "Results that other commands wrote as JSON become further parts of it."},
        footer = {"  kmemlab report -o report.html",
            "  kmemlab report --trace FOLDER -o report.html",
            "  kmemlab report --compare compare.json --faults faults.json",
            "      --bench bench.json --verify verify.json -o report.html"})
final class ReportCommand extends StandardCommand {

    private static final int MOST_SAMPLES = 2_000;
    private static final int PICTURES = 8;
    private static final int BYTES_PER_MB = 1_000_000;

    @Option(names = {"-o", "--output"}, paramLabel = "FILE", required = true,
            description = "Write the page there.")
    private Path output;

    @Option(names = "--trace", paramLabel = "FILE|DIR",
            description = "The trace, or a folder with trace.txt and the state.txt that it starts"
                    + " from; a small real one comes with kmemlab and is used without this.")
    @Nullable
    private Path trace;

    @Option(names = "--samples", paramLabel = "N", converter = WholeNumber.class,
            defaultValue = "300",
            description = "How often to look at the machine (default ${DEFAULT-VALUE}).")
    private long samples;

    @Option(names = "--compare", paramLabel = "FILE",
            description = "Add what kmemlab compare --json wrote.")
    @Nullable
    private Path compare;

    @Option(names = "--faults", paramLabel = "FILE",
            description = "Add what kmemlab faults --json wrote.")
    @Nullable
    private Path faults;

    @Option(names = "--bench", paramLabel = "FILE",
            description = "Add what kmemlab bench --json wrote.")
    @Nullable
    private Path bench;

    @Option(names = "--verify", paramLabel = "FILE",
            description = "Add what kmemlab verify ... --json printed.")
    @Nullable
    private Path verify;

    @Mixin
    private MachineOptions machineOptions;

    @Option(names = "--no-progress", description = "Show no progress bar.")
    private boolean noProgress;

    @Override
    public Integer call() throws IOException {
        int wanted = WholeNumber.within(samples, PICTURES, MOST_SAMPLES, "--samples", "");
        // What cannot be read is told before work begins.
        List<ResultFile> results = results();
        ReportPage page = new ReportPage("kmemlab " + String.join(" ", commandWords()),
                String.join(", ", new Version().getVersion()));
        ReplaySource source = ReplaySource.at(trace, machineOptions);
        try (ReplaySession session = source.start(err())) {
            page.with(replay(source, session, wanted));
        }
        results.forEach(page::with);
        Files.writeString(output, page.html());
        out().println(String.format(ROOT, "%s: %.1f MB; open it in a browser", output,
                (double) Files.size(output) / BYTES_PER_MB));
        return ExitCode.GOOD;
    }

    private List<ResultFile> results() throws IOException {
        List<ResultFile> results = new ArrayList<>();
        for (ResultFile.Kind kind : ResultFile.Kind.values()) {
            Path file = switch (kind) {
                case COMPARE -> compare;
                case FAULTS -> faults;
                case BENCH -> bench;
                case VERIFY -> verify;
            };
            if (file != null && file.toAbsolutePath().normalize()
                    .equals(output.toAbsolutePath().normalize())) {
                throw usage("-o " + output + " would overwrite what it is made of");
            }
            if (file != null) {
                results.add(ResultFile.read(kind, file));
            }
        }
        return results;
    }

    private ReplayRecord replay(ReplaySource source, ReplaySession session, int wanted)
            throws IOException {
        MachineHistory history = new MachineHistory(session.slabs(), session.replay());
        RecordedFile file = source.open(1);
        try (TraceCursor cursor = new TraceCursor(file)) {
            Progress progress = Progress.of(file, noProgress);
            try {
                history.run(cursor, session.survey().counts().events(), wanted, PICTURES);
            } finally {
                progress.close();
            }
        }
        return new ReplayRecord(session.name(), ReplayOutcome.machineLine(session.config()),
                session.config().seed(), session.replay().result(), history);
    }
}
