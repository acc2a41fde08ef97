package org.kmemlab.lab.workload;

import static org.kmemlab.api.KernelFlags.GFP_HIGHUSER;
import static org.kmemlab.api.KernelFlags.GFP_KERNEL_ACCOUNT;

import java.util.SplittableRandom;

import org.kmemlab.api.Kernel;

/// A pipe: slots for pages. A write that runs out of memory half way is a short write, not a failure.
final class PipeBuffers extends Structure {

    static final Workload WORKLOAD = new Program("pipe-buffers",
            "pipe of pages: short writes where memory ends, slots resized", PipeBuffers::run);

    private static final int SLOTS = 4;

    private long slots;
    private int capacity;
    private int used;

    private PipeBuffers(Kernel kernel) {
        super(kernel);
    }

    private static void run(Kernel kernel, SplittableRandom random, Calls calls) {
        try (PipeBuffers pipe = new PipeBuffers(kernel)) {
            boolean good = calls.make(() -> pipe.resize(SLOTS));
            for (int i = 1; good && i < 5; i++) {
                int pages = 1 + random.nextInt(SLOTS);
                int larger = SLOTS << i;
                good = calls.make(() -> pipe.write(pages)) && calls.make(() -> pipe.resize(larger));
                pipe.readOne();
            }
        }
    }

    private boolean resize(int count) {
        long fresh = kernel.kcalloc(count, 40, GFP_KERNEL_ACCOUNT);
        if (fresh == 0) {
            return false;
        }
        if (used > 0) {
            memory.copy(slots, fresh, (long) used * Long.BYTES);
        }
        kernel.kfree(slots);
        slots = fresh;
        capacity = count;
        return true;
    }

    /// Writes as many pages as there is room and memory for; none is a failure.
    private boolean write(int pages) {
        int before = used;
        for (int i = 0; i < pages && used < capacity; i++) {
            int page = kernel.alloc_page(GFP_HIGHUSER);
            if (page == Kernel.NO_PAGE) {
                break;
            }
            memory.fill(kernel.page_address(page), 4096, (byte) i);
            set(slots, used++, kernel.page_address(page));
        }
        return used > before || used == capacity;
    }

    private void readOne() {
        if (used > 0) {
            kernel.free_page(at(slots, --used));
        }
    }

    @Override
    public void close() {
        while (used > 0) {
            readOne();
        }
        kernel.kfree(slots);
    }
}
