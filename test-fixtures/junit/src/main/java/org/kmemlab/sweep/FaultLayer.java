package org.kmemlab.sweep;

import java.util.Locale;

import org.kmemlab.api.Kernel;
import org.kmemlab.buddy.FailPageAlloc;
import org.kmemlab.fault.FaultPlan;
import org.kmemlab.slab.Failslab;

/// A layer whose allocations can be made to fail.
public enum FaultLayer {
    /// Objects of caches and small `kmalloc` blocks (`failslab`).
    SLAB {
        @Override
        public void follow(Kernel kernel, FaultPlan plan) {
            Failslab point = kernel.slab().failslab();
            point.setIgnoreGfpWait(false);
            point.attr().setVerbose(0);
            point.attr().follow(plan);
        }
    },
    /// Pages, also those that slabs are made of (`fail_page_alloc`). Many of these failures are
    /// survived, because the allocator asks again for less.
    PAGE {
        @Override
        public void follow(Kernel kernel, FaultPlan plan) {
            FailPageAlloc point = kernel.pages().failPageAlloc();
            point.setIgnoreGfpWait(false);
            point.setIgnoreGfpHighmem(false);
            point.setMinOrder(0);
            point.attr().setVerbose(0);
            point.attr().follow(plan);
        }
    },
    /// Requests to pools, which must do with their reserve then.
    MEMPOOL {
        @Override
        public void follow(Kernel kernel, FaultPlan plan) {
            kernel.failMempool().alloc().follow(plan);
            kernel.failMempool().allocBulk().follow(plan);
        }
    };

    /// Lets a plan decide about this layer's calls, and opens the layer to every call.
    public abstract void follow(Kernel kernel, FaultPlan plan);

    /// The name in lower case, as command lines have it.
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
