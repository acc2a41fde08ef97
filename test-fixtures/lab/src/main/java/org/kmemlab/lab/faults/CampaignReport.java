package org.kmemlab.lab.faults;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;

/// What a campaign, or some shards of it, found.
///
/// @param plan what was to be done, in one line
/// @param shards into how many parts the work was cut
/// @param done which of them are in this report, ascending, from 1
/// @param workloads the reports of the workloads
public record CampaignReport(String plan, int shards, List<Integer> done,
        List<WorkloadReport> workloads) {

    /// Copies the lists.
    public CampaignReport {
        done = done.stream().sorted().toList();
        workloads = List.copyOf(workloads);
    }

    /// The sum of two reports of one campaign.
    ///
    /// @throws IllegalArgumentException if they are of two campaigns, or have a shard in common
    public CampaignReport plus(CampaignReport other) {
        if (!plan.equals(other.plan) || shards != other.shards
                || !names().equals(other.names())) {
            throw new IllegalArgumentException("reports of two campaigns: " + describe() + "; and "
                    + other.describe());
        }
        List<Integer> all = new ArrayList<>(done);
        all.addAll(other.done);
        if (all.stream().distinct().count() < all.size()) {
            throw new IllegalArgumentException("a shard is there twice: " + done + " and "
                    + other.done + " of " + shards);
        }
        return new CampaignReport(plan, shards, all, IntStream.range(0, workloads.size())
                .mapToObj(i -> workloads.get(i).plus(other.workloads.get(i))).toList());
    }

    private String describe() {
        return names().size() + " workloads, " + plan + ", " + shards + " shards";
    }

    private List<String> names() {
        return workloads.stream().map(WorkloadReport::name).toList();
    }

    /// The shards that are not in this report.
    public List<Integer> missingShards() {
        return IntStream.rangeClosed(1, shards).filter(shard -> !done.contains(shard)).boxed()
                .toList();
    }

    /// A figure, summed over all workloads.
    public long sum(ToLongFunction<WorkloadReport> figure) {
        return workloads.stream().mapToLong(figure).sum();
    }

    /// Findings in workloads that have no planted defect.
    public long findings() {
        return workloads.stream().filter(workload -> !workload.canary())
                .mapToLong(workload -> workload.findings().size()).sum();
    }

    /// The canaries.
    public List<WorkloadReport> canaries() {
        return workloads.stream().filter(WorkloadReport::canary).toList();
    }

    /// The canaries whose defect was found.
    public long canariesFound() {
        return canaries().stream().filter(canary -> !canary.findings().isEmpty()).count();
    }

    /// Whether the good workloads are good, and, if all shards are there, all canaries were found.
    public boolean good() {
        boolean found = canariesFound() == canaries().size() || !missingShards().isEmpty();
        return findings() == 0 && found;
    }
}
