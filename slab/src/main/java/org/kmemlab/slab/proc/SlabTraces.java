package org.kmemlab.slab.proc;

import java.util.List;

import org.kmemlab.slab.TrackSite;

/// The files `alloc_traces` and `free_traces` of a cache in the kernel's `debug/slab`.
public final class SlabTraces {

    private SlabTraces() {
    }

    /// The lines of a file.
    ///
    /// @param sites what the cache says of its objects
    /// @param cpus CPUs of the machine; with one none is named
    /// @param nodes memory nodes of the machine; with one none is named
    public static String text(List<TrackSite> sites, int cpus, int nodes) {
        if (sites.isEmpty()) {
            return "No data\n";
        }
        StringBuilder text = new StringBuilder();
        for (TrackSite site : sites) {
            text.append("%7d ".formatted(site.count()));
            text.append(site.symbol().isEmpty() ? "<not-available>" : site.symbol());
            if (site.waste() > 0) {
                text.append(" waste=").append(site.count() * site.waste()).append('/')
                        .append(site.waste());
            }
            TrackSite.Range ages = site.ages();
            text.append(" age=").append(ages.min());
            if (ages.sum() != ages.min()) {
                text.append('/').append(ages.sum() / site.count()).append('/').append(ages.max());
            }
            text.append(" pid=").append(site.pids().min());
            if (site.pids().min() != site.pids().max()) {
                text.append('-').append(site.pids().max());
            }
            text.append(cpus > 1 ? " cpus=" + ranges(site.cpus()) : "");
            text.append(nodes > 1 ? " nodes=" + ranges(site.nodes()) : "");
            text.append('\n');
            site.frames().forEach(frame -> text.append("        ").append(frame).append('\n'));
            text.append(site.frames().isEmpty() ? "" : "\n");
        }
        return text.toString();
    }

    /// Ascending numbers as the kernel lists them, for example `0-2,5`.
    private static String ranges(List<Integer> numbers) {
        StringBuilder text = new StringBuilder();
        int at = 0;
        while (at < numbers.size()) {
            int end = at;
            while (end + 1 < numbers.size()
                    && numbers.get(end + 1) == numbers.get(end) + 1) {
                end++;
            }
            text.append(at == 0 ? "" : ",").append(numbers.get(at));
            text.append(end > at ? "-" + numbers.get(end) : "");
            at = end + 1;
        }
        return text.toString();
    }
}
