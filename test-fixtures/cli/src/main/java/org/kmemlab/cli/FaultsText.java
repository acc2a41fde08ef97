package org.kmemlab.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

import org.jspecify.annotations.Nullable;
import org.kmemlab.lab.faults.CampaignReport;
import org.kmemlab.lab.faults.Finding;
import org.kmemlab.lab.faults.ScheduleRun;
import org.kmemlab.lab.faults.SiteCoverage;
import org.kmemlab.lab.faults.WorkloadReport;
import org.kmemlab.lab.workload.Workload;
import org.kmemlab.lab.workload.Workloads;

/// The report of a fault campaign for people.
final class FaultsText {

    private static final int FRAMES_SHOWN = 4;

    private FaultsText() {
    }

    /// The workloads, one line each.
    static List<String> list() {
        List<String> lines = new ArrayList<>();
        Workloads.good().forEach(workload -> lines.add(line(workload)));
        lines.add("with a planted defect:");
        Workloads.canaries().forEach(workload -> lines.add(line(workload)));
        return lines;
    }

    private static String line(Workload workload) {
        return "%-22s %s".formatted(workload.name(), workload.description());
    }

    /// A table of the workloads, the findings, and the sums.
    static List<String> lines(CampaignReport report) {
        List<String> lines = new ArrayList<>();
        lines.add(report.plan() + shards(report));
        lines.add("%-22s %11s %9s %9s %8s".formatted("workload", "allocations", "runs", "sites",
                "findings"));
        report.workloads().forEach(workload -> lines.add(row(workload)));
        for (WorkloadReport workload : report.workloads()) {
            uncovered(workload).forEach(site -> lines.add(workload.name() + ": never the first to"
                    + " fail: " + site.site()));
            workload.findings().forEach(finding -> {
                lines.add("");
                lines.add(workload.name() + ": " + finding.kind() + ": " + finding.message());
                lines.addAll(faults(finding));
                lines.add("  replay with: " + finding.replay());
            });
        }
        lines.add("");
        lines.addAll(sums(report));
        return lines;
    }

    private static String shards(CampaignReport report) {
        return report.shards() == 1 ? "" : "; shards " + report.done() + " of " + report.shards();
    }

    private static List<SiteCoverage> uncovered(WorkloadReport workload) {
        return workload.firstFaults() < workload.allocations() ? List.of()
                : workload.sites().stream().filter(site -> !site.covered()).toList();
    }

    private static String row(WorkloadReport workload) {
        String canary = !workload.canary() ? ""
                : workload.findings().isEmpty() ? "NOT FOUND"
                : "found, " + first(workload);
        String sampled = workload.firstFaults() < workload.allocations()
                ? "sampled: " + workload.firstFaults() + " of " + workload.allocations()
                        + " failed first"
                : "";
        return "%-22s %11d %9d %9s %8d  %s".formatted(workload.name(), workload.allocations(),
                workload.runs(), workload.sitesCovered() + "/" + workload.sites().size(),
                workload.findings().size(), canary + sampled).stripTrailing();
    }

    private static String first(WorkloadReport canary) {
        Finding finding = canary.findings().getFirst();
        return finding.faults().isEmpty() ? "without faults"
                : "n = " + finding.faults().getFirst().n() + ", " + finding.schedule();
    }

    private static List<String> faults(Finding finding) {
        List<String> lines = new ArrayList<>();
        for (Finding.Culprit fault : finding.faults()) {
            lines.add("  allocation " + fault.n() + " failed: " + fault.point()
                    + (fault.target().isEmpty() ? "" : ", " + fault.target()) + ", size "
                    + fault.size() + ", asked for by " + fault.site().entry() + " at");
            fault.site().frames().stream().limit(FRAMES_SHOWN)
                    .forEach(frame -> lines.add("    " + frame));
        }
        return lines;
    }

    private static List<String> sums(CampaignReport report) {
        List<String> lines = new ArrayList<>();
        if (!report.missingShards().isEmpty()) {
            lines.add("shards " + report.missingShards() + " are missing: sites and canaries may"
                    + " be theirs");
        }
        long late = report.sum(workload -> workload.lateSites().size());
        if (late > 0) {
            lines.add(late + " more sites are reached only after a failure, "
                    + report.sum(WorkloadReport::lateSitesCovered)
                    + " of them failed, too (--pairs lets all)");
        }
        lines.add(report.sum(WorkloadReport::runs) + " runs, "
                + report.sum(WorkloadReport::injectedRuns) + " with faults");
        lines.add("sites " + report.sum(WorkloadReport::sitesCovered) + " of "
                + report.sum(workload -> workload.sites().size()) + " covered");
        String canaries = report.canaries().isEmpty() ? ""
                : ", canaries " + report.canariesFound() + " of " + report.canaries().size()
                        + " found";
        lines.add("findings " + report.findings() + canaries);
        return lines;
    }

    /// How fast a campaign was.
    static String rate(CampaignReport report, double seconds) {
        long runs = report.sum(WorkloadReport::injectedRuns);
        return String.format(Locale.ROOT, "%.1f s, %,.0f runs with faults a second", seconds,
                runs / seconds);
    }

    /// One run that was asked for.
    static List<String> lines(ScheduleRun run) {
        List<String> lines = new ArrayList<>();
        Finding finding = run.finding();
        if (finding == null) {
            lines.add(run.workload() + ": nothing found with " + run.schedule());
            return lines;
        }
        lines.add(run.workload() + ": " + finding.kind() + ": " + finding.message());
        lines.addAll(faults(finding));
        @Nullable Finding fewest = run.fewest();
        if (fewest != null) {
            lines.add("fewer faults suffice: " + fewest.replay());
        }
        return lines;
    }
}
