package org.kmemlab.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.kmemlab.lab.faults.Campaign;
import org.kmemlab.lab.faults.Campaign.Target;
import org.kmemlab.lab.faults.CampaignJson;
import org.kmemlab.lab.faults.CampaignPlan;
import org.kmemlab.lab.faults.CampaignReport;
import org.kmemlab.lab.faults.Schedule;
import org.kmemlab.lab.faults.ScheduleRun;
import org.kmemlab.lab.faults.TraceWorkload;
import org.kmemlab.lab.workload.Workload;
import org.kmemlab.lab.workload.Workloads;
import org.kmemlab.sweep.FaultLayer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// Runs workloads with failing allocations.
@Command(name = "faults", subcommands = FaultsMergeCommand.class,
        description = {"Runs a workload again and again, each time with another allocation failing,"
                + " until every one of them was the first to fail, and checks after each run that"
                + " nothing leaked, that all allocators are valid, that a call which failed left"
                + " everything as it was, and that it works without faults.",
            "A finding is shrunk to the fewest faults that show it, and printed with the command"
                    + " that shows it again. The canaries have planted defects; '--workload all'"
                    + " must find each of them, and nothing else.",
            "The result depends on the options alone, never on the number of threads. The JSON"
                    + " holds the sums (runs, injectedRuns, sites, sitesCovered, findings,"
                    + " canaries, canariesFound, good), the plan, and for each workload its runs,"
                    + " sites and findings with schedule and call sites."},
        footer = {"  kmemlab faults --workload all",
            "  kmemlab faults --workload radix-tree --pairs --sticky",
            "  kmemlab faults --workload canary-double-free --schedule page:5",
            "  kmemlab faults --workload all --runs 1000000",
            "  kmemlab faults --workload all --shard 1/4 --json shard1.json",
            "  kmemlab faults merge shard*.json"})
final class FaultsCommand extends StandardCommand {

    @Option(names = "--workload", paramLabel = "NAME",
            description = "The workload, or 'all'; --list names them.")
    @Nullable
    private String name;

    @Option(names = "--trace", paramLabel = "FILE",
            description = "Instead of a workload: the events of this trace, as 'replay' reads them,"
                    + " each failing in turn, and everything freed in the end.")
    @Nullable
    private Path trace;

    @Option(names = "--list", description = "List the workloads and stop.")
    private boolean list;

    @Option(names = "--schedule", paramLabel = "FAULTS",
            description = "Only one run, with these faults: LAYER:N, joined by commas, for example"
                    + " slab:3,page:7 for the third object and the seventh request for pages.")
    @Nullable
    private String schedule;

    @Option(names = "--sticky",
            description = "Also let each allocation fail together with all later ones.")
    private boolean sticky;

    @Option(names = "--pairs", description = "Also let each pair of allocations fail.")
    private boolean pairs;

    @Option(names = "--runs", paramLabel = "N", converter = WholeNumber.class,
            defaultValue = "0",
            description = "Also make N runs with pairs, triples and random faults drawn from the"
                    + " seed.")
    private long runs;

    @Option(names = "--layers", paramLabel = "LIST", defaultValue = "slab,page,mempool",
            description = "Where allocations fail (default ${DEFAULT-VALUE}).")
    private String layers;

    @Option(names = "--seed", paramLabel = "S", converter = WholeNumber.class, defaultValue = "1",
            description = "Where all random choices come from (default ${DEFAULT-VALUE}).")
    private long seed;

    @Option(names = "--most", paramLabel = "N", converter = WholeNumber.class,
            defaultValue = "200",
            description = "If a workload has more allocations than this, let only so many of them"
                    + " fail first, chosen from the seed, one of each site among them (default"
                    + " ${DEFAULT-VALUE}).")
    private long most;

    @Option(names = "--shard", paramLabel = "I/N", defaultValue = "1/1",
            description = "Do only part I of N of the work; 'faults merge' adds the parts up.")
    private String shard;

    @Option(names = "--jobs", paramLabel = "N", converter = WholeNumber.class,
            description = "Threads (default: as many as there are processors).")
    @Nullable
    private Long jobs;

    @Option(names = "--json", paramLabel = "FILE",
            description = "Also write the report to this file; - prints it instead of text.")
    @Nullable
    private String json;

    @Option(names = "--no-progress", description = "Show no progress bar.")
    private boolean noProgress;

    @Override
    public Integer call() throws IOException {
        if (list) {
            FaultsText.list().forEach(out()::println);
            return ExitCode.GOOD;
        }
        boolean isCampaign = sticky || pairs || runs > 0 || json != null || !shard.equals("1/1");
        if (schedule != null && isCampaign) {
            throw usage(
                    "--schedule makes one run and prints it: leave out --sticky, --pairs, --runs,"
                            + " --shard and --json");
        }
        CampaignPlan plan = plan();
        List<Target> targets = targets();
        int threads = jobs == null ? Runtime.getRuntime().availableProcessors()
                : WholeNumber.within(jobs, 1, 1024, "--jobs", "");
        return schedule != null ? replay(targets, Schedule.parse(schedule))
                : campaign(new Campaign(targets, plan), threads);
    }

    private CampaignPlan plan() {
        int[] part = FaultsOptions.shard(shard);
        return new CampaignPlan(seed, FaultsOptions.layers(layers), sticky, pairs,
                WholeNumber.within(runs, 0, Integer.MAX_VALUE, "--runs", ""),
                WholeNumber.within(most, 1, Integer.MAX_VALUE, "--most", ""), part[0], part[1]);
    }

    private List<Target> targets() throws IOException {
        if (name != null && trace == null) {
            return targets(name);
        }
        if (trace != null && name == null) {
            return List.of(new Target(TraceWorkload.read(trace), false));
        }
        throw usage(
                "give either --workload NAME|all or --trace FILE; --list names the workloads");
    }

    private static List<Target> targets(String wanted) {
        if (!wanted.equals("all")) {
            Workload workload = Workloads.named(wanted);
            return List.of(new Target(workload, Workloads.canaries().contains(workload)));
        }
        List<Target> all = new ArrayList<>();
        Workloads.good().forEach(workload -> all.add(new Target(workload, false)));
        Workloads.canaries().forEach(workload -> all.add(new Target(workload, true)));
        return all;
    }

    private int campaign(Campaign campaign, int threads) throws IOException {
        long startNanos = System.nanoTime();
        CampaignReport report;
        Progress progress = Progress.of(campaign, noProgress);
        try {
            report = campaign.run(threads);
        } finally {
            progress.close();
        }
        double seconds = (System.nanoTime() - startNanos) / 1e9;
        print(report, json, seconds);
        return report.good() ? ExitCode.GOOD : ExitCode.FINDING;
    }

    /// Prints a report, and writes it to a file if there is to be one.
    private void print(CampaignReport report, @Nullable String file, double seconds)
            throws IOException {
        if ("-".equals(file)) {
            out().println(CampaignJson.text(report));
            return;
        }
        FaultsText.lines(report).forEach(out()::println);
        out().println(FaultsText.rate(report, seconds));
        if (file != null) {
            Files.writeString(Path.of(file), CampaignJson.text(report) + "\n");
        }
    }

    private int replay(List<Target> targets, Schedule faults) {
        if (targets.size() > 1) {
            throw usage("--schedule is for one workload: give its name instead of 'all'");
        }
        ScheduleRun run = ScheduleRun.of(targets.getFirst().workload(), seed, faults);
        if (run.finding() == null && !run.notMet().isEmpty()) {
            throw usage("schedule " + schedule + ": there is no " + run.notMet().getFirst()
                    + " in this run; it makes " + run.allocations());
        }
        FaultsText.lines(run).forEach(out()::println);
        return run.finding() == null ? ExitCode.GOOD : ExitCode.FINDING;
    }
}
