package org.kmemlab.lab.replay;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.agrona.collections.LongHashSet;
import org.jspecify.annotations.Nullable;
import org.kmemlab.lab.state.RecordedCache;
import org.kmemlab.lab.state.RecordedState;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.KernelProfile;
import org.kmemlab.machine.PhysicalMemory;
import org.kmemlab.slab.CacheSnapshot;
import org.kmemlab.slab.CacheSnapshot.ListedSlab;
import org.kmemlab.slab.KmemCache;
import org.kmemlab.slab.SlabAllocator;
import org.kmemlab.slab.SlabGeometry;

/// The objects that were in use when a recorded state was taken: they may be freed though the trace
/// does not see them allocated.
///
/// A slab layer that was restored from the state has them under the same addresses. Slabs of which
/// every object was in use are on no list of the state; they become known when an object of theirs
/// is freed by its cache's name.
final class ObjectsBefore {

    private record OldSlab(int pfn, int offset, int objects, KmemCache cache) {}

    private final SlabAllocator slabs;
    private final FramesBefore frames;
    private final PhysicalMemory memory;
    private final Map<Integer, OldSlab> slabOfHead = new HashMap<>();
    private final LongHashSet live = new LongHashSet();

    private ObjectsBefore(SlabAllocator slabs, FramesBefore frames) {
        this.slabs = slabs;
        this.frames = frames;
        this.memory = slabs.machine().memory();
    }

    /// No state: nothing is known to be in use.
    static ObjectsBefore none(SlabAllocator slabs) {
        return new ObjectsBefore(slabs, FramesBefore.none(slabs.pages()));
    }

    /// The objects of a state's slabs, as far as the slab layer was restored from it.
    ///
    /// @param frames the frames in use then; those of slabs are taken out
    static ObjectsBefore of(SlabAllocator slabs, RecordedState state, FramesBefore frames) {
        ObjectsBefore objects = new ObjectsBefore(slabs, frames);
        for (RecordedCache cache : state.caches()) {
            CacheSnapshot snapshot = cache.snapshot();
            snapshot.listedSlabs().forEach(slab -> objects.add(snapshot, slab));
        }
        return objects;
    }

    private void add(CacheSnapshot cache, ListedSlab slab) {
        KmemCache restored = slabs.cacheOf(memory.addressOf(slab.pfn()));
        if (restored != null && restored.name().equals(cache.name())) {
            frames.claim(slab.pfn(), slab.order());
            add(slab.pfn(), slab.offset(), slab.objects(), restored, Set.copyOf(slab.free()));
        }
    }

    private void add(int pfn, int offset, int count, KmemCache cache, Set<Integer> free) {
        OldSlab slab = new OldSlab(pfn, offset, count, cache);
        slabOfHead.put(pfn, slab);
        for (int index = 0; index < count; index++) {
            if (!free.contains(index)) {
                live.add(addressOf(slab, index));
            }
        }
    }

    private long addressOf(OldSlab slab, int index) {
        return memory.addressOf(slab.pfn) + slab.offset
                + (long) index * slab.cache.geometry().size();
    }

    /// Frees an object, if it has been in use since before.
    ///
    /// @param cacheName what the event calls its cache; null if it does not say
    /// @return false, and nothing happens, if it is not known to be in use
    boolean free(Cpu cpu, long address, @Nullable String cacheName) {
        if (!live.contains(address) && cacheName != null) {
            adoptFullSlab(address, cacheName);
        }
        return release(cpu, address);
    }

    private void adoptFullSlab(long address, String cacheName) {
        KmemCache cache = slabs.cache(cacheName);
        int pfn = memory.pfnOf(address);
        if (cache == null || pfn < 0 || slabs.cacheOf(address) != null) {
            return;
        }
        SlabGeometry geometry = cache.geometry();
        int head = pfn & -(1 << geometry.order());
        long offset = address - memory.addressOf(head) - geometry.redLeftPad();
        if (offset % geometry.size() == 0 && frames.claim(head, geometry.order())) {
            slabs.adoptFullSlab(cache, address);
            add(head, geometry.redLeftPad(), geometry.objects(), cache, Set.of());
        }
    }

    private boolean release(Cpu cpu, long address) {
        if (!live.remove(address)) {
            return false;
        }
        KmemCache cache = slabs.cacheOf(address);
        if (cache != null) {
            cache.free(cpu, address);
        }
        return cache != null;
    }

    /// Frees an object of which the trace shows that it does not live any more.
    ///
    /// @return whether it lived since before
    boolean forget(Cpu cpu, long address) {
        return release(cpu, address);
    }

    /// Frees the objects of an old slab that a block of frames touches: its frames got another use,
    /// so no object of it lives any more. Our own slab goes when our slab layer lets go of it.
    ///
    /// @return how many objects that were; -1 if there is no such slab
    int forgetSlab(Cpu cpu, long pfn, int order) {
        if (slabOfHead.isEmpty()) {
            return -1;
        }
        int count = -1;
        for (long frame = pfn; frame < pfn + (1L << order); frame++) {
            OldSlab slab = slabHolding((int) frame);
            if (slab != null) {
                count = Math.max(count, 0) + forget(cpu, slab);
            }
        }
        return count;
    }

    private int forget(Cpu cpu, OldSlab slab) {
        slabOfHead.remove(slab.pfn);
        int count = 0;
        for (int index = 0; index < slab.objects; index++) {
            count += release(cpu, addressOf(slab, index)) ? 1 : 0;
        }
        return count;
    }

    private @Nullable OldSlab slabHolding(int pfn) {
        for (int order = 0; order <= KernelProfile.MAX_PAGE_ORDER; order++) {
            OldSlab slab = slabOfHead.get(pfn & -(1 << order));
            if (slab != null && slab.cache.geometry().order() >= order) {
                return slab;
            }
        }
        return null;
    }

    /// The cache whose old slab an address lies in; null if it lies in none.
    @Nullable
    KmemCache cacheAt(long address) {
        int pfn = slabOfHead.isEmpty() ? -1 : memory.pfnOf(address);
        OldSlab slab = pfn < 0 ? null : slabHolding(pfn);
        return slab == null ? null : slab.cache;
    }

    /// The caches that were restored, the newest first; empty if none were.
    List<KmemCache> caches() {
        return slabOfHead.isEmpty() ? List.of() : slabs.caches();
    }
}
