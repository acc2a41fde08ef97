package org.kmemlab.lab.tune;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;

import org.kmemlab.lab.tune.CacheAdvice.Expectation;
import org.kmemlab.lab.tune.TraceDemand.Sizes;
import org.kmemlab.machine.KernelProfile;
import org.kmemlab.slab.EngineKind;
import org.kmemlab.slab.Kmalloc;

/// What might help, and by how much, as far as that follows from the sizes and lives of objects.
final class Candidates {

    private static final int WORD = 8;
    private static final int MOST_OF_A_KIND = 4;
    private static final int LARGEST_ORDER = 3;

    private Candidates() {
    }

    /// Everything worth a trial, by kind.
    static List<Expectation> of(TraceDemand demand, KernelProfile profile) {
        List<Expectation> all = new ArrayList<>(ownCaches(demand));
        all.addAll(alignments(demand));
        if (profile.boot().has("slab_nomerge")) {
            all.add(unknown(new Change.Merge()));
        }
        if (EngineKind.of(profile) != EngineKind.SLUB) {
            return all;
        }
        for (int order = 0; order < LARGEST_ORDER; order++) {
            all.add(unknown(new Change.Boot("slub_max_order=" + order)));
        }
        all.add(unknown(new Change.Boot("slub_min_order=1")));
        all.add(unknown(new Change.MinPartial(0)));
        all.add(unknown(new Change.CpuPartial(0)));
        return all;
    }

    private static Expectation unknown(Change change) {
        return new Expectation(change, Double.NaN);
    }

    private static int slot(int bytes) {
        return Math.max(WORD, (bytes + WORD - 1) & -WORD);
    }

    /// The best cut in each class of `kmalloc`: a cache for the class's requests up to that size.
    private static List<Expectation> ownCaches(TraceDemand demand) {
        TreeMap<Integer, TreeMap<Integer, Double>> liveByClass = new TreeMap<>();
        for (Sizes sizes : demand.sizes()) {
            if (sizes.isKmalloc() && sizes.requestedBytes() > 0
                    && sizes.requestedBytes() <= Kmalloc.MAX_CACHE_SIZE) {
                liveByClass.computeIfAbsent(sizes.allocatedBytes(), key -> new TreeMap<>())
                        .merge(sizes.requestedBytes(), sizes.meanLive(), Double::sum);
            }
        }
        List<Expectation> best = new ArrayList<>();
        liveByClass.forEach((kmallocClass, live) -> best.add(bestCut(kmallocClass, live)));
        return most(best);
    }

    private static Expectation bestCut(int kmallocClass, NavigableMap<Integer, Double> live) {
        double lives = 0;
        double saved = -1;
        int cut = live.firstKey();
        for (var size : live.entrySet()) {
            lives += size.getValue();
            double saving = lives * (kmallocClass - slot(size.getKey()));
            if (saving > saved) {
                saved = saving;
                cut = size.getKey();
            }
        }
        return new Expectation(new Change.OwnCache(live.firstKey(), cut, kmallocClass), saved);
    }

    private static List<Expectation> alignments(TraceDemand demand) {
        return most(demand.sizes().stream().filter(
                sizes -> !sizes.isKmalloc()
                        && slot(sizes.requestedBytes()) < sizes.allocatedBytes())
                .map(sizes -> new Expectation(new Change.NoAlignment(sizes.requestedBytes(),
                        sizes.allocatedBytes(), sizes.caches().isEmpty() ? "a cache without name"
                                : String.join(", ", sizes.caches())),
                        sizes.meanLive()
                                * (sizes.allocatedBytes() - slot(sizes.requestedBytes()))))
                .toList());
    }

    private static List<Expectation> most(List<Expectation> all) {
        return all.stream().filter(one -> one.expectedBytes() > 0)
                .sorted(Comparator.comparingDouble(Expectation::expectedBytes).reversed())
                .limit(MOST_OF_A_KIND).toList();
    }
}
