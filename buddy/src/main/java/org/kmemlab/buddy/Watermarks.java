package org.kmemlab.buddy;

import java.util.ArrayList;
import java.util.List;

import org.kmemlab.machine.ConfigOption;
import org.kmemlab.machine.KernelProfile;
import org.kmemlab.machine.ZoneSpan;
import org.kmemlab.machine.ZoneType;

/// The levels of free pages at which a zone changes its behaviour, in pages.
///
/// @param min below it only requests with a right to reserves are served
/// @param low below it the background reclaimer is woken
/// @param high above it the background reclaimer sleeps again
/// @param promo above it pages are promoted to the node
public record Watermarks(int min, int low, int high, int promo) {

    private static final int SCALE_FACTOR_PER_10_000 = 10;
    private static final int MIN_FREE_KBYTES_LEAST = 128;
    private static final int MIN_FREE_KBYTES_MOST = 262_144;
    /// Machines below this many usable pages do not raise the reserve for huge pages.
    private static final int HUGE_PAGE_RESERVE_FROM_PAGES = 512 << 8;
    /// Pages per unit of reserve, by zone: a zone keeps managed pages of higher zones / ratio.
    private static final int[] LOWMEM_RESERVE_RATIO = {256, 256, 32, 0};

    /// Marks whose `promo` is as far above `high` as `high` is above `low`.
    public static Watermarks of(int min, int low, int high) {
        return new Watermarks(min, low, high, high + (high - low));
    }

    /// The marks of every zone, computed from their managed pages as at boot.
    ///
    /// @param zones all zones of the machine
    public static List<Watermarks> ofZones(KernelProfile profile, List<ZoneSpan> zones) {
        long lowmem = zones.stream().filter(zone -> zone.type() != ZoneType.MOVABLE)
                .mapToLong(ZoneSpan::managedPages).sum();
        long minPages = minFreeKbytes(profile, zones) / 4;
        List<Watermarks> marks = new ArrayList<>();
        for (ZoneSpan zone : zones) {
            long share = lowmem == 0 ? 0 : minPages * zone.managedPages() / lowmem;
            long min = zone.type() == ZoneType.MOVABLE
                    ? Math.clamp(zone.managedPages() / 1024, 32, 128)
                    : share;
            long step = Math.max(share >> 2,
                    (long) zone.managedPages() * SCALE_FACTOR_PER_10_000 / 10_000);
            marks.add(of((int) min, (int) (min + step), (int) (min + 2 * step)));
        }
        return marks;
    }

    /// The sysctl `min_free_kbytes` as the kernel chooses it: `4 * sqrt(lowmem kB)`, raised on
    /// machines with huge pages so that whole pageblocks stay free for each mobility type.
    static long minFreeKbytes(KernelProfile profile, List<ZoneSpan> zones) {
        long usable = usablePages(zones, 0);
        long kbytes = Math.clamp((long) Math.sqrt((double) (usable * 4 * 16)),
                MIN_FREE_KBYTES_LEAST, MIN_FREE_KBYTES_MOST);
        if (!profile.has(ConfigOption.TRANSPARENT_HUGEPAGE)
                || usable < HUGE_PAGE_RESERVE_FROM_PAGES) {
            return kbytes;
        }
        long pageblock = 1L << profile.pageblockOrder();
        long populated = zones.stream().filter(zone -> zone.managedPages() > 0).count();
        long wanted = pageblock * populated * 2
                + pageblock * populated * MigrateType.PCP_TYPES * MigrateType.PCP_TYPES;
        long highMarks = ofKbytes(zones, kbytes);
        return Math.max(kbytes, Math.min(wanted, usablePages(zones, highMarks) / 20) * 4);
    }

    private static long ofKbytes(List<ZoneSpan> zones, long kbytes) {
        long lowmem = usablePages(zones, 0);
        return zones.stream().mapToLong(zone -> {
            long share = kbytes / 4 * zone.managedPages() / lowmem;
            return share + 2 * Math.max(share >> 2, (long) zone.managedPages() / 1000);
        }).sum();
    }

    private static long usablePages(List<ZoneSpan> zones, long less) {
        return Math.max(1, zones.stream().mapToLong(ZoneSpan::managedPages).sum() - less);
    }

    /// Pages that zone number `index` keeps from requests that could use a higher zone, by the
    /// ordinal of the highest zone the request could use.
    public static int[] lowmemReserve(List<ZoneSpan> zones, int index) {
        ZoneSpan own = zones.get(index);
        int ratio = LOWMEM_RESERVE_RATIO[own.type().ordinal()];
        int[] reserve = new int[ZoneType.values().length];
        long above = 0;
        for (ZoneType type : ZoneType.values()) {
            if (type.ordinal() <= own.type().ordinal()) {
                continue;
            }
            above += zones.stream().filter(zone -> zone.node() == own.node() && zone.type() == type)
                    .mapToLong(ZoneSpan::managedPages).sum();
            reserve[type.ordinal()] = ratio == 0 ? 0 : (int) (above / ratio);
        }
        return reserve;
    }
}
