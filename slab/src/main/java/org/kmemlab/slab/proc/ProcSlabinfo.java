package org.kmemlab.slab.proc;

import java.util.List;
import java.util.Locale;

import org.kmemlab.slab.CacheSnapshot;
import org.kmemlab.slab.ClassicSnapshot;
import org.kmemlab.slab.ClassicStats;

/// The text of `/proc/slabinfo`, version 2.1.
///
/// Two columns surprise: `objsize` is the distance between two objects, debug data included, and
/// `active_objs` counts objects that wait on a CPU for their next user. SLUB has no tunables and
/// counts every slab as active.
public final class ProcSlabinfo {

    private static final String VERSION = "slabinfo - version: 2.1";
    private static final String COLUMNS = """
            # name            <active_objs> <num_objs> <objsize> <objperslab> <pagesperslab> : \
            tunables <limit> <batchcount> <sharedfactor> : slabdata <active_slabs> <num_slabs> \
            <sharedavail>""";
    private static final String STATISTICS = """
             : globalstat <listallocs> <maxobjs> <grown> <reaped> <error> <maxfreeable> \
            <nodeallocs> <remotefrees> <alienoverflow> : cpustat <allochit> <allocmiss> <freehit> \
            <freemiss>""";

    private ProcSlabinfo() {
    }

    /// The file for these caches, one line each in the order given; the kernel lists the newest
    /// first, as [org.kmemlab.slab.SlabAllocator#caches] does.
    public static String text(List<CacheSnapshot> caches) {
        StringBuilder text = new StringBuilder(VERSION + "\n" + COLUMNS + "\n");
        for (CacheSnapshot cache : caches) {
            text.append(row(cache)).append('\n');
        }
        return text.toString();
    }

    /// The same with what the caches have counted, as SLAB prints it if the kernel was built with
    /// `CONFIG_DEBUG_SLAB`.
    ///
    /// @throws IllegalStateException if another engine keeps the objects
    public static String textWithStatistics(List<CacheSnapshot> caches) {
        StringBuilder text = new StringBuilder(
                VERSION + " (statistics)\n" + COLUMNS + STATISTICS + "\n");
        for (CacheSnapshot cache : caches) {
            text.append(row(cache)).append(statistics(cache.classic().stats())).append('\n');
        }
        return text.toString();
    }

    private static String row(CacheSnapshot cache) {
        int limit = 0;
        int batchCount = 0;
        int shared = 0;
        long sharedAvailable = 0;
        if (cache instanceof ClassicSnapshot classic) {
            limit = classic.limits().limit();
            batchCount = classic.limits().batchCount();
            shared = classic.limits().shared();
            sharedAvailable = classic.sharedAvailable();
        }
        return String.format(Locale.ROOT,
                "%-17s %6d %6d %6d %4d %4d : tunables %4d %4d %4d : slabdata %6d %6d %6d",
                cache.name(), cache.activeObjects(), cache.totalObjects(),
                cache.geometry().size(), cache.geometry().objects(),
                1 << cache.geometry().order(), limit, batchCount, shared, cache.activeSlabs(),
                cache.slabs(), sharedAvailable);
    }

    private static String statistics(ClassicStats stats) {
        return String.format(Locale.ROOT,
                " : globalstat %7d %6d %5d %4d %4d %4d %4d %4d %4d : cpustat %6d %6d %6d %6d",
                stats.allocations(), stats.high(), stats.grown(), stats.reaped(), stats.errors(),
                stats.maxFreeable(), stats.nodeAllocs(), stats.nodeFrees(), stats.overflows(),
                stats.allocHit(), stats.allocMiss(), stats.freeHit(), stats.freeMiss());
    }
}
