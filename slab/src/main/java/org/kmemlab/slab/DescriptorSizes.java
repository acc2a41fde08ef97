package org.kmemlab.slab;

/// How large the kernel's own descriptions of caches are; they come from caches themselves.
///
/// The sizes are those that `/sys/kernel/slab/kmem_cache/object_size` showed on the recorded 6.1
/// kernels: a fixed part, what build options add, and a pointer for each memory node.
final class DescriptorSizes {

    /// `struct kmem_cache_node`.
    static final int NODE = 64;

    private static final int CACHE_FIXED = 200;
    private static final int POINTER = 8;

    private DescriptorSizes() {
    }

    /// `struct kmem_cache`.
    static int cache(SlabSettings settings, int nodes) {
        int secret = settings.freelistHardened() ? POINTER : 0;
        int permutation = settings.freelistRandom() ? POINTER : 0;
        return CACHE_FIXED + secret + permutation + nodes * POINTER;
    }
}
