package org.kmemlab.lab.advise;

import java.io.IOException;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.agrona.collections.Long2ObjectHashMap;
import org.apache.commons.lang3.Validate;
import org.kmemlab.lab.trace.TraceCursor;
import org.kmemlab.lab.workload.Workload;

/// Finds for each cache of a trace, or of a workload, the smallest reserve with which no atomic request would have
/// failed.
///
/// **Assumed**: the atomic requests to a cache, and only those, go through a pool in front of it. The
/// reserve is full when an outage begins. While it lasts every request to the cache fails, so that the
/// pool must serve from its reserve, and an element that is freed refills the reserve first, whenever it
/// was allocated. An outage of this length may begin at any event. Requests that may wait do so and take
/// nothing from the reserve.
///
/// Then the smallest reserve is the highest rise of the number of live atomic allocations within
/// an outage; if the outage is as long as the run, it is the most of them that live at once. Memory
/// that was allocated before the trace is not known, so its frees refill nothing.
public final class PoolAdvisor {

    /// An outage that does not end.
    public static final long WHOLE_RUN = Long.MAX_VALUE;

    /// Opens the same trace anew for each pass over it.
    @FunctionalInterface
    public interface Source {

        /// Opens the trace at its start.
        TraceCursor open() throws IOException;
    }

    /// What was found.
    ///
    /// @param events how many events there are
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

    private final Requests requests;

    private PoolAdvisor(Requests requests) {
        this.requests = requests;
    }

    /// For a trace; reads it once to learn its caches.
    public static PoolAdvisor ofTrace(Source trace) throws IOException {
        return new PoolAdvisor(TraceRequests.of(trace));
    }

    /// For a workload, which is run again for every question.
    ///
    /// @param seed of its machine and its random numbers
    public static PoolAdvisor ofWorkload(Workload workload, long seed) {
        return new PoolAdvisor(new WorkloadRequests(workload, seed));
    }

    /// Goes through the requests once more; O(live atomic allocations) memory.
    ///
    /// @param outageEvents how many events an outage lasts: `kmem` events of the trace, on all CPUs,
    ///        or allocations and frees of objects in a run; 1 or more, or [#WHOLE_RUN]
    public Advice advise(long outageEvents) throws IOException {
        Validate.isTrue(outageEvents >= 1, "outage of %d events: expected 1 or more", outageEvents);
        Map<String, Cache> caches = new HashMap<>();
        Long2ObjectHashMap<Cache> live = new Long2ObjectHashMap<>();
        Requests.Visitor visitor = new Requests.Visitor() {
            @Override
            public void allocated(String name, boolean atomic, long pointer, long event,
                    long place) {
                freed(pointer, event); // It must have been freed, though the trace has lost that.
                Cache cache = caches.computeIfAbsent(name, key -> new Cache(outageEvents));
                cache.requests++;
                if (atomic) {
                    cache.atomicRequests++;
                    cache.demand.allocated(event, place);
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
        long events = requests.read(visitor);
        return new Advice(events, sorted(caches));
    }

    private static List<PoolAdvice> sorted(Map<String, Cache> caches) {
        return caches.entrySet().stream().map(entry -> {
            Cache cache = entry.getValue();
            return new PoolAdvice(entry.getKey(), cache.demand.most(), cache.atomicRequests,
                    cache.requests, cache.demand.fromEvent(), cache.demand.toEvent(),
                    cache.demand.toPlace());
        }).sorted(Comparator.comparingLong(PoolAdvice::minNr)
                .thenComparingLong(PoolAdvice::atomicRequests).reversed()
                .thenComparing(PoolAdvice::cache)).toList();
    }

    /// Runs a real pool of this size along with the same requests; see [PoolProof].
    ///
    /// @param minNr size of its reserve
    public PoolProof prove(PoolAdvice advice, int minNr) throws IOException {
        return PoolProof.of(requests, advice, minNr);
    }

    /// The place of an advice or a proof, in words.
    ///
    /// @param place not 0
    public String place(long place) {
        return requests.place(place);
    }
}
