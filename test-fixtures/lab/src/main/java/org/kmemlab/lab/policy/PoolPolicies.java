package org.kmemlab.lab.policy;

import java.util.List;
import java.util.function.Function;

import org.kmemlab.buddy.PageAllocator;
import org.kmemlab.machine.KernelProfile;

/// The pools of this library that can serve requests of any size.
public final class PoolPolicies {

    /// The group's name.
    public static final String GROUP = "pools";

    private PoolPolicies() {
    }

    /// All of them.
    public static List<PolicyEntry> all() {
        return List.of(
                entry("dynamic-pool", "heaps of 256 KiB with boundary tags, one after the other",
                        "DynamicPool", DynamicPoolPolicy::new),
                entry("pooled-malloc", "malloc's names above pools of 20 sizes", "PooledAllocator",
                        AnySizePolicy::new),
                entry("region-pool", "blocks from the end of one region, cleared when it is unused",
                        "RegionPool", RegionPoolPolicy::new),
                entry("lifetime-pool", "a pool for each size, closed as a whole", "LifetimePool",
                        bySize(SizedPool::lifetime)),
                entry("elr-mpl", "a pool of a tree for each size, with codes against stale handles",
                        "ElrMpl", bySize(SizedPool::elrMpl)),
                entry("dma-pool", "a pool of blocks in chunks of a page for each size",
                        "dma.DmaPool", bySize(SizedPool::dma)));
    }

    private static Function<PageAllocator, Policy> bySize(SizedPool.Maker maker) {
        return pages -> new PoolBySizePolicy(pages, maker);
    }

    private static PolicyEntry entry(String name, String description, String className,
            Function<PageAllocator, Policy> maker) {
        return new PolicyEntry(name, GROUP, description, "org.kmemlab.mempool.pools." + className,
                KernelProfile.LINUX_6_1, maker);
    }
}
