package org.kmemlab.lab.workload;

import static org.kmemlab.api.KernelFlags.GFP_ATOMIC;
import static org.kmemlab.api.KernelFlags.GFP_KERNEL;

import java.util.SplittableRandom;

import org.kmemlab.api.Kernel;

/// Numbers for objects: bitmaps of 64 numbers each, preloaded so that giving out a number under a
/// lock cannot fail.
final class IdAllocator extends Structure {

    static final Workload WORKLOAD = new Program("id-allocator",
            "numbers from bitmaps, preloaded so that the locked part cannot fail",
            IdAllocator::run);

    private static final int CHUNKS = 16;
    private static final int PER_CHUNK = 4;
    private static final int CHUNK_BYTES = 128;

    private long top;
    private long preloaded;
    private int next;

    private IdAllocator(Kernel kernel) {
        super(kernel);
    }

    private static void run(Kernel kernel, SplittableRandom random, Calls calls) {
        try (IdAllocator ids = new IdAllocator(kernel)) {
            boolean good = calls.make(ids::open);
            for (int i = 0; good && i < 12; i++) {
                long object = random.nextLong();
                good = calls.make(() -> ids.add(object));
            }
        }
    }

    private boolean open() {
        top = kernel.kcalloc(CHUNKS, Long.BYTES, GFP_KERNEL);
        return top != 0;
    }

    private boolean add(long object) {
        if (preloaded == 0 && at(top, next / PER_CHUNK) == 0) {
            preloaded = kernel.kzalloc(CHUNK_BYTES, GFP_KERNEL);
            if (preloaded == 0) {
                return false;
            }
        }
        long note = kernel.kmalloc(Long.BYTES, GFP_ATOMIC);
        if (note == 0) {
            kernel.kfree(preloaded);
            preloaded = 0;
            return false;
        }
        store(note, 0, object);
        if (at(top, next / PER_CHUNK) == 0) {
            set(top, next / PER_CHUNK, preloaded);
            preloaded = 0;
        }
        set(at(top, next / PER_CHUNK), next % PER_CHUNK, note);
        next++;
        return true;
    }

    @Override
    public void close() {
        for (int id = 0; id < next; id++) {
            kernel.kfree(at(at(top, id / PER_CHUNK), id % PER_CHUNK));
        }
        for (int chunk = 0; top != 0 && chunk < CHUNKS; chunk++) {
            kernel.kfree(at(top, chunk));
        }
        kernel.kfree(top);
    }
}
