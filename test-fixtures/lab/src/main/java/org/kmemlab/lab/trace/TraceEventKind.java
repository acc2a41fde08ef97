package org.kmemlab.lab.trace;

import java.util.Arrays;

import org.jspecify.annotations.Nullable;

/// The `kmem` events that a trace can hold.
///
/// The two `*_NODE` events were printed by kernels up to 6.0; since then the plain ones carry the
/// node themselves.
public enum TraceEventKind {
    /// A request to `kmalloc` was served.
    KMALLOC("kmalloc", TraceField.ALLOCATION),
    /// The same for a given node, up to 6.0.
    KMALLOC_NODE("kmalloc_node", TraceField.ALLOCATION),
    /// A pointer was given to `kfree`.
    KFREE("kfree", TraceField.POINTER),
    /// An object was taken from a cache.
    KMEM_CACHE_ALLOC("kmem_cache_alloc", TraceField.ALLOCATION),
    /// The same for a given node, up to 6.0.
    KMEM_CACHE_ALLOC_NODE("kmem_cache_alloc_node", TraceField.ALLOCATION),
    /// An object was given back to its cache.
    KMEM_CACHE_FREE("kmem_cache_free", TraceField.POINTER),
    /// A request for pages was served, or failed.
    MM_PAGE_ALLOC("mm_page_alloc", TraceField.PAGE_REQUEST),
    /// Pages were given back.
    MM_PAGE_FREE("mm_page_free", TraceField.PAGE_BLOCK),
    /// A page given back as one of a batch; its [#MM_PAGE_FREE] was printed before.
    MM_PAGE_FREE_BATCHED("mm_page_free_batched", TraceField.PAGE),
    /// A block left the buddy lists: for a CPU's list or, with the zone locked, for a request.
    MM_PAGE_ALLOC_ZONE_LOCKED("mm_page_alloc_zone_locked", TraceField.PAGE_BLOCK),
    /// A page went from a CPU's list back to the buddy lists.
    MM_PAGE_PCPU_DRAIN("mm_page_pcpu_drain", TraceField.PAGE_BLOCK),
    /// A request took a block of another migrate type.
    MM_PAGE_ALLOC_EXTFRAG("mm_page_alloc_extfrag", TraceField.FALLBACK);

    private static final int LONGEST = 25;
    /// The kinds whose names have as many bytes as the index says.
    private static final TraceEventKind[][] BY_LENGTH = byLength();

    private final String eventName;
    private final TraceKey key;
    private final int requiredFields;

    TraceEventKind(String eventName, int requiredFields) {
        this.eventName = eventName;
        this.key = TraceKey.of(eventName);
        this.requiredFields = requiredFields;
    }

    private static TraceEventKind[][] byLength() {
        TraceEventKind[][] table = new TraceEventKind[LONGEST + 1][];
        for (int length = 0; length <= LONGEST; length++) {
            int wanted = length;
            table[length] = Arrays.stream(values())
                    .filter(kind -> kind.eventName.length() == wanted)
                    .toArray(TraceEventKind[]::new);
        }
        return table;
    }

    /// The kind whose name the bytes are; null if they are another event's.
    static @Nullable TraceEventKind of(byte[] bytes, int from, int to) {
        int length = to - from;
        if (length > LONGEST) {
            return null;
        }
        for (TraceEventKind kind : BY_LENGTH[length]) {
            if (kind.key.startsAt(bytes, from)) {
                return kind;
            }
        }
        return null;
    }

    /// The name as the kernel prints it.
    public String eventName() {
        return eventName;
    }

    /// Whether an object was allocated.
    public boolean isObjectAlloc() {
        return requiredFields == TraceField.ALLOCATION;
    }

    /// Whether an object was freed.
    public boolean isObjectFree() {
        return requiredFields == TraceField.POINTER;
    }

    /// One bit per [TraceField] without which a line of this kind says nothing.
    int requiredFields() {
        return requiredFields;
    }
}
