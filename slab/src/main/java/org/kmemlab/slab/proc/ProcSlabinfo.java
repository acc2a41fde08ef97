package org.kmemlab.slab.proc;

import java.util.List;
import java.util.Locale;

import org.kmemlab.slab.CacheSnapshot;

/// The text of `/proc/slabinfo`, version 2.1.
///
/// Two columns surprise: `objsize` is the distance between two objects, debug data included, and
/// `active_objs` counts objects that wait on a CPU for their next user.
public final class ProcSlabinfo {

    private static final String HEADER = """
            slabinfo - version: 2.1
            # name            <active_objs> <num_objs> <objsize> <objperslab> <pagesperslab> : \
            tunables <limit> <batchcount> <sharedfactor> : slabdata <active_slabs> <num_slabs> \
            <sharedavail>
            """;
    private ProcSlabinfo() {
    }

    /// The file for these caches, one line each in the order given; the kernel lists the newest
    /// first, as [org.kmemlab.slab.SlabAllocator#caches] does.
    public static String text(List<CacheSnapshot> caches) {
        StringBuilder text = new StringBuilder(HEADER);
        for (CacheSnapshot cache : caches) {
            text.append(row(cache));
        }
        return text.toString();
    }

    private static String row(CacheSnapshot cache) {
        // SLUB has no tunables and counts every slab as active.
        return String.format(Locale.ROOT,
                "%-17s %6d %6d %6d %4d %4d : tunables %4d %4d %4d : slabdata %6d %6d %6d\n",
                cache.name(),
                cache.activeObjects(), cache.totalObjects(), cache.geometry().size(),
                cache.geometry().objects(), 1 << cache.geometry().order(), 0, 0, 0, cache.slabs(),
                cache.slabs(), 0);
    }
}
