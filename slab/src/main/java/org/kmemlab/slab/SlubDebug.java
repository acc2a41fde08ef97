package org.kmemlab.slab;

import java.util.List;
import java.util.function.Consumer;

import org.kmemlab.machine.Cpu;

/// The parts of one cache that know about its debug bytes, and what is asked of all its slabs at
/// once. Caches without debug flags have it too: their free lists can be looked at.
final class SlubDebug {

    final ObjectTracks tracks;
    final ObjectDebug bytes;
    final BugReports reports;
    final SlabChecks checks;

    private final SlabCache cache;
    private final FreeLinks links;

    SlubDebug(SlabCache cache, FreeLinks links) {
        this.cache = cache;
        this.links = links;
        this.tracks = new ObjectTracks(cache);
        this.bytes = new ObjectDebug(cache, tracks);
        this.reports = new BugReports(cache, links, bytes, tracks);
        this.checks = new SlabChecks(cache, links, bytes, reports);
    }

    /// Looks at every listed slab, reports and repairs.
    ///
    /// @return how many slabs were looked at
    int validate(Cpu cpu, SlubNodes nodes) {
        int count = 0;
        for (int node = 0; node < nodes.count(); node++) {
            count += validate(cpu, nodes.of(node), node);
        }
        return count;
    }

    private int validate(Cpu cpu, NodePartials list, int node) {
        int[] count = {0};
        Consumer<SlubSlab> check = slab -> {
            checks.validate(cpu, slab);
            count[0]++;
        };
        list.forEachPartial(check);
        if (cache.geometry().flags().has(SlabFlags.STORE_USER)) {
            list.forEachFull(check);
            if (count[0] != list.slabs()) {
                reports.slabCount(count[0], list.slabs(), new SlabBug.LostSlabs(cache.name(), node,
                        count[0], list.slabs()));
            }
        }
        return count[0];
    }

    /// Who allocated or freed the objects in use of all listed slabs.
    List<TrackSite> trackSites(SlubNodes nodes, ObjectTracks.Kind kind) {
        TrackSummary summary = new TrackSummary(cache, tracks, kind);
        Consumer<SlubSlab> add = slab -> summary.add(slab, links.walk(slab, slab.headAddress()));
        for (int node = 0; node < nodes.count(); node++) {
            nodes.of(node).forEachPartial(add);
            nodes.of(node).forEachFull(add);
        }
        return summary.sites();
    }
}
