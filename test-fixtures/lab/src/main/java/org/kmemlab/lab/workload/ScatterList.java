package org.kmemlab.lab.workload;

import static org.kmemlab.api.KernelFlags.GFP_KERNEL;
import static org.kmemlab.api.KernelFlags.__GFP_NORETRY;
import static org.kmemlab.api.KernelFlags.__GFP_NOWARN;

import java.util.SplittableRandom;

import org.kmemlab.api.Kernel;

/// A buffer for a device, made of blocks as large as can be had, listed in chained tables.
final class ScatterList extends Structure {

    static final Workload WORKLOAD = new Program("scatter-list",
            "device buffer of blocks as large as can be had, in chained tables", ScatterList::run);

    private static final int NEXT = 0;
    private static final int USED = 8;
    private static final int ENTRIES = 16;
    private static final int PER_TABLE = 4;
    private static final int ENTRY_BYTES = 16;
    private static final int TABLE_BYTES = ENTRIES + PER_TABLE * ENTRY_BYTES;
    private static final int ORDER_MAX = 2;

    private long tables;

    private ScatterList(Kernel kernel) {
        super(kernel);
    }

    private static void run(Kernel kernel, SplittableRandom random, Calls calls) {
        boolean good = true;
        for (int i = 0; good && i < 3; i++) {
            try (ScatterList list = new ScatterList(kernel)) {
                int pages = 5 + random.nextInt(16);
                good = calls.make(() -> list.open(pages));
            }
        }
    }

    private boolean open(int pages) {
        int left = pages;
        while (left > 0) {
            int order = Math.min(ORDER_MAX, 31 - Integer.numberOfLeadingZeros(left));
            int got = addBlock(order);
            if (got == 0) {
                close();
                return false;
            }
            left -= got;
        }
        return true;
    }

    /// Adds a block of that order or a smaller one.
    ///
    /// @return its pages; 0 if there is no memory
    private int addBlock(int mostOrder) {
        if ((tables == 0 || load(tables, USED) == PER_TABLE) && !addTable()) {
            return 0;
        }
        for (int order = mostOrder; order >= 0; order--) {
            int gfp = order > 0 ? GFP_KERNEL | __GFP_NORETRY | __GFP_NOWARN : GFP_KERNEL;
            long block = kernel.__get_free_pages(gfp, order);
            if (block != 0) {
                int entry = ENTRIES + (int) load(tables, USED) * ENTRY_BYTES;
                store(tables, entry, block);
                store(tables, entry + Long.BYTES, order);
                store(tables, USED, load(tables, USED) + 1);
                return 1 << order;
            }
        }
        return 0;
    }

    private boolean addTable() {
        long table = kernel.kzalloc(TABLE_BYTES, GFP_KERNEL);
        if (table == 0) {
            return false;
        }
        store(table, NEXT, tables);
        tables = table;
        return true;
    }

    @Override
    public void close() {
        while (tables != 0) {
            long table = tables;
            for (int i = 0; i < load(table, USED); i++) {
                int entry = ENTRIES + i * ENTRY_BYTES;
                kernel.free_pages(load(table, entry), (int) load(table, entry + Long.BYTES));
            }
            tables = load(table, NEXT);
            kernel.kfree(table);
        }
    }
}
