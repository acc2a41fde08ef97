package org.kmemlab.lab.tune;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.agrona.collections.Long2LongHashMap;
import org.kmemlab.lab.trace.SymbolTable;
import org.kmemlab.lab.trace.TraceCursor;
import org.kmemlab.lab.trace.TraceEventKind;
import org.kmemlab.slab.Kmalloc;

/// How many objects of each size lived how long in a trace; time is counted in events.
///
/// Memory: O(sizes + live objects).
public final class TraceDemand {

    /// Objects of one size from one kind of source.
    ///
    /// @param isKmalloc whether `kmalloc` served them; else a cache
    /// @param requestedBytes what was asked for, or the cache's object size
    /// @param allocatedBytes what each took
    /// @param caches the names that frees told; empty for `kmalloc`
    /// @param meanLive how many lived on average
    public record Sizes(boolean isKmalloc, int requestedBytes, int allocatedBytes,
            List<String> caches, double meanLive) {

        /// Copies the names.
        public Sizes {
            caches = List.copyOf(caches);
        }
    }

    private static final long NONE = -1;

    private static final class Tally {
        private final boolean isKmalloc;
        private final int requestedBytes;
        private final int allocatedBytes;
        private final List<String> caches = new ArrayList<>();
        /// Sum of the lives, in events.
        private double lives;

        Tally(TraceCursor alloc) {
            isKmalloc = isKmalloc(alloc.kind());
            requestedBytes = (int) alloc.requestedBytes();
            allocatedBytes = (int) alloc.allocatedBytes();
        }

        Sizes over(long events) {
            return new Sizes(isKmalloc, requestedBytes, allocatedBytes, caches, lives / events);
        }
    }

    private final Map<Long, Integer> numberOf = new HashMap<>();
    private final List<Tally> tallies = new ArrayList<>();
    private final Long2LongHashMap tallyOfPointer = new Long2LongHashMap(NONE);
    private final Long2LongHashMap bornOfPointer = new Long2LongHashMap(NONE);
    private long events;

    private TraceDemand() {
    }

    /// Reads a trace to its end.
    public static TraceDemand of(TraceCursor cursor) throws IOException {
        TraceDemand demand = new TraceDemand();
        while (cursor.next()) {
            demand.see(cursor);
        }
        demand.bornOfPointer.forEachLong((pointer, born) -> demand.lived(
                (int) demand.tallyOfPointer.get(pointer), born));
        return demand;
    }

    private void see(TraceCursor event) {
        events++;
        long pointer = event.pointer();
        if (pointer == 0 || pointer == Kmalloc.ZERO_SIZE_PTR) {
            return;
        }
        TraceEventKind kind = event.kind();
        if (kind.isObjectAlloc() && event.allocatedBytes() <= Kmalloc.MAX_SIZE) {
            free(pointer);
            tallyOfPointer.put(pointer, number(event));
            bornOfPointer.put(pointer, events);
        } else if (kind.isObjectFree()) {
            int tally = free(pointer);
            if (tally != NONE && event.cacheName() != SymbolTable.NONE) {
                name(tallies.get(tally), event.cacheNames().text(event.cacheName()));
            }
        }
    }

    private static boolean isKmalloc(TraceEventKind kind) {
        return kind == TraceEventKind.KMALLOC || kind == TraceEventKind.KMALLOC_NODE;
    }

    private static void name(Tally tally, String cache) {
        if (!tally.isKmalloc && !tally.caches.contains(cache)) {
            tally.caches.add(cache);
        }
    }

    private int number(TraceCursor alloc) {
        long key = alloc.requestedBytes() << Integer.SIZE | alloc.allocatedBytes() << 1
                | (isKmalloc(alloc.kind()) ? 1 : 0);
        Integer known = numberOf.get(key);
        if (known != null) {
            return known;
        }
        tallies.add(new Tally(alloc));
        numberOf.put(key, tallies.size() - 1);
        return tallies.size() - 1;
    }

    /// Ends an object's life; bulk frees print nothing, so its address may just be handed out again.
    private int free(long pointer) {
        long born = bornOfPointer.remove(pointer);
        if (born == NONE) {
            return (int) NONE;
        }
        int tally = (int) tallyOfPointer.remove(pointer);
        lived(tally, born);
        return tally;
    }

    private void lived(int tally, long born) {
        tallies.get(tally).lives += events - born;
    }

    /// Events of the trace.
    public long events() {
        return events;
    }

    /// All sizes, in the order in which they first appeared.
    public List<Sizes> sizes() {
        return tallies.stream().map(tally -> tally.over(Math.max(1, events))).toList();
    }

    /// What was asked for and lived, on average, in bytes.
    public double meanRequestedBytes() {
        return sizes().stream().mapToDouble(size -> size.meanLive() * size.requestedBytes()).sum();
    }
}
