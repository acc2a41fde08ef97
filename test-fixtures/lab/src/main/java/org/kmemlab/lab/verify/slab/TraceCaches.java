package org.kmemlab.lab.verify.slab;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.agrona.collections.LongHashSet;
import org.jspecify.annotations.Nullable;
import org.kmemlab.buddy.GfpFlags;
import org.kmemlab.lab.state.RecordedCache;
import org.kmemlab.machine.PhysicalMemory;
import org.kmemlab.slab.CacheSnapshot.ListedSlab;
import org.kmemlab.slab.KmemCache;
import org.kmemlab.slab.SlabAllocator;
import org.kmemlab.slab.SlabFlags;

/// Which cache each allocation of a trace came from.
///
/// A `kmalloc` says it by size and flags. An allocation from a cache says it by name if it has one;
/// otherwise by the pages it lies in, of which a free or the end state names the cache, or by its
/// sizes if only one cache has these, or by its caller if all other allocations from there went to
/// one cache.
final class TraceCaches {

    private static final String SEVERAL = "";

    private SlabAllocator slabs;
    private final ObjectTrace trace;
    private final Map<Long, String> cacheOfSizes = new HashMap<>();
    private final Map<Integer, String> cacheOfSite = new HashMap<>();
    private final Set<String> silent = new HashSet<>();

    /// @param slabs restored from the state before the trace
    /// @param atStart the slabs before the trace
    /// @param end the caches after the trace; empty if they were not recorded
    TraceCaches(SlabAllocator slabs, ObjectTrace trace, LiveSlabs atStart,
            List<RecordedCache> end) {
        this.slabs = slabs;
        this.trace = trace;
        for (KmemCache cache : slabs.caches()) {
            if (!cache.geometry().flags().has(SlabFlags.KMALLOC)) {
                cacheOfSizes.merge(sizes(cache.geometry().objectSize(), cache.geometry().size()),
                        cache.name(), (one, other) -> SEVERAL);
            }
        }
        for (int i = 0; i < trace.size(); i++) {
            ObjectEvent event = trace.get(i);
            String name = event.isAlloc() ? certain(event) : event.cacheName();
            if (name != null && event.life().cacheName == null) {
                event.life().cacheName = name;
            }
        }
        end.forEach(cache -> cache.snapshot().listedSlabs().forEach(slab -> {
            for (int i = 0; i < 1 << slab.order(); i++) {
                SlabLife life = trace.lifeAtEnd(slab.pfn() + i);
                if (life != null && life.cacheName == null) {
                    life.cacheName = cache.name();
                }
            }
        }));
        for (int i = 0; i < trace.size(); i++) {
            ObjectEvent event = trace.get(i);
            String name = event.isAlloc() && !event.isKmalloc() ? event.life().cacheName : null;
            if (name != null) {
                cacheOfSite.merge(event.callSite(), name,
                        (one, other) -> one.equals(other) ? one : SEVERAL);
            }
        }
        findSilentBefore(atStart);
        end.forEach(cache -> cache.snapshot().listedSlabs()
                .forEach(slab -> findSilentFrees(cache, slab, atStart)));
        trace.silentLives().forEach(life -> {
            if (life.cacheName != null) {
                silent.add(life.cacheName);
            }
        });
    }

    /// Objects whose first event hands them out though they are in use in the beginning, or the
    /// other way round.
    private void findSilentBefore(LiveSlabs atStart) {
        LongHashSet seen = new LongHashSet();
        for (int i = 0; i < trace.size(); i++) {
            ObjectEvent event = trace.get(i);
            if (seen.add(event.pointer()) && event.life().requestLine == 0 && !event.isLarge()
                    && isInUse(atStart, event.pointer()) == event.isAlloc()
                    && event.life().cacheName != null) {
                silent.add(event.life().cacheName);
            }
        }
    }

    /// Whether an object is in use; a slab that no list names is full.
    private static boolean isInUse(LiveSlabs atStart, long address) {
        return atStart.at(address) == null || atStart.isInUse(address);
    }

    /// Objects that are free in the end though they must be in use: their last event handed them
    /// out, or they had none and were in use in the beginning.
    private void findSilentFrees(RecordedCache cache, ListedSlab slab, LiveSlabs atStart) {
        PhysicalMemory memory = slabs.machine().memory();
        int stride = cache.snapshot().geometry().size();
        boolean older = !trace.isRequested(slab.pfn());
        for (int index : slab.free()) {
            long address = memory.addressOf(slab.pfn()) + slab.offset() + (long) index * stride;
            Boolean inUse = trace.isInUseAtEnd(address);
            if (inUse == null ? older && isInUse(atStart, address) : inUse) {
                silent.add(cache.name());
            }
        }
    }

    private static long sizes(long objectSize, long size) {
        return objectSize << Integer.SIZE | size;
    }

    private @Nullable String certain(ObjectEvent event) {
        if (event.cacheName() != null) {
            return event.cacheName();
        }
        if (event.isKmalloc()) {
            return event.isLarge() || event.requestedBytes() == 0 ? null
                    : slabs.kmalloc().cacheFor((int) event.requestedBytes(),
                            new GfpFlags(event.gfpBits())).name();
        }
        return known(cacheOfSizes.get(sizes(event.requestedBytes(), event.allocatedBytes())));
    }

    private static @Nullable String known(@Nullable String name) {
        return SEVERAL.equals(name) ? null : name;
    }

    /// Says which slab layer is used from now on.
    void use(SlabAllocator now) {
        slabs = now;
    }

    /// The cache of an event; null if nothing tells it.
    @Nullable
    KmemCache of(ObjectEvent event) {
        String name = event.isAlloc() ? certain(event) : event.cacheName();
        if (name == null) {
            name = event.life().cacheName;
        }
        if (name == null) {
            KmemCache owner = slabs.cacheOf(event.pointer());
            name = owner == null ? known(cacheOfSite.get(event.callSite())) : owner.name();
        }
        return name == null ? null : slabs.cache(name);
    }

    /// The cache whose slab a block of pages became; null if it became none or nothing tells it.
    @Nullable
    KmemCache of(SlabLife life) {
        return life.isSlab() ? of(trace.get(life.firstEvent)) : null;
    }

    /// Whether some objects of a cache were handed out or came back without an event.
    boolean isSilent(KmemCache cache) {
        return silent.contains(cache.name());
    }

    /// Names of the caches with such objects.
    List<String> silentNames() {
        return silent.stream().sorted().toList();
    }
}
