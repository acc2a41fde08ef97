package org.kmemlab.lab.policy;

import java.util.List;

import org.kmemlab.machine.KernelProfile;

/// The pools of this library that can serve requests of any size.
public final class PoolPolicies {

    /// The group's name.
    public static final String GROUP = "pools";

    private PoolPolicies() {
    }

    /// All of them.
    public static List<PolicyEntry> all() {
        return List.of(new PolicyEntry("dynamic-pool", GROUP,
                "heaps of 256 KiB with boundary tags, one after the other",
                "org.kmemlab.mempool.pools.DynamicPool", KernelProfile.LINUX_6_1,
                DynamicPoolPolicy::new));
    }
}
