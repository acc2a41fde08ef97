package org.kmemlab.lab.advise;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

import org.agrona.collections.Long2ObjectHashMap;
import org.jspecify.annotations.Nullable;
import org.kmemlab.buddy.GfpFlags;
import org.kmemlab.lab.trace.SymbolTable;
import org.kmemlab.lab.trace.TraceCursor;
import org.kmemlab.lab.trace.TraceEventKind;
import org.kmemlab.slab.Kmalloc;

/// The events of a trace as requests to caches.
///
/// Up to Linux 6.8 an allocation does not name its cache, only a free does. A first pass over the
/// trace learns which cache serves a call site's requests of a size; where no such object is freed,
/// the call site stands for its cache. Requests to `kmalloc` belong to their size class.
final class TraceRequests implements Requests {

    /// What requests that surely go to one cache have in common; numbers of one trace.
    private record Origin(int callSite, long requestedBytes, long allocatedBytes) {}

    private static final int KIB = 1024;

    private final PoolAdvisor.Source trace;
    private final Map<Origin, String> cacheOf = new HashMap<>();

    private TraceRequests(PoolAdvisor.Source trace) {
        this.trace = trace;
    }

    /// Learns from a trace; reads it to its end.
    static TraceRequests of(PoolAdvisor.Source trace) throws IOException {
        TraceRequests requests = new TraceRequests(trace);
        Long2ObjectHashMap<Origin> live = new Long2ObjectHashMap<>();
        try (TraceCursor cursor = trace.open()) {
            while (cursor.next()) {
                TraceEventKind kind = cursor.kind();
                if (kind.isObjectAlloc() && !isKmalloc(kind)
                        && cursor.cacheName() == SymbolTable.NONE) {
                    live.put(cursor.pointer(), origin(cursor));
                } else if (kind.isObjectFree()) {
                    requests.learn(live.remove(cursor.pointer()), cursor);
                }
            }
        }
        return requests;
    }

    private void learn(@Nullable Origin origin, TraceCursor free) {
        if (origin != null && free.cacheName() != SymbolTable.NONE) {
            cacheOf.putIfAbsent(origin, free.cacheNames().text(free.cacheName()));
        }
    }

    private static Origin origin(TraceCursor cursor) {
        return new Origin(cursor.callSite(), cursor.requestedBytes(), cursor.allocatedBytes());
    }

    private static boolean isKmalloc(TraceEventKind kind) {
        return kind == TraceEventKind.KMALLOC || kind == TraceEventKind.KMALLOC_NODE;
    }

    @Override
    public long read(Visitor visitor) throws IOException {
        try (TraceCursor cursor = trace.open()) {
            return read(cursor, visitor);
        }
    }

    @Override
    public String place(long place) {
        return "at line " + place;
    }

    private long read(TraceCursor cursor, Visitor visitor) throws IOException {
        long event = 0;
        while (cursor.next()) {
            event++;
            TraceEventKind kind = cursor.kind();
            if (cursor.pointer() == 0) {
                continue;
            }
            if (kind.isObjectAlloc()) {
                boolean atomic = (cursor.gfpBits() & GfpFlags.DIRECT_RECLAIM.bits()) == 0;
                visitor.allocated(cache(cursor, kind), atomic, cursor.pointer(), event,
                        cursor.lineNumber());
            } else if (kind.isObjectFree()) {
                visitor.freed(cursor.pointer(), event);
            }
        }
        return event;
    }

    private String cache(TraceCursor cursor, TraceEventKind kind) {
        if (isKmalloc(kind)) {
            return sizeClass(cursor.allocatedBytes());
        }
        if (cursor.cacheName() != SymbolTable.NONE) {
            return cursor.cacheNames().text(cursor.cacheName());
        }
        Origin origin = origin(cursor);
        // Kept, so that the text is made once.
        return cacheOf.computeIfAbsent(origin, unknown -> "objects of " + unknown.allocatedBytes
                + " bytes at " + cursor.callSites().text(unknown.callSite));
    }

    private static String sizeClass(long bytes) {
        boolean large = bytes > Kmalloc.MAX_CACHE_SIZE;
        return (large ? "large kmalloc-" : "kmalloc-")
                + (bytes >= KIB && bytes % KIB == 0 ? bytes / KIB + "k" : bytes);
    }
}
