package org.kmemlab.lab.replay;

import java.util.ArrayList;
import java.util.List;

import org.kmemlab.slab.KmemCacheArgs;
import org.kmemlab.slab.SlabFlags;
import org.kmemlab.slab.SlabGeometry;
import org.kmemlab.slab.SlabSettings;

/// Finds what a recorded cache may have been created with, from the two sizes that a trace tells.
///
/// What lies between the bytes of an object and the distance to the next one is alignment, or a
/// free pointer that had to move behind the object because a constructor (or RCU) needs the object
/// whole. The simplest wish that gives the recorded distance is taken. A cache for RCU is given a
/// constructor that does nothing instead: the layout is the same.
final class CacheShape {

    private static final int LARGEST_ALIGN = 4096;

    private CacheShape() {
    }

    /// Arguments for a cache whose slots are `strideBytes` long.
    ///
    /// @param objectBytes what an object of it holds, at least 1
    /// @return if nothing fits, those of a cache without wishes
    static KmemCacheArgs of(String name, int objectBytes, int strideBytes, SlabSettings settings) {
        for (KmemCacheArgs args : candidates(name, objectBytes)) {
            if (strideOf(args, settings) == strideBytes) {
                return args;
            }
        }
        return KmemCacheArgs.of(name, objectBytes);
    }

    private static List<KmemCacheArgs> candidates(String name, int objectBytes) {
        KmemCacheArgs plain = KmemCacheArgs.of(name, objectBytes);
        List<KmemCacheArgs> candidates = new ArrayList<>();
        candidates.add(plain);
        candidates.add(plain.withFlags(SlabFlags.HWCACHE_ALIGN));
        candidates.add(whole(plain));
        candidates.add(whole(plain.withFlags(SlabFlags.HWCACHE_ALIGN)));
        for (int align = 16; align <= LARGEST_ALIGN; align *= 2) {
            candidates.add(plain.withAlign(align));
            candidates.add(whole(plain.withAlign(align)));
        }
        return candidates;
    }

    private static KmemCacheArgs whole(KmemCacheArgs args) {
        return args.withCtor((memory, address) -> {
            // Objects need no first state; what counts is that the cache has a constructor.
        });
    }

    /// Bytes from one object to the next in such a cache.
    static int strideOf(KmemCacheArgs args, SlabSettings settings) {
        return SlabGeometry.of(SlabGeometry.Request.of(args), settings).size();
    }
}
