package org.kmemlab.lab.metric.machine;

/// What is written down of a machine at each sample.
public enum MachineMeasure {
    /// Time on the trace's clock since its first event.
    TIME_MICROS("timeMicros", "Time since the first event", "µs"),
    /// Objects of all caches that somebody uses.
    OBJECTS("objects", "Objects in use", "objects"),
    /// The slots that these objects lie in.
    OBJECT_BYTES("objectBytes", "Slots in use", "bytes"),
    /// The pages of all slabs.
    SLAB_BYTES("slabBytes", "Pages of slabs", "bytes"),
    /// Pages that somebody uses and that are no slab's.
    OTHER_BYTES("otherBytes", "Other pages in use", "bytes"),
    /// All slabs.
    SLABS("slabs", "Slabs", "slabs"),
    /// Slabs that are neither full nor empty.
    PARTIAL_SLABS("partialSlabs", "Partial slabs", "slabs"),
    /// Pages on the free lists of all zones.
    FREE_PAGES("freePages", "Free pages in zones", "pages"),
    /// Pages on the lists of all CPUs.
    PER_CPU_PAGES("perCpuPages", "Free pages on CPUs", "pages"),
    /// The order of the largest free block, -1 if nothing is free.
    LARGEST_FREE_ORDER("largestFreeOrder", "Order of the largest free block", "order"),
    /// Free memory that cannot serve order 3, in thousandths.
    UNUSABLE3_PERMILLE("unusable3Permille", "Free memory unusable for order 3", "permille"),
    /// Free memory that cannot serve order 6, in thousandths.
    UNUSABLE6_PERMILLE("unusable6Permille", "Free memory unusable for order 6", "permille"),
    /// Free memory that cannot serve order 9, in thousandths.
    UNUSABLE9_PERMILLE("unusable9Permille", "Free memory unusable for order 9", "permille"),
    /// Blocks taken from pageblocks of another migrate type, so far.
    STEALS("steals", "Steals", "steals"),
    /// Objects freed on another CPU than they were allocated on, so far.
    CROSS_CPU_FREES("crossCpuFrees", "Frees on another CPU", "frees"),
    /// Objects and blocks that must have been freed without an event, so far.
    SILENT_FREES("silentFrees", "Frees that left no event", "frees"),
    /// Requests that the machine had no memory for, so far.
    FAILED("failed", "Failed requests", "requests");

    private final String key;
    private final String title;
    private final String unit;

    MachineMeasure(String key, String title, String unit) {
        this.key = key;
        this.title = title;
        this.unit = unit;
    }

    /// Its name in files.
    public String key() {
        return key;
    }

    /// What it is, for people.
    public String title() {
        return title;
    }

    /// What is counted.
    public String unit() {
        return unit;
    }
}
