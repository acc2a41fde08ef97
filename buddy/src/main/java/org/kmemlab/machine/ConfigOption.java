package org.kmemlab.machine;

/// A kernel build option (`CONFIG_...`) that changes what the allocators do or print.
public enum ConfigOption {
    /// Huge pages exist: a pageblock is 2 MiB and per-CPU lists keep order-9 blocks.
    TRANSPARENT_HUGEPAGE,
    /// Pageblocks can be isolated; `/proc/pagetypeinfo` has the column `Isolate`.
    MEMORY_ISOLATION,
    /// More than one memory node is supported.
    NUMA,
    /// Memory of devices has a zone of its own, always empty here: one more column of `protection`.
    ZONE_DEVICE,
    /// The page frames' descriptors are one virtual array; page flags then hold no section number.
    SPARSEMEM_VMEMMAP,
    /// Tasks can be confined to CPUs and memory nodes; failure reports name the set.
    CPUSETS,
    /// Objects of kernel structures are tracked through their life; such caches have a flag.
    DEBUG_OBJECTS,
    /// Allocations of single caches can be made to fail; such caches have a flag.
    FAILSLAB,
    /// The address sanitizer watches objects; such caches have a flag.
    KASAN_GENERIC,
    /// The sampling checker watches objects; caches that it leaves alone have a flag.
    KFENCE,
    /// `page_alloc.shuffle=1` randomises where freed order-10 blocks go.
    SHUFFLE_PAGE_ALLOCATOR,
    /// Memory control groups account kernel objects; separate `kmalloc-cg-*` caches exist.
    MEMCG_KMEM,
    /// The free list of a new slab is a random permutation.
    SLAB_FREELIST_RANDOM,
    /// Free pointers are stored obfuscated.
    SLAB_FREELIST_HARDENED,
    /// Objects are kept by the older allocator SLAB in place of SLUB.
    SLAB,
    /// SLAB paints and guards every object, and counts what it does.
    DEBUG_SLAB,
    /// Objects are kept by the small allocator SLOB in place of SLUB.
    SLOB,
    /// Caches with equal geometry share slabs unless `slab_nomerge` is given.
    SLAB_MERGE_DEFAULT,
    /// CPUs keep a stack of partial slabs.
    SLUB_CPU_PARTIAL,
    /// Per-cache event counters exist.
    SLUB_STATS,
    /// `init_on_alloc=1` unless the command line says otherwise.
    INIT_ON_ALLOC_DEFAULT_ON,
    /// `init_on_free=1` unless the command line says otherwise.
    INIT_ON_FREE_DEFAULT_ON
}
