package org.kmemlab.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.kmemlab.api.KernelFlags.GFP_KERNEL;

import java.util.ArrayList;
import java.util.List;

import org.kmemlab.api.Kernel;
import org.kmemlab.api.kmem_cache_args;
import org.kmemlab.slab.KmemCache;
import org.kmemlab.slab.PrefilledSheaf;

/// Caches with sheaves under faults. If it fails, a request that meets a fault on its way through
/// sheaves loses an object or a sheaf, or a borrowed sheaf does not keep its promise.
class SheafSweepTest {

    @FaultSweep(kernel = "linux-6.18", cpus = 2)
    void everyUse_meetingOneFault_losesNothing(Kernel kernel) {
        use(kernel);
    }

    @FaultSweep(kernel = "linux-6.18", mode = FaultMode.STICKY)
    void everyUse_meetingFaultsFromOneOn_losesNothing(Kernel kernel) {
        use(kernel);
    }

    private static void use(Kernel kernel) {
        kmem_cache_args args = new kmem_cache_args();
        args.sheaf_capacity = 4;
        KmemCache cache = kernel.kmem_cache_create("node", 256, args, 0);
        if (cache == null) {
            return;
        }
        List<Long> objects = new ArrayList<>();
        for (int i = 0; i < 13; i++) {
            keep(objects, kernel.kmem_cache_alloc(cache, GFP_KERNEL));
        }
        PrefilledSheaf sheaf = kernel.kmem_cache_prefill_sheaf(cache, GFP_KERNEL, 3);
        if (sheaf != null) {
            for (int i = 0; i < 3; i++) {
                long object = kernel.kmem_cache_alloc_from_sheaf(cache, GFP_KERNEL, sheaf);
                assertThat(object).isNotZero();
                objects.add(object);
            }
            int refilled = kernel.kmem_cache_refill_sheaf(cache, GFP_KERNEL, sheaf, 6);
            assertThat(kernel.kmem_cache_sheaf_size(sheaf)).isEqualTo(refilled == 0 ? 6 : 1);
            kernel.kmem_cache_return_sheaf(cache, GFP_KERNEL, sheaf);
        }
        long[] bulk = new long[6];
        int got = kernel.kmem_cache_alloc_bulk(cache, GFP_KERNEL, bulk.length, bulk);
        kernel.kmem_cache_free_bulk(cache, got, bulk);
        for (int i = 0; i < objects.size(); i++) {
            if (i % 3 == 0) {
                kernel.kfree_rcu(objects.get(i));
            } else {
                kernel.kmem_cache_free(cache, objects.get(i));
            }
        }
        kernel.kmem_cache_destroy(cache);
        assertThat(kernel.slab().cache("node")).isNull();
    }

    private static void keep(List<Long> objects, long object) {
        if (object != 0) {
            objects.add(object);
        }
    }
}
