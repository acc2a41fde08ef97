package org.kmemlab.cli;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

import org.jspecify.annotations.Nullable;
import org.kmemlab.lab.compare.Comparison;
import org.kmemlab.lab.compare.ComparisonCsv;
import org.kmemlab.lab.compare.ComparisonJson;
import org.kmemlab.lab.compare.ComparisonPlan;
import org.kmemlab.lab.compare.ComparisonReport;
import org.kmemlab.lab.compare.Competitors;
import org.kmemlab.lab.input.RecordedFile;
import org.kmemlab.lab.stream.GeneratedStreams;
import org.kmemlab.lab.stream.StreamSource;
import org.kmemlab.lab.stream.TraceSource;
import org.kmemlab.machine.MachineConfig;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// Lets policies serve the same workloads.
@Command(name = "compare",
        description = {
            "Lets allocators serve the same streams of requests, each on a machine of its"
                    + " own, and prints what each of them holds, wastes, breaks into pieces and costs.",
            "A run ends with everything freed, the allocator valid, every byte that was written into"
                    + " a block still there when it was freed, and all pages given back; what is not"
                    + " so is a finding.",
            "The result depends on the options alone, never on the number of threads; only policies"
                    + " of the group 'native' differ from run to run, as their memory is real."},
        footer = {"  kmemlab compare --trace small --workload fork-storm,phases",
            "  kmemlab compare --workload all --policies kernel --seeds 10",
            "  kmemlab compare --trace my.trace.gz --policies slub-6.1,rivals --json compare.json",
            "  kmemlab compare --list"})
final class CompareCommand extends StandardCommand {

    private static final String ALL = "all";
    private static final int MOST_THREADS = 1024;

    @Option(names = "--workload", paramLabel = "NAME", split = ",",
            description = "Made-up workloads, or 'all'; --list names them.")
    private List<String> names = new ArrayList<>();

    @Option(names = "--trace", paramLabel = "FILE", split = ",",
            description = "Recorded traces, as 'replay' reads them; 'small' is the one that comes"
                    + " with kmemlab.")
    private List<String> traces = new ArrayList<>();

    @Option(names = "--policies", paramLabel = "NAME", split = ",", defaultValue = "all",
            description = "Policies and groups of policies (default ${DEFAULT-VALUE}); --list names"
                    + " them.")
    private List<String> policies = new ArrayList<>();

    @Option(names = "--list", description = "List workloads and policies and stop.")
    private boolean list;

    @Option(names = "--events", paramLabel = "N", converter = WholeNumber.class,
            defaultValue = "" + GeneratedStreams.DEFAULT_EVENTS,
            description = "Requests of a made-up workload (default ${DEFAULT-VALUE}).")
    private long events;

    @Option(names = "--seed", paramLabel = "S", converter = WholeNumber.class, defaultValue = "1",
            description = "The first seed (default ${DEFAULT-VALUE}).")
    private long seed;

    @Option(names = "--seeds", paramLabel = "N", converter = WholeNumber.class, defaultValue = "3",
            description = "How many seeds made-up workloads are played with (default"
                    + " ${DEFAULT-VALUE}).")
    private long seeds;

    @Option(names = "--memory", paramLabel = "MIB", converter = WholeNumber.class,
            description = "Memory of the machines (default: the next power of two above four times"
                    + " what the workload has in use at most).")
    @Nullable
    private Long memoryMib;

    @Option(names = "--samples", paramLabel = "N", converter = WholeNumber.class,
            defaultValue = "100",
            description = "How often measures are taken in a run (default ${DEFAULT-VALUE}).")
    private long samples;

    @Option(names = "--jobs", paramLabel = "N", converter = WholeNumber.class,
            description = "Threads (default: as many as there are processors).")
    @Nullable
    private Long jobs;

    @Option(names = "--json", paramLabel = "FILE",
            description = "Also write everything, the measures over time included, to this file; -"
                    + " prints it instead of text.")
    @Nullable
    private String json;

    @Option(names = "--csv", paramLabel = "FILE",
            description = "Also write a table with a row for each run to this file; - prints it"
                    + " instead of text.")
    @Nullable
    private String csv;

    @Option(names = "--no-progress", description = "Show no progress bar.")
    private boolean noProgress;

    @Override
    public Integer call() throws IOException {
        long count = WholeNumber.within(events, 1, Integer.MAX_VALUE, "--events", "");
        if (list) {
            CompareText.list(GeneratedStreams.all(count)).forEach(out()::println);
            return ExitCode.GOOD;
        }
        if (json != null && json.equals(csv)) {
            throw usage("--json " + json + " and --csv " + csv + " exclude each other");
        }
        ComparisonPlan plan = new ComparisonPlan(sources(count), Competitors.chosen(policies), seed,
                WholeNumber.within(seeds, 1, 1000, "--seeds", ""),
                WholeNumber.within(samples, 1, 100_000, "--samples", ""),
                memoryMib == null ? 0
                        : WholeNumber.within(memoryMib, 4, MachineConfig.MAX_MEMORY_MIB,
                                "--memory", " MiB"));
        int threads = jobs == null ? Runtime.getRuntime().availableProcessors()
                : WholeNumber.within(jobs, 1, MOST_THREADS, "--jobs", "");
        return compare(new Comparison(plan), threads);
    }

    private List<StreamSource> sources(long count) {
        List<StreamSource> sources = new ArrayList<>();
        traces.forEach(trace -> sources.add(trace(trace)));
        for (String name : names) {
            sources.addAll(name.equals(ALL) ? GeneratedStreams.all(count)
                    : List.of(GeneratedStreams.named(name, count)));
        }
        if (sources.isEmpty()) {
            throw usage("give --workload NAME or --trace FILE; --list names the workloads");
        }
        long different = sources.stream().map(StreamSource::name).distinct().count();
        if (different < sources.size()) {
            throw usage("two workloads have one name: "
                    + sources.stream().map(StreamSource::name).toList());
        }
        return sources;
    }

    private static StreamSource trace(String name) {
        TraceSource bundled = TraceSource.bundled();
        Path file = Path.of(name);
        return name.equals(bundled.name()) ? bundled
                : new TraceSource(name, "recorded trace", () -> RecordedFile.open(file));
    }

    private int compare(Comparison comparison, int threads) throws IOException {
        long startNanos = System.nanoTime();
        ComparisonReport report;
        Progress progress = Progress.of(comparison, noProgress);
        try {
            report = comparison.run(threads);
        } finally {
            progress.close();
        }
        print(report, (System.nanoTime() - startNanos) / 1e9);
        return report.good() ? ExitCode.GOOD : ExitCode.FINDING;
    }

    private void print(ComparisonReport report, double seconds) throws IOException {
        boolean text = true;
        if (json != null) {
            String command = "kmemlab " + String.join(" ", commandWords());
            text &= write(json, ComparisonJson.text(report, command) + "\n");
        }
        if (csv != null) {
            StringWriter table = new StringWriter();
            ComparisonCsv.write(report, table);
            text &= write(csv, table.toString());
        }
        if (text) {
            CompareText.lines(report).forEach(out()::println);
            out().println(String.format(Locale.ROOT, "%d runs in %.1f s", report.runs().size(),
                    seconds));
        }
    }

    /// Writes to a file, or to standard output.
    ///
    /// @return whether it was a file
    private boolean write(String to, String text) throws IOException {
        if (to.equals("-")) {
            out().print(text);
            out().flush();
            return false;
        }
        Files.writeString(Path.of(to), text);
        return true;
    }
}
