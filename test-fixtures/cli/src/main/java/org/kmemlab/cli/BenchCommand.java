package org.kmemlab.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.kmemlab.bench.pool.Contender;
import org.kmemlab.bench.report.JsonReport;
import org.kmemlab.bench.report.StreamText;
import org.kmemlab.bench.report.TextReport;
import org.kmemlab.bench.suite.BenchPlan;
import org.kmemlab.bench.suite.BenchReport;
import org.kmemlab.bench.suite.BenchRun;
import org.kmemlab.bench.suite.Effort;
import org.kmemlab.bench.suite.Environment;
import org.kmemlab.bench.suite.Footprint;
import org.kmemlab.bench.suite.Footprints;
import org.kmemlab.bench.suite.Job;
import org.kmemlab.bench.suite.StreamBench;
import org.kmemlab.bench.suite.StreamFigure;
import org.kmemlab.bench.suite.Target.Verdict;
import org.kmemlab.bench.suite.Targets;
import org.kmemlab.lab.compare.Competitor;
import org.kmemlab.lab.compare.Competitors;
import org.kmemlab.lab.report.ReportPage;
import org.kmemlab.lab.report.ResultFile;
import org.kmemlab.lab.stream.GeneratedStreams;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// Measures how fast the allocators are, beside those that programs use today.
@Command(name = "bench",
        description = {
            "Measures the allocators and, in the same run, those that Java programs use today:"
                    + " patterns of use, pages, traces, memory. Needs an idle machine; compare"
                    + " ratios, not nanoseconds of different machines.",
            "A job is PATTERN/BYTES/THREADS/CONTENDER; --list shows all. Everything takes hours,"
                    + " --quick minutes.",
            "A finding is, with --targets, a target that was missed."},
        footer = {"  kmemlab bench --quick",
            "  kmemlab bench --targets --forks 3 --html bench.html",
            "  kmemlab bench --filter '^ring/.*/1/' --json bench.json",
            "  kmemlab bench --streams exponential,phases --policies kernel,rivals --quick",
            "  kmemlab bench --list"})
final class BenchCommand extends StandardCommand {

    private static final int MAX_THREADS = 1024;

    @Option(names = "--quick",
            description = "What the targets need and the 64-byte ring of all, one short fork each.")
    private boolean quick;

    @Option(names = "--targets", description = "Only what the table of targets needs.")
    private boolean targets;

    @Option(names = "--streams", paramLabel = "NAME", split = ",",
            description = "Instead: what a request of these made-up workloads of 'compare' costs"
                    + " with each policy.")
    @Nullable
    private List<String> streams;

    @Option(names = "--policies", paramLabel = "NAME", split = ",", defaultValue = "all",
            description = "With --streams: policies and groups of them (default ${DEFAULT-VALUE}).")
    private List<String> policies = new ArrayList<>();

    @Option(names = "--filter", paramLabel = "REGEX",
            description = "Only jobs whose name matches in part.")
    @Nullable
    private String filter;

    @Option(names = "--threads", paramLabel = "N,...", split = ",", converter = WholeNumber.class,
            description = "With so many threads (default: 1, 2 and all CPUs).")
    @Nullable
    private List<Long> threads;

    @Option(names = "--forks", paramLabel = "N", converter = WholeNumber.class,
            description = "JVMs for each job (default: 3, with --quick 1).")
    @Nullable
    private Long forks;

    @Option(names = "--no-memory", description = "Do not measure memory for each object.")
    private boolean noMemory;

    @Option(names = "--json", paramLabel = "FILE", description = "Also write a JSON object there.")
    @Nullable
    private Path json;

    @Option(names = "--html", paramLabel = "FILE",
            description = "Also write a page with charts there.")
    @Nullable
    private Path html;

    @Option(names = "--list", description = "Print the names of the jobs and measure nothing.")
    private boolean list;

    @Option(names = "--no-progress", description = "Show no progress.")
    private boolean noProgress;

    @Override
    public Integer call() throws IOException {
        Effort effort = effort();
        if (streams != null && list) {
            throw usage("--list names jobs, --streams has none: 'kmemlab compare --list' names"
                    + " workloads and policies");
        }
        if (streams != null) {
            return measureStreams(streams, effort);
        }
        List<Job> jobs = jobs();
        if (list) {
            jobs.forEach(job -> out().println(job.id()));
            return ExitCode.GOOD;
        }
        // Found out now and not after an hour.
        for (Path file : Stream.of(json, html).filter(file -> file != null).toList()) {
            Files.writeString(file, "");
        }
        BenchReport.Measured measured = new BenchRun(effort).measure(jobs, this::show);
        BenchReport report = new BenchReport(Environment.here(commandLine(), effort), measured,
                footprints());
        hide();
        TextReport.lines(report).forEach(out()::println);
        write(json, JsonReport.text(report));
        if (html != null) {
            Files.writeString(html, page(JsonReport.text(report)));
        }
        boolean measuredNothing = measured.figures().isEmpty();
        return measuredNothing || (targets && isMissed(report)) ? ExitCode.FINDING : ExitCode.GOOD;
    }

    private int measureStreams(List<String> workloads, Effort effort) throws IOException {
        workloads.forEach(name -> GeneratedStreams.named(name, 1));
        List<String> names = Competitors.chosen(policies).stream()
                .filter(Competitor.OnMachine.class::isInstance).map(Competitor::name).toList();
        if (names.isEmpty()) {
            throw usage("--policies " + String.join(",", policies)
                    + ": none of them runs on a simulated machine");
        }
        List<StreamFigure> figures = new StreamBench(effort).measure(workloads, names,
                (done, total, workload, policy) -> status(
                        "[" + done + "/" + total + "] " + workload + ", " + policy));
        hide();
        StreamText.lines(figures).forEach(out()::println);
        return ExitCode.GOOD;
    }

    private List<Job> jobs() {
        Stream<Job> jobs = targets ? Targets.jobs().stream()
                : quick ? BenchPlan.quick().stream()
                : BenchPlan.all(threadCounts()).stream();
        if (threads != null) {
            List<Integer> counts = threadCounts();
            jobs = jobs.filter(job -> counts.contains(job.threads()));
        }
        String wanted = filter;
        List<Job> chosen = (wanted == null ? jobs : jobs.filter(matching(wanted))).toList();
        if (chosen.isEmpty()) {
            throw usage("no job is left; kmemlab bench --list shows all");
        }
        return chosen;
    }

    private java.util.function.Predicate<Job> matching(String regex) {
        try {
            Pattern pattern = Pattern.compile(regex);
            return job -> pattern.matcher(job.id()).find();
        } catch (PatternSyntaxException malformed) {
            throw usage("--filter '" + regex + "': " + malformed.getDescription());
        }
    }

    private List<Integer> threadCounts() {
        if (threads == null) {
            return Stream.of(1, 2, Runtime.getRuntime().availableProcessors()).distinct().toList();
        }
        return threads.stream()
                .map(count -> WholeNumber.within(count, 1, MAX_THREADS, "--threads", ""))
                .toList();
    }

    private Effort effort() {
        Effort effort = quick ? Effort.QUICK : Effort.FULL;
        return forks == null ? effort
                : effort.withForks(
                        WholeNumber.within(forks, 1, Effort.MAX_FORKS, "--forks", ""));
    }

    private String commandLine() {
        return "kmemlab " + String.join(" ", commandWords());
    }

    private List<Footprint> footprints() throws IOException {
        List<Footprint> footprints = new ArrayList<>();
        if (noMemory || filter != null) {
            return footprints;
        }
        for (Contender contender : Footprints.contenders()) {
            status("memory: " + contender.label());
            Footprints.of(contender).ifPresent(footprints::add);
        }
        return footprints;
    }

    private String page(String json) throws IOException {
        return new ReportPage(commandLine(), String.join(", ", new Version().getVersion()))
                .with(ResultFile.of(ResultFile.Kind.BENCH, "this run", json)).html();
    }

    private static boolean isMissed(BenchReport report) {
        return Targets.judge(report).stream().anyMatch(row -> row.verdict() == Verdict.MISSED);
    }

    private void show(int done, int total, Job job) {
        status("[" + done + "/" + total + "] " + job.id());
    }

    /// One line that is written over and over, for a person who waits.
    private void status(String text) {
        if (!noProgress && Progress.isTerminal()) {
            err().print("\r\u001b[K" + text);
            err().flush();
        }
    }

    private void hide() {
        status("");
    }

    private static void write(@Nullable Path file, String text) throws IOException {
        if (file != null) {
            Files.writeString(file, text);
        }
    }
}
