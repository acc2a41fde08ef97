package org.kmemlab.lab.workload;

import static org.kmemlab.api.KernelFlags.GFP_KERNEL;
import static org.kmemlab.api.KernelFlags.SLAB_RECLAIM_ACCOUNT;

import java.util.SplittableRandom;

import org.kmemlab.api.Kernel;
import org.kmemlab.slab.KmemCache;

/// A tree of nodes with 16 slots each, as deep as its largest key needs.
final class RadixTree extends Structure {

    static final Workload WORKLOAD = new Program("radix-tree",
            "radix tree that grows upward, then inserts down a path of new nodes",
            RadixTree::run);

    private static final int SHIFT = 4;
    private static final int SLOTS = 1 << SHIFT;

    private final KmemCache nodes;
    private long root;
    private int height;

    private RadixTree(Kernel kernel) {
        super(kernel);
        nodes = cache("radix_node", SLOTS * Long.BYTES, SLAB_RECLAIM_ACCOUNT);
    }

    private static void run(Kernel kernel, SplittableRandom random, Calls calls) {
        try (RadixTree tree = new RadixTree(kernel)) {
            boolean good = true;
            for (int i = 0; good && i < 8; i++) {
                int key = random.nextInt(SLOTS << i);
                good = calls.make(() -> tree.insert(key, 1 + 2L * key));
            }
        }
    }

    /// Inserts an odd value: pointers are even, so that the two can be told apart.
    private boolean insert(int key, long value) {
        int needed = Math.max(1, Math.ceilDiv(Integer.SIZE - Integer.numberOfLeadingZeros(key),
                SHIFT));
        int oldHeight = height;
        long oldRoot = root;
        if (!raise(needed) || !insertBelow(root, height, key, value)) {
            lower(oldRoot, oldHeight);
            return false;
        }
        return true;
    }

    private boolean raise(int needed) {
        while (height < needed) {
            long top = kernel.kmem_cache_zalloc(nodes, GFP_KERNEL);
            if (top == 0) {
                return false;
            }
            set(top, 0, root);
            root = top;
            height++;
        }
        return true;
    }

    /// Takes away the nodes that were put on top.
    private void lower(long oldRoot, int oldHeight) {
        while (height > oldHeight) {
            long top = root;
            root = at(top, 0);
            height--;
            kernel.kmem_cache_free(nodes, top);
        }
        assert root == oldRoot : "the tree lost its root";
    }

    private boolean insertBelow(long node, int level, int key, long value) {
        int slot = (key >>> ((level - 1) * SHIFT)) & (SLOTS - 1);
        if (level == 1) {
            set(node, slot, value);
            return true;
        }
        long child = at(node, slot);
        if (child != 0) {
            return insertBelow(child, level - 1, key, value);
        }
        long fresh = kernel.kmem_cache_zalloc(nodes, GFP_KERNEL);
        if (fresh == 0) {
            return false;
        }
        if (!insertBelow(fresh, level - 1, key, value)) {
            kernel.kmem_cache_free(nodes, fresh);
            return false;
        }
        set(node, slot, fresh);
        return true;
    }

    private void free(long node, int level) {
        for (int slot = 0; level > 1 && slot < SLOTS; slot++) {
            if (at(node, slot) != 0) {
                free(at(node, slot), level - 1);
            }
        }
        kernel.kmem_cache_free(nodes, node);
    }

    @Override
    public void close() {
        if (root != 0) {
            free(root, height);
        }
        kernel.kmem_cache_destroy(nodes);
    }
}
