package org.kmemlab.lab.rival.cached;

/// How objects went between the caches of CPUs and the central lists.
public final class TransferCounts {

    private long fetches;
    private long fetchedObjects;
    private long releases;
    private long releasedObjects;

    TransferCounts() {}

    void fetched(int objects) {
        fetches++;
        fetchedObjects += objects;
    }

    void released(int objects) {
        releases++;
        releasedObjects += objects;
    }

    /// How often a CPU took objects from a central list.
    public long fetches() {
        return fetches;
    }

    /// Objects that were taken so.
    public long fetchedObjects() {
        return fetchedObjects;
    }

    /// How often a CPU gave objects to a central list.
    public long releases() {
        return releases;
    }

    /// Objects that were given so.
    public long releasedObjects() {
        return releasedObjects;
    }
}
