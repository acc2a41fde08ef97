package org.kmemlab.lab.faults;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Counts what one unit of work did with a workload, and shrinks what it found.
final class WorkloadTally {

    /// So many schedules are shrunk in a unit; what fails after that is most likely the same again.
    private static final int SHRUNK_MAX = 4;

    private final Baseline baseline;
    private final Set<Site> failedFirst = new HashSet<>();
    private final Map<Site, Boolean> lateSites = new LinkedHashMap<>();
    private final List<Finding> findings = new ArrayList<>();
    private long runs;
    private long injectedRuns;
    private long failingRuns;
    private int shrunk;

    WorkloadTally(Baseline baseline) {
        this.baseline = baseline;
    }

    /// Counts a run.
    void count(RunResult result) {
        runs++;
        injectedRuns += result.isInjected() ? 1 : 0;
        failingRuns += result.problem() != null ? 1 : 0;
    }

    void failedFirst(Site site) {
        failedFirst.add(site);
    }

    /// Notes a site that was reached after a failure; others than these are no news.
    void late(Site site, boolean failed) {
        if (!baseline.knows(site)) {
            lateSites.merge(site, failed, Boolean::logicalOr);
        }
    }

    /// Notes what was found with no or one fault: nothing to shrink.
    void found(Problem problem, RunResult result) {
        findings.add(Finding.of(baseline.runner(), problem, result.injected()));
    }

    /// Shrinks the schedule of a run that went wrong, unless there were many of these already.
    void shrink(RunResult failing) {
        Problem problem = failing.problem();
        if (problem != null && shrunk < SHRUNK_MAX) {
            shrunk++;
            findings.add(Shrinking.shrink(baseline.runner(), failing, problem));
        }
    }

    WorkloadReport report(Campaign.Target target, int firstFaults) {
        List<SiteCoverage> late = lateSites.entrySet().stream()
                .map(entry -> new SiteCoverage(entry.getKey(), 0, entry.getValue())).toList();
        return new WorkloadReport(target.workload().name(), target.canary(),
                baseline.allocations(), firstFaults, runs, injectedRuns, failingRuns,
                baseline.sites(failedFirst), late, findings);
    }
}
