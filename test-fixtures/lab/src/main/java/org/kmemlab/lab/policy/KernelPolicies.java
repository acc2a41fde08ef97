package org.kmemlab.lab.policy;

import java.util.List;

import org.kmemlab.machine.KernelProfile;

/// The kernel's own allocators of objects.
public final class KernelPolicies {

    /// The group's name.
    public static final String GROUP = "kernel";

    /// What the first caches with sheaves ask for: those of `vm_area_struct` and `maple_node`.
    private static final int SHEAF_CAPACITY = 32;

    private KernelPolicies() {
    }

    /// All of them, the baseline first.
    public static List<PolicyEntry> all() {
        return List.of(
                entry("slub-6.1", "SLUB: free lists inside the objects, a slab for each CPU",
                        "Linux 6.1, mm/slub.c", KernelProfile.LINUX_6_1),
                new PolicyEntry("sheaves-6.18", GROUP,
                        "SLUB, each cache with sheaves of 32 objects for each CPU; kmalloc without",
                        "Linux 6.18, mm/slub.c", KernelProfile.LINUX_6_18,
                        pages -> new KernelPolicy(pages, SHEAF_CAPACITY)),
                entry("slab-6.1", "SLAB: arrays of free objects for each CPU and node",
                        "Linux 6.1, mm/slab.c", KernelProfile.C61_SLAB),
                entry("slob-6.1", "SLOB: first fit in three lists of pages",
                        "Linux 6.1, mm/slob.c", KernelProfile.C61_SLOB));
    }

    private static PolicyEntry entry(String name, String description, String source,
            KernelProfile profile) {
        return new PolicyEntry(name, GROUP, description, source, profile, KernelPolicy::new);
    }
}
