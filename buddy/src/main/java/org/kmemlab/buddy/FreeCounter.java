package org.kmemlab.buddy;

import java.util.Arrays;

/// A zone's number of free pages as the kernel sees it: exact sum less what CPUs have not told yet.
///
/// Each CPU collects its changes and adds them to the zone's counter when they exceed a threshold.
/// Watermark tests and `/proc/zoneinfo` read the counter, so decisions follow the lag.
final class FreeCounter {

    /// Most changes that a CPU keeps for itself.
    static final int THRESHOLD_MOST = 125;

    private final int[] pending;
    private final int normalThreshold;
    private int threshold;
    private long counted;
    private long bar;
    /// `counted` less `bar`.
    private long headroom;

    /// Creates a counter at 0.
    ///
    /// @param cpus CPUs online
    /// @param managedPages managed pages of the zone
    FreeCounter(int cpus, int managedPages) {
        pending = new int[cpus];
        normalThreshold = threshold(cpus, managedPages);
        threshold = normalThreshold;
    }

    /// Most changes that a CPU of a machine keeps for itself while no reclaim is going on.
    static int threshold(int cpus, int managedPages) {
        return Math.min(THRESHOLD_MOST,
                2 * bitLength(cpus) * (1 + bitLength(managedPages >>> 15)));
    }

    private static int bitLength(int value) {
        return Integer.SIZE - Integer.numberOfLeadingZeros(value);
    }

    void add(int cpu, int pages) {
        int sum = pending[cpu] + pages;
        if (Math.abs(sum) > threshold) {
            setCounted(counted + sum);
            sum = 0;
        }
        pending[cpu] = sum;
    }

    private void setCounted(long value) {
        counted = value;
        headroom = value - bar;
    }

    /// Sets what [#headroom] is counted from, in pages.
    void setBar(long pages) {
        bar = pages;
        headroom = counted - pages;
    }

    /// How far the counter is above the bar; negative below it.
    long headroom() {
        return headroom;
    }

    /// The value without pending changes.
    long counted() {
        return counted;
    }

    /// The value with all pending changes: pages on the free lists.
    long exact() {
        long sum = counted;
        for (int part : pending) {
            sum += part;
        }
        return sum;
    }

    /// Adds all pending changes to the counter.
    void fold() {
        setCounted(exact());
        Arrays.fill(pending, 0);
    }

    /// Starts from recorded values; the difference is pending on CPU 0.
    void restore(long newCounted, long newExact) {
        Arrays.fill(pending, 0);
        setCounted(newCounted);
        pending[0] = (int) (newExact - newCounted);
    }

    /// The threshold while no reclaim is going on.
    int normalThreshold() {
        return normalThreshold;
    }

    void setThreshold(int pages) {
        threshold = pages;
    }
}
