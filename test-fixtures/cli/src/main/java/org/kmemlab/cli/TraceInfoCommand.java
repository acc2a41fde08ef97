package org.kmemlab.cli;

import static java.util.Locale.ROOT;

import java.io.IOException;
import java.nio.file.Path;

import org.kmemlab.lab.input.RecordedFile;
import org.kmemlab.lab.trace.TraceCounts;
import org.kmemlab.lab.trace.TraceCursor;
import org.kmemlab.lab.trace.TraceEventKind;
import org.kmemlab.lab.trace.TraceSummary;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// Says what is in a trace.
@Command(name = "info",
        description = {"Counts what is in a trace, text or binary: lines, events by kind, names,"
                + " CPUs, time.",
            "A finding is a line that cannot be read."},
        footer = {"  kmemlab trace info trace.txt.gz", "  kmemlab trace info trace.kmt --json"})
final class TraceInfoCommand extends StandardCommand {

    private static final JsonMapper JSON = JsonMapper.shared();
    private static final double NANOS = 1e9;

    @Parameters(paramLabel = "FILE", description = "The trace, plain or gz.")
    private Path file;

    @Option(names = "--json", description = "Print one JSON object instead of text.")
    private boolean json;

    @Option(names = "--no-progress", description = "Show no progress bar.")
    private boolean noProgress;

    @Override
    public Integer call() throws IOException {
        RecordedFile source = RecordedFile.open(file);
        TraceSummary summary;
        try (TraceCursor cursor = new TraceCursor(source)) {
            Progress progress = Progress.of(source, noProgress);
            try {
                summary = TraceSummary.of(cursor);
            } finally {
                progress.close();
            }
        }
        if (json) {
            out().println(json(summary).toPrettyString());
        } else {
            print(summary, source.sizeBytes());
        }
        return summary.counts().unparsable() == 0 ? ExitCode.GOOD : ExitCode.FINDING;
    }

    private static double seconds(TraceSummary summary) {
        return (summary.lastNanos() - summary.firstNanos()) / NANOS;
    }

    private void print(TraceSummary summary, long bytes) {
        TraceCounts counts = summary.counts();
        out().println("trace    " + file);
        out().println(String.format(ROOT, "form     %s, %,d bytes", summary.form(), bytes));
        if (!summary.recordedAs().isEmpty()) {
            out().println("made of  " + summary.recordedAs());
        }
        out().println(String.format(ROOT, "machine  %d CPUs, %.6f s", summary.cpus(),
                seconds(summary)));
        figure("lines", counts.lines());
        figure("kmem events", counts.events());
        for (TraceEventKind kind : TraceEventKind.values()) {
            long count = summary.eventsByKind().get(kind.ordinal());
            if (count > 0) {
                figure("  " + kind.eventName(), count);
            }
        }
        figure("other events", counts.otherEvents());
        figure("unparsable", counts.unparsable());
        counts.firstUnparsable().forEach(line -> out().println("    " + line));
        figure("lost by the recorder", counts.lostEvents());
        figure("call sites", summary.callSites());
        figure("caches named", summary.cacheNames());
        figure("tasks", summary.tasks());
    }

    private void figure(String name, long value) {
        out().println(String.format(ROOT, "  %-34s %,15d", name, value));
    }

    private ObjectNode json(TraceSummary summary) {
        TraceCounts counts = summary.counts();
        ObjectNode all = JSON.createObjectNode().put("trace", file.toString())
                .put("form", summary.form()).put("recordedAs", summary.recordedAs())
                .put("cpus", summary.cpus()).put("seconds", seconds(summary))
                .put("lines", counts.lines()).put("events", counts.events())
                .put("otherEvents", counts.otherEvents()).put("unparsable", counts.unparsable())
                .put("lostEvents", counts.lostEvents()).put("callSites", summary.callSites())
                .put("cacheNames", summary.cacheNames()).put("tasks", summary.tasks());
        ObjectNode kinds = all.putObject("kinds");
        for (TraceEventKind kind : TraceEventKind.values()) {
            kinds.put(kind.eventName(), summary.eventsByKind().get(kind.ordinal()));
        }
        return all;
    }
}
