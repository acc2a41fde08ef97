package org.kmemlab.slab;

import java.util.List;

import org.jspecify.annotations.Nullable;

/// Which caches may share slabs, and the name under which a shared one is known in sysfs.
///
/// @see <a href="https://docs.kernel.org/mm/slub.html">Short users guide for SLUB</a>
final class SlabMerging {

    private static final SlabFlags NEVER = SlabFlags.RED_ZONE.with(SlabFlags.POISON)
            .with(SlabFlags.STORE_USER).with(SlabFlags.TRACE).with(SlabFlags.TYPESAFE_BY_RCU)
            .with(SlabFlags.NOLEAKTRACE).with(SlabFlags.FAILSLAB).with(SlabFlags.NO_MERGE);
    private static final SlabFlags MUST_EQUAL = SlabFlags.RECLAIM_ACCOUNT
            .with(SlabFlags.CACHE_DMA).with(SlabFlags.CACHE_DMA32).with(SlabFlags.ACCOUNT);

    private final SlabSettings settings;

    SlabMerging(SlabSettings settings) {
        this.settings = settings;
    }

    private boolean canMerge(KmemCacheArgs args, SlabFlags flags) {
        return settings.merging() && args.ctor() == null && args.usersize() == 0
                && args.sheafCapacity() == 0 && !flags.has(NEVER);
    }

    /// Whether another creator may join the cache.
    boolean canMerge(SlabCache cache) {
        return cache.refcount() >= 0 && canMerge(cache.args(), cache.geometry().flags());
    }

    /// The cache that serves a new creator too; null if it needs its own.
    ///
    /// @param caches all caches, oldest first
    /// @param geometry of the cache that would be made otherwise
    @Nullable
    SlabCache find(List<SlabCache> caches, KmemCacheArgs args, SlabGeometry geometry) {
        if (!canMerge(args, geometry.flags())) {
            return null;
        }
        int align = ObjectLayout.alignment(args.objectSize(), args.align(), args.flags());
        int size = ObjectLayout.alignUp(ObjectLayout.alignUp(args.objectSize(), ObjectLayout.WORD),
                align);
        for (SlabCache cache : caches) {
            if (canMerge(cache) && keepsAlign(cache.geometry(), align)
                    && fits(cache.geometry(), size, align, geometry.flags())) {
                return cache;
            }
        }
        return null;
    }

    /// SLAB also looks at the alignment itself.
    private boolean keepsAlign(SlabGeometry other, int align) {
        return settings.engine() != EngineKind.SLAB
                || (align <= other.align() && other.align() % align == 0);
    }

    private static boolean fits(SlabGeometry other, int size, int align, SlabFlags flags) {
        return size <= other.size() && other.size() - size < ObjectLayout.WORD
                && (other.size() & -align) == other.size()
                && flags.and(MUST_EQUAL).equals(other.flags().and(MUST_EQUAL));
    }

    /// The name of the cache's directory in `/sys/kernel/slab`: its own, or for a cache that others
    /// may join one made of what they must have in common, such as `:aA-0000128`.
    String sysfsName(SlabCache cache) {
        if (!canMerge(cache)) {
            return cache.name();
        }
        SlabFlags flags = cache.geometry().flags();
        StringBuilder name = new StringBuilder(":");
        name.append(flags.has(SlabFlags.CACHE_DMA) ? "d" : "");
        name.append(flags.has(SlabFlags.CACHE_DMA32) ? "D" : "");
        name.append(flags.has(SlabFlags.RECLAIM_ACCOUNT) ? "a" : "");
        name.append(flags.has(SlabFlags.CONSISTENCY_CHECKS) ? "F" : "");
        name.append(flags.has(SlabFlags.ACCOUNT) ? "A" : "");
        name.append(name.length() > 1 ? "-" : "");
        return name.append("%07d".formatted(cache.geometry().size())).toString();
    }
}
