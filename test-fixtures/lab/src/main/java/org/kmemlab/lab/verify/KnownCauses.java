package org.kmemlab.lab.verify;

/// The differences from recordings that have a cause we know and cannot remove. The list may only
/// get shorter.
public final class KnownCauses {

    /// `page_alloc.shuffle=1` puts a block that reached the largest order at a random end of its
    /// list; the kernel's random numbers are not recorded. The recorded order is adopted.
    public static final String SHUFFLE = "shuffled end of a list of the largest order";

    /// Direct reclaim during a request freed pages of users that the log does not show. From there
    /// to the next complete dump the state is not known; it is loaded from that dump.
    public static final String HIDDEN_RECLAIM = "reclaim freed pages of unrecorded users";

    /// The kernel's statistics worker, or a CPU going idle, added a CPU's pending changes to the
    /// counter of free pages; that prints nothing. The number of free pages itself is equal.
    public static final String FOLDED_COUNTER = "pending changes of the free counter were folded";

    /// Bulk calls hand out objects and take them back without an event. That they were made shows
    /// only later, if at all: an object of the cache is handed out though it did not come back, or
    /// the other way round.
    public static final String SILENT_OBJECTS =
            "cache whose objects also come and go without an event";

    private KnownCauses() {
    }
}
