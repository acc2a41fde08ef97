package org.kmemlab.lab.workload;

import static org.kmemlab.api.KernelFlags.GFP_DMA32;
import static org.kmemlab.api.KernelFlags.GFP_KERNEL;
import static org.kmemlab.api.KernelFlags.__GFP_ZERO;

import java.util.SplittableRandom;

import org.kmemlab.api.Kernel;
import org.kmemlab.mempool.Mempool;

/// A driver that claims one resource after the other and gives them back in reverse.
final class DriverProbe extends Structure {

    static final Workload WORKLOAD = new Program("driver-probe",
            "probe of a device: six resources, unwound in reverse where one is missing",
            DriverProbe::run);

    private static final int RING_ORDER = 2;
    private static final int QUEUES = 3;
    private static final int VECTORS = 0;
    private static final int RING = 8;
    private static final int NAME = 16;
    private static final int QUEUE = 24;
    private static final int STATE_BYTES = QUEUE + QUEUES * Long.BYTES;

    private final Mempool commands;
    private long state;

    private DriverProbe(Kernel kernel) {
        super(kernel);
        commands = Mempool.zeroed(kernel.machine());
    }

    private static void run(Kernel kernel, SplittableRandom random, Calls calls) {
        try (DriverProbe driver = new DriverProbe(kernel)) {
            int vectors = 1 + random.nextInt(32);
            if (calls.make(() -> driver.probe(vectors))) {
                driver.remove();
                boolean _ = calls.make(() -> driver.probe(2 * vectors));
            }
        }
    }

    private boolean probe(int vectors) {
        long fresh = kernel.kzalloc(STATE_BYTES, GFP_KERNEL);
        if (fresh == 0) {
            return false;
        }
        if (!claimMemory(fresh, vectors)) {
            releaseMemory(fresh);
            return false;
        }
        if (!openPool()) {
            releaseMemory(fresh);
            return false;
        }
        state = fresh;
        return true;
    }

    private boolean claimMemory(long fresh, int vectors) {
        store(fresh, VECTORS, kernel.kcalloc(vectors, 32, GFP_KERNEL));
        if (load(fresh, VECTORS) == 0) {
            return false;
        }
        store(fresh, RING, kernel.__get_free_pages(GFP_DMA32 | __GFP_ZERO, RING_ORDER));
        if (load(fresh, RING) == 0) {
            return false;
        }
        store(fresh, NAME, kernel.kmalloc(24, GFP_KERNEL));
        if (load(fresh, NAME) == 0) {
            return false;
        }
        for (int i = 0; i < QUEUES; i++) {
            long queue = kernel.kzalloc(600, GFP_KERNEL);
            if (queue == 0) {
                return false;
            }
            set(fresh + QUEUE, i, queue);
        }
        return true;
    }

    private boolean openPool() {
        return kernel.mempool_init(commands, 2, (gfp, size) -> kernel.kmalloc(size, gfp),
                (element, size) -> kernel.kfree(element), 192) == 0;
    }

    private void releaseMemory(long old) {
        for (int i = QUEUES - 1; i >= 0; i--) {
            kernel.kfree(at(old + QUEUE, i));
        }
        kernel.kfree(load(old, NAME));
        kernel.free_pages(load(old, RING), RING_ORDER);
        kernel.kfree(load(old, VECTORS));
        kernel.kfree(old);
    }

    private void remove() {
        kernel.mempool_exit(commands);
        releaseMemory(state);
        state = 0;
    }

    @Override
    public void close() {
        if (state != 0) {
            remove();
        }
    }
}
