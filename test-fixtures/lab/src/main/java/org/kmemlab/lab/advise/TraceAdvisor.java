package org.kmemlab.lab.advise;

import java.io.IOException;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.agrona.collections.Long2ObjectHashMap;
import org.apache.commons.lang3.Validate;
import org.kmemlab.lab.trace.TraceCursor;

/// Finds for each cache of a trace the smallest reserve with which no atomic request would have
/// failed.
///
/// **Assumed**: the atomic requests to a cache, and only those, go through a pool in front of it. The
/// reserve is full when an outage begins. While it lasts every request to the cache fails, so that the
/// pool must serve from its reserve, and an element that is freed refills the reserve first, whenever it
/// was allocated. An outage of this length may begin at any event. Requests that may wait do so and take
/// nothing from the reserve.
///
/// Then the smallest reserve is the highest rise of the number of live atomic allocations within
/// an outage; if the outage is as long as the trace, it is the most of them that live at once. Memory
/// that was allocated before the trace is not known, so its frees refill nothing.
public final class TraceAdvisor {

    /// An outage that does not end.
    public static final long WHOLE_TRACE = Long.MAX_VALUE;

    /// Opens the same trace anew for each pass over it.
    @FunctionalInterface
    public interface Source {

        /// Opens the trace at its start.
        TraceCursor open() throws IOException;
    }

    /// What was found.
    ///
    /// @param events how many events the trace has
    /// @param caches one for each cache, those that need the largest reserves first
    public record Advice(long events, List<PoolAdvice> caches) {

        /// Copies the list.
        public Advice {
            caches = List.copyOf(caches);
        }
    }

    private static final class Cache {
        final ReserveDemand demand;
        long requests;
        long atomicRequests;

        Cache(long outageEvents) {
            this.demand = new ReserveDemand(outageEvents);
        }
    }

    private final Source trace;
    private final CacheRequests requests;

    /// Reads the trace once to learn its caches.
    public TraceAdvisor(Source trace) throws IOException {
        this.trace = trace;
        try (TraceCursor cursor = trace.open()) {
            requests = CacheRequests.of(cursor);
        }
    }

    /// Reads the trace once more; O(live atomic allocations) memory.
    ///
    /// @param outageEvents how many `kmem` events of the trace, on all CPUs, an outage lasts; 1 or
    ///        more, or [#WHOLE_TRACE]
    public Advice advise(long outageEvents) throws IOException {
        Validate.isTrue(outageEvents >= 1, "outage of %d events: expected 1 or more", outageEvents);
        Map<String, Cache> caches = new HashMap<>();
        Long2ObjectHashMap<Cache> live = new Long2ObjectHashMap<>();
        CacheRequests.Visitor visitor = new CacheRequests.Visitor() {
            @Override
            public void allocated(String name, boolean atomic, long pointer, long event,
                    long line) {
                freed(pointer, event); // It must have been freed, though the trace has lost that.
                Cache cache = caches.computeIfAbsent(name, key -> new Cache(outageEvents));
                cache.requests++;
                if (atomic) {
                    cache.atomicRequests++;
                    cache.demand.allocated(event, line);
                    live.put(pointer, cache);
                }
            }

            @Override
            public void freed(long pointer, long event) {
                Cache cache = live.remove(pointer);
                if (cache != null) {
                    cache.demand.freed(event);
                }
            }
        };
        try (TraceCursor cursor = trace.open()) {
            long events = requests.read(cursor, visitor);
            return new Advice(events, sorted(caches));
        }
    }

    private static List<PoolAdvice> sorted(Map<String, Cache> caches) {
        return caches.entrySet().stream().map(entry -> {
            Cache cache = entry.getValue();
            return new PoolAdvice(entry.getKey(), cache.demand.most(), cache.atomicRequests,
                    cache.requests, cache.demand.fromEvent(), cache.demand.toEvent(),
                    cache.demand.toLine());
        }).sorted(Comparator.comparingLong(PoolAdvice::minNr)
                .thenComparingLong(PoolAdvice::atomicRequests).reversed()
                .thenComparing(PoolAdvice::cache)).toList();
    }

    /// Runs a real pool of this size over the trace; see [PoolProof].
    ///
    /// @param minNr size of its reserve
    public PoolProof prove(PoolAdvice advice, int minNr) throws IOException {
        try (TraceCursor cursor = trace.open()) {
            return PoolProof.of(requests, cursor, advice, minNr);
        }
    }
}
