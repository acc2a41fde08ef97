package org.kmemlab.slab;

/// How large the kernel's own descriptions of caches are; they come from caches themselves.
///
/// The sizes are those that `/sys/kernel/slab/kmem_cache/object_size` shows on 6.1 and 6.18
/// kernels: a fixed part, what build options add, and a pointer for each memory node. With sheaves
/// both descriptors have grown by a word.
final class DescriptorSizes {

    /// `struct kmem_cache` of SLOB.
    static final int SLOB_CACHE = 64;

    private static final int NODE_FIXED = 64;
    private static final int CACHE_FIXED = 200;
    private static final int POINTER = 8;
    private static final int CLASSIC_CACHE_FIXED = 120;

    private DescriptorSizes() {
    }

    /// `struct kmem_cache_node`.
    static int node(SlabSettings settings) {
        return NODE_FIXED + sheaves(settings);
    }

    /// `struct kmem_cache`.
    static int cache(SlabSettings settings, int nodes) {
        if (settings.engine() == EngineKind.SLAB) {
            return CLASSIC_CACHE_FIXED + nodes * POINTER;
        }
        int secret = settings.freelistHardened() ? POINTER : 0;
        int permutation = settings.freelistRandom() ? POINTER : 0;
        return CACHE_FIXED + sheaves(settings) + secret + permutation + nodes * POINTER;
    }

    private static int sheaves(SlabSettings settings) {
        return settings.rules().hasBarns() ? POINTER : 0;
    }
}
