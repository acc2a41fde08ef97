package org.kmemlab.lab.workload;

import static org.kmemlab.api.KernelFlags.GFP_KERNEL;
import static org.kmemlab.api.KernelFlags.__GFP_NORETRY;
import static org.kmemlab.api.KernelFlags.__GFP_NOWARN;

import java.util.SplittableRandom;

import org.kmemlab.api.Kernel;

/// Large arrays: one block if that is easily had, else single pages and a table of them.
final class VirtualArray extends Structure {

    static final Workload WORKLOAD = new Program("kvmalloc-fallback",
            "large arrays in one block, or page by page where there is none", VirtualArray::run);

    private static final int PAGE_BYTES = 4096;

    private long block;
    private long table;
    private int pages;

    private VirtualArray(Kernel kernel) {
        super(kernel);
    }

    private static void run(Kernel kernel, SplittableRandom random, Calls calls) {
        boolean good = true;
        for (int i = 0; good && i < 4; i++) {
            try (VirtualArray array = new VirtualArray(kernel)) {
                int size = 3 + random.nextInt(6);
                good = calls.make(() -> array.open(size));
            }
        }
    }

    private boolean open(int size) {
        block = kernel.kmalloc((long) size * PAGE_BYTES,
                GFP_KERNEL | __GFP_NORETRY | __GFP_NOWARN);
        return block != 0 || openScattered(size);
    }

    private boolean openScattered(int size) {
        table = kernel.kmalloc_array(size, Long.BYTES, GFP_KERNEL);
        if (table == 0) {
            return false;
        }
        while (pages < size) {
            long page = kernel.__get_free_pages(GFP_KERNEL, 0);
            if (page == 0) {
                close();
                return false;
            }
            set(table, pages++, page);
        }
        return true;
    }

    @Override
    public void close() {
        while (pages > 0) {
            kernel.free_page(at(table, --pages));
        }
        kernel.kfree(table);
        kernel.kfree(block);
        table = 0;
        block = 0;
    }
}
