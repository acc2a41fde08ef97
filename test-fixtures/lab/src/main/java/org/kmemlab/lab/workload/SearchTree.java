package org.kmemlab.lab.workload;

import static org.kmemlab.api.KernelFlags.GFP_KERNEL;

import java.util.SplittableRandom;

import org.kmemlab.api.Kernel;
import org.kmemlab.slab.KmemCache;

/// A B-tree. A split must not stop half way, so an insertion first gets all nodes that it could need.
final class SearchTree extends Structure {

    static final Workload WORKLOAD = new Program("btree-split",
            "B-tree whose insertions get the nodes for all splits beforehand", SearchTree::run);

    private static final int KEYS_MAX = 3;
    private static final int COUNT = 0;
    private static final int LEAF = 8;
    private static final int KEYS = 16;
    private static final int CHILDREN = KEYS + KEYS_MAX * Long.BYTES;
    private static final int NODE_BYTES = CHILDREN + (KEYS_MAX + 1) * Long.BYTES;

    private final KmemCache nodes;
    private long root;
    private int height;
    private long spare;

    private SearchTree(Kernel kernel) {
        super(kernel);
        nodes = cache("btree_node", NODE_BYTES, 0);
    }

    private static void run(Kernel kernel, SplittableRandom random, Calls calls) {
        try (SearchTree tree = new SearchTree(kernel)) {
            boolean good = true;
            for (int i = 0; good && i < 10; i++) {
                long key = random.nextInt(1000);
                good = calls.make(() -> tree.insert(key));
            }
        }
    }

    private boolean insert(long key) {
        if (!reserve(height + 1)) {
            freeSpare();
            return false;
        }
        if (root == 0) {
            root = takeSpare(true);
            height = 1;
        } else if (load(root, COUNT) == KEYS_MAX) {
            long top = takeSpare(false);
            set(top + CHILDREN, 0, root);
            split(top, 0);
            root = top;
            height++;
        }
        insertBelow(root, key);
        freeSpare();
        return true;
    }

    /// Gets nodes and links them through their first word.
    private boolean reserve(int count) {
        for (int i = 0; i < count; i++) {
            long node = kernel.kmem_cache_zalloc(nodes, GFP_KERNEL);
            if (node == 0) {
                return false;
            }
            store(node, COUNT, spare);
            spare = node;
        }
        return true;
    }

    private long takeSpare(boolean leaf) {
        long node = spare;
        spare = load(node, COUNT);
        store(node, COUNT, 0);
        store(node, LEAF, leaf ? 1 : 0);
        return node;
    }

    private void freeSpare() {
        while (spare != 0) {
            kernel.kmem_cache_free(nodes, takeSpare(false));
        }
    }

    /// Moves the upper half of a full child into a new sibling.
    private void split(long parent, int index) {
        long left = at(parent + CHILDREN, index);
        long right = takeSpare(load(left, LEAF) != 0);
        set(right + KEYS, 0, at(left + KEYS, 2));
        set(right + CHILDREN, 0, at(left + CHILDREN, 2));
        set(right + CHILDREN, 1, at(left + CHILDREN, 3));
        store(right, COUNT, 1);
        store(left, COUNT, 1);
        int count = (int) load(parent, COUNT);
        for (int i = count; i > index; i--) {
            set(parent + KEYS, i, at(parent + KEYS, i - 1));
            set(parent + CHILDREN, i + 1, at(parent + CHILDREN, i));
        }
        set(parent + KEYS, index, at(left + KEYS, 1));
        set(parent + CHILDREN, index + 1, right);
        store(parent, COUNT, count + 1);
    }

    private void insertBelow(long node, long key) {
        int count = (int) load(node, COUNT);
        int index = 0;
        while (index < count && at(node + KEYS, index) < key) {
            index++;
        }
        if (load(node, LEAF) != 0) {
            for (int i = count; i > index; i--) {
                set(node + KEYS, i, at(node + KEYS, i - 1));
            }
            set(node + KEYS, index, key);
            store(node, COUNT, count + 1);
            return;
        }
        if (load(at(node + CHILDREN, index), COUNT) == KEYS_MAX) {
            split(node, index);
            index += at(node + KEYS, index) < key ? 1 : 0;
        }
        insertBelow(at(node + CHILDREN, index), key);
    }

    private void free(long node) {
        for (int i = 0; load(node, LEAF) == 0 && i <= load(node, COUNT); i++) {
            free(at(node + CHILDREN, i));
        }
        kernel.kmem_cache_free(nodes, node);
    }

    @Override
    public void close() {
        if (root != 0) {
            free(root);
        }
        kernel.kmem_cache_destroy(nodes);
    }
}
