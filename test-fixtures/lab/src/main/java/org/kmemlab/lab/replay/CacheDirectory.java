package org.kmemlab.lab.replay;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.agrona.collections.Long2LongHashMap;
import org.jspecify.annotations.Nullable;
import org.kmemlab.lab.replay.ReplayResult.CacheFigures;
import org.kmemlab.lab.trace.SymbolTable;
import org.kmemlab.slab.CacheSnapshot;
import org.kmemlab.slab.Kmalloc;
import org.kmemlab.slab.KmemCache;
import org.kmemlab.slab.KmemCacheArgs;
import org.kmemlab.slab.SlabAllocator;
import org.kmemlab.slab.SlabFlags;
import org.kmemlab.slab.SlabGeometry;

/// Which cache of our machine stands for which cache of the trace.
///
/// Up to Linux 6.8 an allocation does not name its cache, only a free does. So an allocation goes
/// to the cache that (1) it names, or (2) earlier frees of objects from the same call site and of
/// the same sizes named, or (3) serves objects of these sizes. The last kind starts without a name
/// and gets that of the first object freed; the cache itself keeps the name it was created with,
/// so names for people come from [#snapshots].
final class CacheDirectory {

    /// Not a cache: the memory came from `kmalloc`.
    static final int KMALLOC = 0;
    /// No cache can be made for these sizes.
    static final int NONE = -1;

    private static final int MAX_CACHES = 1 << 12;

    private static final class Entry {
        final KmemCache cache;
        final int pair;
        String name;
        boolean isNamed;

        Entry(KmemCache cache, int pair, String name, boolean isNamed) {
            this.cache = cache;
            this.pair = pair;
            this.name = name;
            this.isNamed = isNamed;
        }
    }

    private final SlabAllocator slabs;
    private final List<KmemCache> known;
    private final ReplayTuning tuning;
    private final List<Entry> entries = new ArrayList<>();
    /// The caches of the entries.
    private KmemCache[] caches = new KmemCache[1 << 6];
    private final SiteMemory recent = new SiteMemory();
    /// By object bytes and stride, packed: the number of the pair, from 0.
    private final Long2LongHashMap pairOfSizes = new Long2LongHashMap(NONE);
    private long[] sizesOfPair = new long[1 << 6];
    private int[] cacheOfPair = new int[1 << 6];
    private int pairs;
    /// By call site and pair, packed.
    private final Long2LongHashMap cacheOfSite = new Long2LongHashMap(NONE);
    private int[] cacheOfName = new int[1 << 6];
    /// By the bytes of their objects.
    private final Map<Integer, Integer> ownCaches = new HashMap<>();
    private long misplaced;

    /// @param known caches that the recorded kernel had before the trace, the newest first
    /// @param tuning what is done otherwise than recorded
    CacheDirectory(SlabAllocator slabs, List<KmemCache> known, ReplayTuning tuning) {
        this.slabs = slabs;
        this.tuning = tuning;
        slabs.caches().reversed().forEach(tuning.born());
        this.known = known.stream()
                .filter(cache -> !cache.geometry().flags().has(SlabFlags.KMALLOC)).toList();
        Arrays.fill(cacheOfName, NONE);
    }

    /// The cache that an allocation goes to.
    ///
    /// @param name symbol of the cache's name, [SymbolTable#NONE] if the event has none
    /// @param names what the symbols of names stand for
    int cacheFor(int name, SymbolTable names, int callSite, long objectBytes, long strideBytes) {
        int cache = recent.cache(callSite, name, objectBytes, strideBytes);
        if (cache == NONE) {
            cache = find(name, names, callSite, objectBytes, strideBytes);
            recent.keep(callSite, name, objectBytes, strideBytes, cache);
        }
        return cache;
    }

    private int find(int name, SymbolTable names, int callSite, long objectBytes,
            long strideBytes) {
        int pair = pairOf(objectBytes, strideBytes);
        if (pair == NONE) {
            return NONE;
        }
        if (name != SymbolTable.NONE) {
            int named = named(name);
            return named != NONE ? named : createNamed(name, names, pair);
        }
        int learned = (int) cacheOfSite.get(siteKey(callSite, pair));
        if (learned != NONE) {
            return learned;
        }
        if (cacheOfPair[pair] == NONE) {
            KmemCache same = known(objectBytes, strideBytes);
            cacheOfPair[pair] = same == null
                    ? create("unnamed-" + objectBytes + "-" + strideBytes, pair, false)
                    : entry(same, pair);
        }
        return cacheOfPair[pair];
    }

    /// A cache from before the trace that an allocation is seen to come from, as its object lies in
    /// one of the cache's slabs.
    ///
    /// @return [#NONE] if there is none, or the sizes are not its
    int known(@Nullable KmemCache cache, int callSite, long objectBytes, long strideBytes) {
        int pair = cache == null || cache.geometry().objectSize() != objectBytes
                || cache.geometry().size() != strideBytes ? NONE : pairOf(objectBytes, strideBytes);
        if (cache == null || pair == NONE) {
            return NONE;
        }
        int number = entry(cache, pair);
        setSite(callSite, pair, number);
        return number;
    }

    private int entry(KmemCache cache, int pair) {
        for (int i = 0; i < entries.size(); i++) {
            if (entries.get(i).cache == cache) {
                return i + 1;
            }
        }
        return enter(cache, pair, cache.name(), true);
    }

    private @Nullable KmemCache known(long objectBytes, long strideBytes) {
        return known.stream()
                .filter(cache -> cache.geometry().objectSize() == objectBytes
                        && cache.geometry().size() == strideBytes)
                .findFirst().orElse(null);
    }

    private int pairOf(long objectBytes, long strideBytes) {
        long packed = objectBytes << Integer.SIZE | (strideBytes & 0xffff_ffffL);
        int pair = (int) pairOfSizes.get(packed);
        if (pair != NONE) {
            return pair;
        }
        boolean possible = objectBytes >= 1 && objectBytes <= SlabGeometry.MAX_OBJECT_SIZE / 2
                && strideBytes >= 1 && strideBytes <= SlabGeometry.MAX_OBJECT_SIZE
                && pairs < MAX_CACHES;
        if (!possible) {
            return NONE;
        }
        if (pairs == sizesOfPair.length) {
            sizesOfPair = Arrays.copyOf(sizesOfPair, 2 * pairs);
            cacheOfPair = Arrays.copyOf(cacheOfPair, 2 * pairs);
        }
        sizesOfPair[pairs] = packed;
        cacheOfPair[pairs] = NONE;
        pairOfSizes.put(packed, pairs);
        return pairs++;
    }

    private void setSite(int callSite, int pair, int cache) {
        cacheOfSite.put(siteKey(callSite, pair), cache);
        recent.forget(callSite);
    }

    private static long siteKey(int callSite, int pair) {
        return (long) callSite << Integer.SIZE | pair;
    }

    private int named(int name) {
        return name < cacheOfName.length ? cacheOfName[name] : NONE;
    }

    private void setNamed(int name, int cache) {
        if (name >= cacheOfName.length) {
            int before = cacheOfName.length;
            cacheOfName = Arrays.copyOf(cacheOfName, Math.max(2 * before, name + 1));
            Arrays.fill(cacheOfName, before, cacheOfName.length, NONE);
        }
        cacheOfName[name] = cache;
    }

    private int createNamed(int name, SymbolTable names, int pair) {
        int cache = create(names.text(name), pair, true);
        if (cache != NONE) {
            setNamed(name, cache);
        }
        return cache;
    }

    private int create(String name, int pair, boolean isNamed) {
        if (entries.size() >= MAX_CACHES) {
            return NONE;
        }
        int objectBytes = (int) (sizesOfPair[pair] >>> Integer.SIZE);
        int strideBytes = (int) sizesOfPair[pair];
        KmemCache cache = slabs.caches().stream().filter(known -> known.name().equals(name))
                .findFirst().orElse(null);
        if (cache == null) {
            cache = create(CacheShape.of(name, objectBytes, strideBytes, slabs.settings()));
        }
        if (known.contains(cache)) {
            return entry(cache, pair);
        }
        return enter(cache, pair, name, isNamed);
    }

    private KmemCache create(KmemCacheArgs recorded) {
        KmemCache cache = slabs.createCache(tuning.wishes().apply(recorded));
        tuning.born().accept(cache);
        return cache;
    }

    /// The cache that serves a `kmalloc` of so many bytes instead, [#KMALLOC] if none does.
    int ownFor(long bytes) {
        int size = bytes <= Kmalloc.MAX_CACHE_SIZE ? tuning.ownCache().applyAsInt((int) bytes) : 0;
        if (size == 0) {
            return KMALLOC;
        }
        return ownCaches.computeIfAbsent(size, key -> enter(
                create(KmemCacheArgs.of("own-" + size, size)), pairOf(size, size), "own-" + size,
                true));
    }

    private int enter(KmemCache cache, int pair, String name, boolean isNamed) {
        entries.add(new Entry(cache, pair, name, isNamed));
        int number = entries.size();
        if (number == caches.length) {
            caches = Arrays.copyOf(caches, 2 * number);
        }
        caches[number] = cache;
        return number;
    }

    KmemCache cache(int number) {
        return caches[number];
    }

    /// Learns from a free that names its cache.
    ///
    /// @param cache where the object is, not [#KMALLOC]
    /// @param name symbol of the name, not [SymbolTable#NONE]
    /// @param callSite who allocated the object
    void learn(int cache, int name, SymbolTable names, int callSite) {
        int known = named(name);
        if (known == cache) {
            return;
        }
        Entry entry = entries.get(cache - 1);
        if (known == NONE && (!entry.isNamed || entry.name.equals(names.text(name)))) {
            entry.isNamed = true;
            entry.name = names.text(name);
            setNamed(name, cache);
            return;
        }
        misplaced++;
        int right = known == NONE ? createNamed(name, names, entry.pair) : known;
        if (right != NONE) {
            setSite(callSite, entry.pair, right);
        }
    }

    /// All caches of the machine as they are now, the newest first, under the names of the trace.
    List<CacheSnapshot> snapshots() {
        Map<String, String> names = new HashMap<>();
        entries.forEach(entry -> names.put(entry.cache.name(), entry.name));
        return slabs.caches().stream().map(KmemCache::snapshot)
                .map(cache -> cache.named(names.getOrDefault(cache.name(), cache.name())))
                .toList();
    }

    CacheFigures figures() {
        int named = (int) entries.stream().filter(entry -> entry.isNamed).count();
        List<String> odd = entries.stream()
                .filter(entry -> entry.cache.geometry().size() != (int) sizesOfPair[entry.pair])
                .map(entry -> entry.name + ": " + entry.cache.geometry().size()
                        + " bytes a slot instead of " + (int) sizesOfPair[entry.pair])
                .toList();
        return new CacheFigures(named, entries.size() - named, misplaced, odd);
    }
}
