package org.kmemlab.lab.metric;

/// What is written down at each sample of a run.
public enum Measure {
    /// Blocks in use.
    BLOCKS("blocks", "Blocks in use", "blocks"),
    /// What their owners asked for.
    REQUESTED_BYTES("requestedBytes", "Requested by blocks in use", "bytes"),
    /// What their owners may use.
    USABLE_BYTES("usableBytes", "Usable in blocks in use", "bytes"),
    /// The pages that the policy holds.
    PAGE_BYTES("pageBytes", "Pages held", "bytes"),
    /// What the policy needs to know its blocks.
    METADATA_BYTES("metadataBytes", "Metadata", "bytes"),
    /// Memory of the process; only where a policy runs in a process of its own.
    RESIDENT_BYTES("residentBytes", "Resident memory of the process", "bytes"),
    /// Requests that got nothing, so far.
    FAILED_REQUESTS("failedRequests", "Failed requests so far", "requests"),
    /// Blocks freed on another CPU than they were allocated on, so far.
    CROSS_CPU_FREES("crossCpuFrees", "Frees on another CPU so far", "frees"),
    /// Lists, bins or bitmap words looked at, so far.
    STEPS("steps", "Steps so far", "steps"),
    /// Pages that nobody holds.
    FREE_PAGES("freePages", "Free pages", "pages"),
    /// The order of the largest free block of pages.
    LARGEST_FREE_ORDER("largestFreeOrder", "Order of the largest free block", "order"),
    /// How many of some requests for order 9 are served at this moment.
    ORDER9_PERMILLE("order9Permille", "Order-9 requests served", "permille"),
    /// Blocks taken from pageblocks of another migrate type, so far.
    STEALS("steals", "Steals so far", "steals"),
    /// Pageblocks for movable pages that hold pages in use, which cannot be moved.
    MIXED_PAGEBLOCKS("mixedPageblocks", "Mixed pageblocks", "pageblocks"),
    /// Slabs that are neither full nor empty.
    PARTIAL_SLABS("partialSlabs", "Partial slabs", "slabs");

    /// Stands where a policy has no such thing.
    public static final long ABSENT = Long.MIN_VALUE;

    private final String key;
    private final String title;
    private final String unit;

    Measure(String key, String title, String unit) {
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
