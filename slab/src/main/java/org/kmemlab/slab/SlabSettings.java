package org.kmemlab.slab;

import java.util.Optional;

import org.apache.commons.lang3.Validate;
import org.kmemlab.machine.BootParameters;
import org.kmemlab.machine.ConfigOption;
import org.kmemlab.machine.KernelProfile;

/// What a kernel's build and boot parameters say about slab caches.
///
/// @param engine the allocator that keeps the objects; what follows is SLUB's unless it says other
/// @param minOrder `slub_min_order`: no slab is smaller than `2^minOrder` pages
/// @param maxOrder `slub_max_order`: no slab is larger, unless one object needs it
/// @param minObjects `slub_min_objects`: objects a slab should hold at least; 0 = derived from CPUs
/// @param cpus CPUs that are present
/// @param possibleCpus CPUs that could be present
/// @param cpuPartials whether CPUs keep partial slabs
/// @param merging whether similar caches share slabs (off with `slab_nomerge`)
/// @param freelistRandom whether a new slab's free list is a permutation
/// @param freelistHardened whether free pointers are stored obfuscated
/// @param initOnAlloc whether objects are zeroed when they are allocated
/// @param initOnFree whether objects are zeroed when they are freed
/// @param memcg whether control groups account objects
/// @param debug the parameter `slub_debug`
/// @param rules what this release does differently from others
/// @param flagWords how it numbers the flags of caches
/// @param classic what only the classic allocator SLAB asks for
public record SlabSettings(EngineKind engine, int minOrder, int maxOrder, int minObjects, int cpus,
        int possibleCpus,
        boolean cpuPartials, boolean merging, boolean freelistRandom, boolean freelistHardened,
        boolean initOnAlloc, boolean initOnFree, boolean memcg, SlubDebugOption debug,
        SlabRules rules, SlabFlagWords flagWords, ClassicSettings classic) {

    private static final int DEFAULT_MAX_ORDER = 3;

    /// Checks the limits.
    public SlabSettings {
        int limit = KernelProfile.MAX_PAGE_ORDER;
        Validate.isTrue(minOrder >= 0 && minOrder <= limit, "slub_min_order %d: expected 0 to %d",
                (Object) minOrder, limit);
        Validate.isTrue(maxOrder >= 0 && maxOrder <= limit, "slub_max_order %d: expected 0 to %d",
                (Object) maxOrder, limit);
        Validate.isTrue(minObjects >= 0, "slub_min_objects %d: expected 0 or more", minObjects);
        Validate.isTrue(cpus >= 1, "%d CPUs: expected at least 1", cpus);
        Validate.isTrue(possibleCpus >= cpus, "%d possible CPUs: expected at least %d",
                (Object) possibleCpus, cpus);
    }

    /// Whether the classic allocator SLAB shows what it counts (`CONFIG_DEBUG_SLAB`).
    public boolean countsEvents() {
        return engine == EngineKind.SLAB && classic.debug();
    }

    /// The settings of a kernel on a machine with more than 32 MiB.
    ///
    /// @param cpus CPUs that are present
    /// @param possibleCpus CPUs that could be present, at least `cpus`
    /// @throws IllegalArgumentException for a boot parameter with a bad value
    public static SlabSettings of(KernelProfile profile, int cpus, int possibleCpus) {
        return of(profile, cpus, possibleCpus, Long.MAX_VALUE);
    }

    /// The settings of a kernel on a machine with so much memory.
    static SlabSettings of(KernelProfile profile, int cpus, int possibleCpus, long memoryBytes) {
        BootParameters boot = profile.boot();
        int maxOrder = boot.number("slub_max_order").orElse(DEFAULT_MAX_ORDER);
        boolean pagePoison = boot.flag("page_poison", false);
        boolean forbidden = boot.has("slab_nomerge") || boot.has("slub_nomerge");
        boolean merging = (profile.has(ConfigOption.SLAB_MERGE_DEFAULT) && !forbidden)
                || boot.has("slab_merge") || boot.has("slub_merge");
        Optional<String> debug = boot.value("slub_debug");
        // SLOB neither shares caches nor wipes objects.
        boolean slob = EngineKind.of(profile) == EngineKind.SLOB;
        return new SlabSettings(EngineKind.of(profile), boot.number("slub_min_order").orElse(0),
                Math.min(maxOrder, KernelProfile.MAX_PAGE_ORDER),
                boot.number("slub_min_objects").orElse(0), cpus, possibleCpus,
                profile.has(ConfigOption.SLUB_CPU_PARTIAL), merging && !slob,
                profile.has(ConfigOption.SLAB_FREELIST_RANDOM),
                profile.has(ConfigOption.SLAB_FREELIST_HARDENED),
                boot.flag("init_on_alloc", profile.has(ConfigOption.INIT_ON_ALLOC_DEFAULT_ON))
                        && !pagePoison && !slob,
                boot.flag("init_on_free", profile.has(ConfigOption.INIT_ON_FREE_DEFAULT_ON))
                        && !pagePoison && !slob,
                profile.has(ConfigOption.MEMCG_KMEM),
                debug.map(SlubDebugOption::parse).orElse(SlubDebugOption.OFF),
                SlabRules.of(profile.version()), SlabFlagWords.of(profile),
                ClassicSettings.of(profile, memoryBytes));
    }
}
