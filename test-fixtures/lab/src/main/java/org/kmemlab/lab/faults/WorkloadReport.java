package org.kmemlab.lab.faults;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// What a campaign did with one workload. Reports of parts of a campaign add up.
///
/// @param name the workload
/// @param canary whether it has a planted defect
/// @param allocations allocations of a run without faults
/// @param firstFaults how many of them were chosen to fail first; fewer only where sampled
/// @param runs runs
/// @param injectedRuns runs in which an allocation was made to fail
/// @param failingRuns runs that found something
/// @param sites where a run without faults asks for memory
/// @param lateSites where memory is asked for only after another allocation has failed
/// @param findings the mistakes, the simplest first, each once
public record WorkloadReport(String name, boolean canary, int allocations, int firstFaults,
        long runs, long injectedRuns, long failingRuns, List<SiteCoverage> sites,
        List<SiteCoverage> lateSites, List<Finding> findings) {

    /// Copies and sorts the lists.
    public WorkloadReport {
        sites = sorted(sites);
        lateSites = sorted(lateSites);
        findings = distinct(findings);
    }

    private static List<SiteCoverage> sorted(Collection<SiteCoverage> sites) {
        return sites.stream().sorted(Comparator.comparingInt(SiteCoverage::first)
                .thenComparing(site -> site.site().toString())
                .thenComparing(site -> site.site().frames().toString())).toList();
    }

    private static List<Finding> distinct(List<Finding> findings) {
        Map<List<Object>, Finding> bySignature = new LinkedHashMap<>();
        findings.stream().sorted(Finding.ORDER)
                .forEach(finding -> bySignature.putIfAbsent(finding.signature(), finding));
        return List.copyOf(bySignature.values());
    }

    /// The sum of two parts of one campaign.
    ///
    /// @throws IllegalArgumentException if they cannot be of one campaign
    WorkloadReport plus(WorkloadReport other) {
        if (!name.equals(other.name) || allocations != other.allocations) {
            throw new IllegalArgumentException("workload " + name + " with " + allocations
                    + " allocations and " + other.name + " with " + other.allocations
                    + " are not of one campaign");
        }
        List<Finding> all = new ArrayList<>(findings);
        all.addAll(other.findings);
        return new WorkloadReport(name, canary, allocations, firstFaults, runs + other.runs,
                injectedRuns + other.injectedRuns, failingRuns + other.failingRuns,
                union(sites, other.sites), union(lateSites, other.lateSites), all);
    }

    private static List<SiteCoverage> union(List<SiteCoverage> one, List<SiteCoverage> two) {
        Map<Site, SiteCoverage> bySite = new LinkedHashMap<>();
        Stream.concat(one.stream(), two.stream())
                .forEach(site -> bySite.merge(site.site(), site, SiteCoverage::plus));
        return List.copyOf(bySite.values());
    }

    /// How many sites were the first to fail.
    public long sitesCovered() {
        return sites.stream().filter(SiteCoverage::covered).count();
    }

    /// How many of the sites that are reached only after a failure failed, too.
    public long lateSitesCovered() {
        return lateSites.stream().filter(SiteCoverage::covered).count();
    }
}
