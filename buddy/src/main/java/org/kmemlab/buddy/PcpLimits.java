package org.kmemlab.buddy;

/// How many pages a CPU's lists of a zone hold and move at once.
///
/// @param high pages from which on some are given back
/// @param batch pages moved at once
record PcpLimits(int high, int batch) {

    private static final int BATCH_PAGES_MOST = 256;

    /// The sizes that the kernel computes for a zone.
    ///
    /// @param lowMark the zone's low watermark in pages
    /// @param localCpus CPUs near the zone, at least 1
    static PcpLimits of(int managedPages, int lowMark, int localCpus) {
        int base = Math.max(1, Math.min(managedPages >> 10, BATCH_PAGES_MOST) / 4);
        int batch = Math.max(1, Integer.highestOneBit(base + base / 2) - 1);
        return new PcpLimits(Math.max(lowMark / localCpus, 4 * batch), batch);
    }
}
