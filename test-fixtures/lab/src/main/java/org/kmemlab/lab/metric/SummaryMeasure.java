package org.kmemlab.lab.metric;

/// What is said about a run as a whole. "Mean" is the mean over the samples, that is over time
/// counted in requests. Less is better in all but those marked.
public enum SummaryMeasure {
    /// The most bytes in use at one moment, as asked for.
    PEAK_REQUESTED_BYTES("peakRequestedBytes", "Peak requested", "bytes"),
    /// The most bytes of pages held at a sample.
    PEAK_PAGE_BYTES("peakPageBytes", "Peak pages", "bytes"),
    /// The two in relation.
    PEAK_PAGES_PER_REQUESTED("peakPagesPerRequested", "Pages per requested byte, at the peaks",
            "ratio"),
    /// Usable but not requested bytes, of the usable ones.
    MEAN_INTERNAL_WASTE_PERCENT("meanInternalWastePercent", "Internal waste", "percent"),
    /// Bytes of pages that are not requested: internal waste, metadata, free blocks, half-empty
    /// slabs.
    MEAN_PAGE_WASTE_PERCENT("meanPageWastePercent", "Page waste", "percent"),
    /// The most bytes of metadata at a sample.
    PEAK_METADATA_BYTES("peakMetadataBytes", "Peak metadata", "bytes"),
    /// Pages still held when all blocks have been freed.
    RETAINED_BYTES("retainedBytes", "Pages held when all is free", "bytes"),
    /// Requests that got nothing.
    FAILED_REQUESTS("failedRequests", "Failed requests", "requests"),
    /// Lists, bins or bitmap words looked at in a request.
    STEPS_PER_REQUEST("stepsPerRequest", "Steps a request", "steps"),
    /// The most of them in one.
    MOST_STEPS("mostSteps", "Most steps in a request", "steps"),
    /// Blocks freed on another CPU than they were allocated on.
    CROSS_CPU_FREES("crossCpuFrees", "Frees on another CPU", "frees"),
    /// The most slabs neither full nor empty.
    PEAK_PARTIAL_SLABS("peakPartialSlabs", "Peak partial slabs", "slabs"),
    /// Free memory that cannot serve order 9.
    MEAN_UNUSABLE9_PERCENT("meanUnusable9Percent", "Free memory unusable for order 9",
            "percent"),
    /// Order-9 requests that are served; more is better.
    MEAN_ORDER9_PERCENT("meanOrder9Percent", "Order-9 requests served", "percent"),
    /// The smallest order that the largest free block ever had; more is better.
    LEAST_LARGEST_ORDER("leastLargestOrder", "Least order of the largest free block", "order"),
    /// Blocks taken from pageblocks of another migrate type.
    STEALS("steals", "Steals", "steals"),
    /// The most movable pageblocks with pages in use.
    PEAK_MIXED_PAGEBLOCKS("peakMixedPageblocks", "Peak mixed pageblocks", "pageblocks"),
    /// How much the process grew, where a policy runs in a process of its own.
    PEAK_RESIDENT_BYTES("peakResidentBytes", "Peak growth of the process", "bytes");

    private final String key;
    private final String title;
    private final String unit;

    SummaryMeasure(String key, String title, String unit) {
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
