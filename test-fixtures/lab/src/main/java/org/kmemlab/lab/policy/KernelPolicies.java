package org.kmemlab.lab.policy;

import java.util.List;

import org.kmemlab.machine.KernelProfile;

/// The kernel's own allocators of objects.
public final class KernelPolicies {

    /// The group's name.
    public static final String GROUP = "kernel";

    private KernelPolicies() {
    }

    /// All of them, the baseline first.
    public static List<PolicyEntry> all() {
        return List.of(
                entry("slub-6.1", "SLUB: free lists inside the objects, a slab for each CPU",
                        "Linux 6.1, mm/slub.c", KernelProfile.LINUX_6_1));
    }

    private static PolicyEntry entry(String name, String description, String source,
            KernelProfile profile) {
        return new PolicyEntry(name, GROUP, description, source, profile, KernelPolicy::new);
    }
}
