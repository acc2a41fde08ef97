package org.kmemlab.lab.faults;

import java.util.List;

import org.apache.commons.lang3.Validate;
import org.kmemlab.sweep.FaultLayer;

/// What a campaign is to do. Equal plans give equal reports.
///
/// @param seed of machines, workloads and drawn schedules
/// @param layers whose allocations fail
/// @param sticky whether each allocation also fails together with all later ones
/// @param pairs whether each pair of allocations fails
/// @param drawnRuns more runs with schedules drawn from the seed, over all workloads that are no
///        canaries
/// @param firstFaultsMax how many allocations of a workload are tried as the first to fail; if there
///        are more, some are chosen from the seed, and at least one of each site
/// @param shard which part of the work to do, from 1
/// @param shards how many parts there are
public record CampaignPlan(long seed, List<FaultLayer> layers, boolean sticky, boolean pairs,
        long drawnRuns, int firstFaultsMax, int shard, int shards) {

    /// Checks the numbers.
    public CampaignPlan {
        layers = layers.stream().distinct().sorted().toList();
        Validate.isTrue(!layers.isEmpty(), "a campaign needs at least one layer");
        Validate.isTrue(shards >= 1 && shard >= 1 && shard <= shards,
                "shard %d/%d: expected i/n with i from 1 to n", shard, shards);
        Validate.isTrue(drawnRuns >= 0 && firstFaultsMax >= 1,
                "%d drawn runs, %d first faults: expected 0 or more, 1 or more", drawnRuns,
                firstFaultsMax);
    }

    /// Every single fault in every layer, and nothing else.
    public static CampaignPlan ofSeed(long seed) {
        return new CampaignPlan(seed, List.of(FaultLayer.values()), false, false, 0,
                Integer.MAX_VALUE, 1, 1);
    }

    /// The same with pairs.
    public CampaignPlan withPairs() {
        return new CampaignPlan(seed, layers, sticky, true, drawnRuns, firstFaultsMax, shard,
                shards);
    }

    /// The same with sticky faults.
    public CampaignPlan withSticky() {
        return new CampaignPlan(seed, layers, true, pairs, drawnRuns, firstFaultsMax, shard,
                shards);
    }

    /// The same with more runs.
    public CampaignPlan withDrawnRuns(long runs) {
        return new CampaignPlan(seed, layers, sticky, pairs, runs, firstFaultsMax, shard, shards);
    }

    /// One part of the same.
    public CampaignPlan withShard(int part, int parts) {
        return new CampaignPlan(seed, layers, sticky, pairs, drawnRuns, firstFaultsMax, part,
                parts);
    }

    /// What all shards of the campaign have in common, in one line.
    String description() {
        return "seed " + seed + ", layers "
                + String.join(",", layers.stream().map(FaultLayer::label).toList())
                + ", single faults"
                + (firstFaultsMax == Integer.MAX_VALUE ? "" : " (up to " + firstFaultsMax + ")")
                + (sticky ? ", sticky" : "") + (pairs ? ", pairs" : "")
                + (drawnRuns > 0 ? ", " + drawnRuns + " drawn" : "");
    }
}
