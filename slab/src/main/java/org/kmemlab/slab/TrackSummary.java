package org.kmemlab.slab;

import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

import org.kmemlab.slab.ObjectTracks.Kind;
import org.kmemlab.slab.ObjectTracks.Track;
import org.kmemlab.slab.TrackSite.Range;

/// Sums up who allocated or freed the objects in use of one cache.
final class TrackSummary {

    /// Objects that differ in this are listed apart.
    private record Key(long site, int handle, int waste) {}

    private static final class Sum {
        private long count;
        private Range ages;
        private Range pids;
        private final Set<Integer> cpus = new TreeSet<>();
        private final Set<Integer> nodes = new TreeSet<>();

        Sum(long age, long pid) {
            ages = Range.of(age);
            pids = Range.of(pid);
        }
    }

    private static final Comparator<Key> ORDER = Comparator.comparingLong(Key::site)
            .thenComparingInt(Key::handle).thenComparingInt(Key::waste);

    private final CallSites sites;
    private final ObjectTracks tracks;
    private final Kind kind;
    private final long now;
    private final Map<Key, Sum> sums = new TreeMap<>(ORDER);

    TrackSummary(SlabCache cache, ObjectTracks tracks, Kind kind) {
        this.sites = cache.allocator().callSites();
        this.tracks = tracks;
        this.kind = kind;
        this.now = cache.allocator().machine().clock().jiffies();
    }

    /// Adds the objects in use of a slab.
    ///
    /// @param free indices of the others
    void add(SlubSlab slab, List<Integer> free) {
        Set<Integer> unused = new HashSet<>(free);
        for (int index = 0; tracks.bytes() > 0 && index < slab.objects(); index++) {
            if (!unused.contains(index)) {
                add(slab, slab.addressOf(index));
            }
        }
    }

    private void add(SlubSlab slab, long object) {
        Track track = tracks.read(object, kind);
        int waste = kind == Kind.ALLOCATED ? tracks.waste(object) : 0;
        long age = now - track.jiffies();
        Key key = new Key(track.site(), track.handle(), waste);
        Sum sum = sums.get(key);
        if (sum == null) {
            sum = new Sum(age, track.pid());
            sum.cpus.add(track.cpu());
            sums.put(key, sum);
        } else if (track.jiffies() != 0) {
            // As in the kernel, empty records count, but their time does not.
            sum.ages = sum.ages.plus(age);
            sum.pids = sum.pids.plus(track.pid());
            sum.cpus.add(track.cpu());
        }
        sum.count++;
        sum.nodes.add(slab.node);
    }

    /// What was summed up, most objects first.
    List<TrackSite> sites() {
        return sums.entrySet().stream().map(entry -> site(entry.getKey(), entry.getValue()))
                .sorted(Comparator.comparingLong(TrackSite::count).reversed()).toList();
    }

    private TrackSite site(Key key, Sum sum) {
        return new TrackSite(sum.count, key.site == 0 ? "" : sites.symbol(key.site),
                sites.stack(key.handle), key.waste, sum.ages, sum.pids, List.copyOf(sum.cpus),
                List.copyOf(sum.nodes));
    }
}
