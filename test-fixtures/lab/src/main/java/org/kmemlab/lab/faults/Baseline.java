package org.kmemlab.lab.faults;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;

import org.jspecify.annotations.Nullable;
import org.kmemlab.sweep.FaultChoice;

/// The run of a workload without faults: all its allocations, and where they are made.
final class Baseline {

    private final WorkloadRunner runner;
    private final List<CallTrace.Call> calls;
    private final Map<Site, Integer> firstBySite = new LinkedHashMap<>();
    private final @Nullable Problem problem;

    private Baseline(WorkloadRunner runner, CallTrace trace, @Nullable Problem problem) {
        this.runner = runner;
        this.calls = List.copyOf(trace.calls());
        this.problem = problem;
        for (int i = 0; i < calls.size(); i++) {
            firstBySite.putIfAbsent(calls.get(i).site(), i + 1);
        }
        trace.unarmed().forEach(site -> firstBySite.putIfAbsent(site, 0));
    }

    static Baseline of(WorkloadRunner runner) {
        CallTrace trace = new CallTrace();
        return new Baseline(runner, trace, runner.run(FaultChoice.NONE, trace).problem());
    }

    WorkloadRunner runner() {
        return runner;
    }

    /// What is wrong without any fault; null for nothing.
    @Nullable
    Problem problem() {
        return problem;
    }

    /// How many allocations could fail.
    int allocations() {
        return calls.size();
    }

    /// An allocation.
    ///
    /// @param n from 1
    CallTrace.Call call(int n) {
        return calls.get(n - 1);
    }

    boolean knows(Site site) {
        return firstBySite.containsKey(site);
    }

    /// All sites, those that failed first marked as covered.
    List<SiteCoverage> sites(Set<Site> failedFirst) {
        List<SiteCoverage> sites = new ArrayList<>();
        firstBySite.forEach((site, first) -> sites
                .add(new SiteCoverage(site, first, failedFirst.contains(site))));
        return sites;
    }

    /// The allocations that are to fail first: all, or if they are too many, the first one of each
    /// site and others from the seed, ascending.
    List<Integer> firstFaults(int most, SplittableRandom random) {
        Set<Integer> chosen = new TreeSet<>();
        firstBySite.values().stream().filter(first -> first > 0).forEach(chosen::add);
        if (allocations() <= Math.max(most, chosen.size())) {
            for (int n = 1; n <= allocations(); n++) {
                chosen.add(n);
            }
        }
        while (chosen.size() < Math.min(most, allocations())) {
            chosen.add(1 + random.nextInt(allocations()));
        }
        return List.copyOf(chosen);
    }
}
