package org.kmemlab.lab.replay;

import static org.kmemlab.lab.replay.ReplayBucket.FAILED;
import static org.kmemlab.lab.replay.ReplayBucket.FAILED_IN_TRACE;
import static org.kmemlab.lab.replay.ReplayBucket.FOREIGN;
import static org.kmemlab.lab.replay.ReplayBucket.REPLAYED;

import org.jspecify.annotations.Nullable;
import org.kmemlab.buddy.GfpFlags;
import org.kmemlab.lab.trace.SymbolTable;
import org.kmemlab.lab.trace.TraceCursor;
import org.kmemlab.machine.Cpu;
import org.kmemlab.slab.Kmalloc;
import org.kmemlab.slab.SlabAllocator;

/// Replays the events of objects: `kmalloc`, `kfree`, and those of caches.
final class ObjectReplay {

    private final Kmalloc kmalloc;
    private final ReplayTally tally;
    private final GfpCache gfps;
    private final CacheDirectory caches;
    private final ObjectsBefore before;
    private final boolean isTuned;
    private final ObjectTable objects = new ObjectTable();

    ObjectReplay(SlabAllocator slabs, ObjectsBefore before, ReplayTally tally, GfpCache gfps,
            ReplayTuning tuning) {
        this.kmalloc = slabs.kmalloc();
        this.tally = tally;
        this.gfps = gfps;
        this.before = before;
        this.isTuned = !tuning.equals(ReplayTuning.NONE);
        this.caches = new CacheDirectory(slabs, before.caches(), tuning);
    }

    /// Replays a `kmalloc`.
    ReplayBucket kmalloc(TraceCursor event, Cpu cpu) {
        long pointer = event.pointer();
        if (pointer == 0) {
            return FAILED_IN_TRACE;
        }
        forgetSilently(cpu, pointer, objects.slotOf(pointer, event.objectNumber()));
        GfpFlags gfp = gfps.of(event.gfpBits());
        int cache = isTuned ? caches.ownFor(event.requestedBytes()) : CacheDirectory.KMALLOC;
        long own = cache == CacheDirectory.KMALLOC
                ? kmalloc.kmallocNode(cpu, event.requestedBytes(), gfp, event.node())
                : caches.cache(cache).allocNode(cpu, event.node(), gfp);
        if (isZeroSize(pointer)) {
            return REPLAYED;
        }
        return keep(event, cpu, cache, own);
    }

    /// Replays an allocation from a cache.
    ReplayBucket cacheAlloc(TraceCursor event, Cpu cpu) {
        long pointer = event.pointer();
        if (pointer == 0) {
            return FAILED_IN_TRACE;
        }
        forgetSilently(cpu, pointer, objects.slotOf(pointer, event.objectNumber()));
        int cache = caches.known(before.cacheAt(pointer), event.callSite(),
                event.requestedBytes(), event.allocatedBytes());
        if (cache == CacheDirectory.NONE) {
            cache = caches.cacheFor(event.cacheName(), event.cacheNames(), event.callSite(),
                    event.requestedBytes(), event.allocatedBytes());
        }
        GfpFlags gfp = gfps.of(event.gfpBits());
        long own = cache == CacheDirectory.NONE ? 0
                : caches.cache(cache).allocNode(cpu, event.node(), gfp);
        return keep(event, cpu, cache, own);
    }

    private ReplayBucket keep(TraceCursor event, Cpu cpu, int cache, long own) {
        tally.objectBorn(event.requestedBytes(), event.allocatedBytes());
        objects.add(event.pointer(), event.objectNumber(), own, cache, cpu.id(), event.callSite(),
                event.allocatedBytes());
        return own == 0 ? FAILED : REPLAYED;
    }

    /// Replays a free, of whichever kind.
    ReplayBucket free(TraceCursor event, Cpu cpu) {
        long pointer = event.pointer();
        if (pointer == 0 || isZeroSize(pointer)) {
            return REPLAYED;
        }
        int slot = objects.slotOf(pointer, event.objectNumber());
        if (slot == ObjectTable.NONE) {
            return before.free(cpu, pointer, nameOf(event)) ? REPLAYED : FOREIGN;
        }
        tally.objectFrees++;
        tally.liveBytes -= objects.remove(slot);
        if (objects.cpu(slot) != cpu.id()) {
            tally.crossCpuFrees++;
        }
        int cache = objects.cache(slot);
        if (event.cacheName() != SymbolTable.NONE && cache > CacheDirectory.KMALLOC) {
            caches.learn(cache, event.cacheName(), event.cacheNames(), objects.callSite(slot));
        }
        return release(cpu, slot);
    }

    private static @Nullable String nameOf(TraceCursor event) {
        int name = event.cacheName();
        return name == SymbolTable.NONE ? null : event.cacheNames().text(name);
    }

    private ReplayBucket release(Cpu cpu, int slot) {
        long own = objects.ownAddress(slot);
        if (own == 0) {
            return FAILED;
        }
        int cache = objects.cache(slot);
        if (cache == CacheDirectory.KMALLOC) {
            kmalloc.kfree(cpu, own);
        } else {
            caches.cache(cache).free(cpu, own);
        }
        return REPLAYED;
    }

    /// Frees an object of which the trace shows that it does not live any more, though no event
    /// said so: bulk frees print nothing.
    void forgetSilently(Cpu cpu, long pointer) {
        forgetSilently(cpu, pointer, objects.slotOf(pointer));
    }

    private void forgetSilently(Cpu cpu, long pointer, int slot) {
        if (slot != ObjectTable.NONE) {
            tally.silentObjectFrees++;
            tally.liveBytes -= objects.remove(slot);
            release(cpu, slot);
        } else if (before.forget(cpu, pointer)) {
            tally.silentObjectFrees++;
        }
    }

    /// Frees the objects of a slab older than the trace whose frames got another use.
    ///
    /// @return whether there was such a slab
    boolean forgetSlabBefore(Cpu cpu, long pfn, int order) {
        int forgotten = before.forgetSlab(cpu, pfn, order);
        tally.silentObjectFrees += Math.max(0, forgotten);
        return forgotten >= 0;
    }

    /// Frees all that the trace left allocated.
    void freeAll(Cpu cpu) {
        for (long pointer : objects.pointers()) {
            int slot = objects.slotOf(pointer);
            objects.remove(slot);
            release(cpu, slot);
        }
    }

    private static boolean isZeroSize(long pointer) {
        return pointer == Kmalloc.ZERO_SIZE_PTR;
    }

    CacheDirectory caches() {
        return caches;
    }

    /// Objects that were not freed so far.
    int liveObjects() {
        return objects.size();
    }
}
