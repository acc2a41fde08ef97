package org.kmemlab.lab.replay;

import java.util.Arrays;

/// Where the last object of each call site went: mostly the next one is of the same sizes.
final class SiteMemory {

    private static final int NAME = 1;
    private static final int CACHE = 2;
    private static final int WORDS_SHIFT = 2;

    /// For each call site: object bytes and stride, name, cache.
    private long[] words = new long[1 << 8];

    SiteMemory() {
        forgetFrom(0);
    }

    private void forgetFrom(int word) {
        for (int at = word; at < words.length; at += 1 << WORDS_SHIFT) {
            words[at + CACHE] = CacheDirectory.NONE;
        }
    }

    private static long sizes(long objectBytes, long strideBytes) {
        return objectBytes << Integer.SIZE | (strideBytes & 0xffff_ffffL);
    }

    /// The cache that an object of that site, name and sizes went to; [CacheDirectory#NONE] if the
    /// last object was another one.
    int cache(int callSite, int name, long objectBytes, long strideBytes) {
        int at = callSite << WORDS_SHIFT;
        return at < words.length && words[at] == sizes(objectBytes, strideBytes)
                && words[at + NAME] == name ? (int) words[at + CACHE] : CacheDirectory.NONE;
    }

    void keep(int callSite, int name, long objectBytes, long strideBytes, int cache) {
        int at = callSite << WORDS_SHIFT;
        if (at >= words.length) {
            int before = words.length;
            words = Arrays.copyOf(words, Math.max(2 * before, at + (1 << WORDS_SHIFT)));
            forgetFrom(before);
        }
        words[at] = sizes(objectBytes, strideBytes);
        words[at + NAME] = name;
        words[at + CACHE] = cache;
    }

    /// Says that objects of a site may go elsewhere from now on.
    void forget(int callSite) {
        int at = callSite << WORDS_SHIFT;
        if (at < words.length) {
            words[at + CACHE] = CacheDirectory.NONE;
        }
    }
}
