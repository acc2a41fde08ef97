package org.kmemlab.lab.workload;

import static org.kmemlab.api.KernelFlags.GFP_KERNEL;
import static org.kmemlab.api.KernelFlags.SLAB_HWCACHE_ALIGN;
import static org.kmemlab.api.KernelFlags.SLAB_NO_USER_FLAGS;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

import org.kmemlab.api.Kernel;
import org.kmemlab.slab.KmemCache;

/// A module that makes its caches and first objects when it is loaded, and takes all of them away if
/// it cannot be.
final class ModuleCaches extends Structure {

    static final Workload WORKLOAD = new Program("module-init",
            "module init and exit: caches, then a first object of each", ModuleCaches::run);

    private static final int[] SIZES = {40, 200, 760, 2100};

    private final List<KmemCache> caches = new ArrayList<>();
    private final List<Long> objects = new ArrayList<>();

    private ModuleCaches(Kernel kernel) {
        super(kernel);
    }

    private static void run(Kernel kernel, SplittableRandom random, Calls calls) {
        try (ModuleCaches module = new ModuleCaches(kernel)) {
            int grow = 8 * random.nextInt(4);
            if (calls.make(() -> module.init(grow))) {
                module.exit();
                boolean _ = calls.make(() -> module.init(2 * grow));
            }
        }
    }

    private boolean init(int grow) {
        for (int size : SIZES) {
            // Shared caches would outlive the module.
            KmemCache cache = cache("module_" + size, size + grow,
                    SLAB_HWCACHE_ALIGN | SLAB_NO_USER_FLAGS);
            caches.add(cache);
            long object = kernel.kmem_cache_zalloc(cache, GFP_KERNEL);
            if (object == 0) {
                exit();
                return false;
            }
            objects.add(object);
        }
        return true;
    }

    private void exit() {
        while (!objects.isEmpty()) {
            KmemCache cache = caches.get(objects.size() - 1);
            kernel.kmem_cache_free(cache, objects.removeLast());
        }
        while (!caches.isEmpty()) {
            kernel.kmem_cache_destroy(caches.removeLast());
        }
    }

    @Override
    public void close() {
        exit();
    }
}
