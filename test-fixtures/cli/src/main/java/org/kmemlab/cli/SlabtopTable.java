package org.kmemlab.cli;

import static java.util.Locale.ROOT;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;

import org.kmemlab.lab.proc.SlabinfoRow;

/// Caches as `slabtop` of procps prints them, byte for byte.
///
/// @param rows the caches, in the order of slabinfo
/// @param order what they are sorted by
record SlabtopTable(List<SlabinfoRow> rows, SlabtopOrder order) {

    /// The line before the first cache; the lines before it are the sums.
    static final String COLUMNS = String.format(ROOT, "%6s %6s %4s %8s %6s %8s %10s %-23s", "OBJS",
            "ACTIVE", "USE", "OBJ SIZE", "SLABS", "OBJ/SLAB", "CACHE SIZE", "NAME");

    private static final int PAGE_KIB = 4;
    private static final int PERCENT = 100;
    private static final double KIB = 1024;

    SlabtopTable {
        rows = List.copyOf(rows);
    }

    /// Memory of all slabs of a cache, in KiB.
    static long cacheKib(SlabinfoRow row) {
        return row.slabs() * row.pages() * PAGE_KIB;
    }

    /// Which part of a cache's objects is in use, in percent, rounded down.
    static long usePercent(SlabinfoRow row) {
        return row.totalObjects() == 0 ? 0 : row.activeObjects() * PERCENT / row.totalObjects();
    }

    /// The sums over all caches.
    List<String> sums() {
        long active = sum(SlabinfoRow::activeObjects);
        long total = sum(SlabinfoRow::totalObjects);
        long activeSlabs = sum(SlabinfoRow::activeSlabs);
        long slabs = sum(SlabinfoRow::slabs);
        long used = rows.stream().filter(row -> row.totalObjects() > 0).count();
        long activeBytes = sum(row -> row.activeObjects() * row.size());
        long bytes = sum(row -> row.totalObjects() * row.size());
        return List.of(
                line("Active / Total Objects (% used)", active + " / " + total
                        + part(active, total)),
                line("Active / Total Slabs (% used)", activeSlabs + " / " + slabs
                        + part(activeSlabs, slabs)),
                line("Active / Total Caches (% used)", used + " / " + rows.size()
                        + part(used, rows.size())),
                line("Active / Total Size (% used)", kib(activeBytes) + " / " + kib(bytes)
                        + part(activeBytes, bytes)),
                line("Minimum / Average / Maximum Object", kib(smallest()) + " / "
                        + kib(total == 0 ? 0 : bytes / total) + " / " + kib(largest())));
    }

    /// A line for each cache.
    List<String> lines() {
        return order.sorted(rows).stream().map(SlabtopTable::line).toList();
    }

    /// All of it.
    List<String> text() {
        List<String> text = new ArrayList<>(sums());
        text.add("");
        text.add(COLUMNS);
        text.addAll(lines());
        return text;
    }

    private static String line(SlabinfoRow row) {
        return String.format(ROOT, "%6d %6d %3d%% %8s %6d %8d %9dK %-23s", row.totalObjects(),
                row.activeObjects(), usePercent(row), kib(row.size()), row.slabs(), row.objects(),
                cacheKib(row), row.name());
    }

    private static String line(String title, String figures) {
        return String.format(ROOT, " %-34s : %s", title, figures);
    }

    private long sum(ToLongFunction<SlabinfoRow> figure) {
        return rows.stream().mapToLong(figure).sum();
    }

    private long smallest() {
        return rows.stream().mapToLong(SlabinfoRow::size).min().orElse(0);
    }

    private long largest() {
        return rows.stream().mapToLong(SlabinfoRow::size).max().orElse(0);
    }

    private static String part(long some, long all) {
        return " (" + decimal(all == 0 ? 0 : (double) PERCENT * some / all, 1) + "%)";
    }

    private static String kib(long bytes) {
        return decimal(bytes / KIB, 2) + "K";
    }

    /// As C prints a double: of two equally near numbers the even one, where Java's format goes up.
    private static String decimal(double value, int places) {
        return new BigDecimal(value).setScale(places, RoundingMode.HALF_EVEN).toPlainString();
    }
}
