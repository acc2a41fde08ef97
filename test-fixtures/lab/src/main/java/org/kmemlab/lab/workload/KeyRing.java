package org.kmemlab.lab.workload;

import static org.kmemlab.api.KernelFlags.GFP_KERNEL;

import java.util.SplittableRandom;

import org.kmemlab.api.Kernel;

/// Keys whose bytes must not be left in free memory, in contexts that wrap each other.
final class KeyRing extends Structure {

    static final Workload WORKLOAD = new Program("key-ring",
            "nested cipher contexts whose keys are wiped when they are freed", KeyRing::run);

    private static final int INNER = 0;
    private static final int KEY = 8;
    private static final int CONTEXT_BYTES = 80;

    private long outer;

    private KeyRing(Kernel kernel) {
        super(kernel);
    }

    private static void run(Kernel kernel, SplittableRandom random, Calls calls) {
        try (KeyRing ring = new KeyRing(kernel)) {
            boolean good = true;
            for (int i = 0; good && i < 3; i++) {
                int layers = 2 + i;
                int keyBytes = 16 << random.nextInt(5);
                good = calls.make(() -> ring.setKey(layers, keyBytes));
            }
        }
    }

    /// Replaces the key; the old one stays in force if the new one finds no memory.
    private boolean setKey(int layers, int keyBytes) {
        long fresh = wrap(layers, keyBytes);
        if (fresh == 0) {
            return false;
        }
        free(outer);
        outer = fresh;
        return true;
    }

    private long wrap(int layers, int keyBytes) {
        long context = kernel.kzalloc(CONTEXT_BYTES, GFP_KERNEL);
        if (context == 0) {
            return 0;
        }
        long key = kernel.kmalloc(keyBytes, GFP_KERNEL);
        store(context, KEY, key);
        long inner = key == 0 || layers == 1 ? 0 : wrap(layers - 1, keyBytes);
        if (key == 0 || (layers > 1 && inner == 0)) {
            free(context);
            return 0;
        }
        memory.fill(key, keyBytes, (byte) layers);
        store(context, INNER, inner);
        return context;
    }

    private void free(long context) {
        if (context != 0) {
            free(load(context, INNER));
            kernel.kfree_sensitive(load(context, KEY));
            kernel.kfree_sensitive(context);
        }
    }

    @Override
    public void close() {
        free(outer);
    }
}
