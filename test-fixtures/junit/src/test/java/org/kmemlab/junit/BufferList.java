package org.kmemlab.junit;

import java.util.Objects;

import org.kmemlab.api.Kernel;
import org.kmemlab.api.KernelFlags;
import org.kmemlab.machine.PhysicalMemory;
import org.kmemlab.mempool.Mempool;
import org.kmemlab.slab.KmemCache;

/// The program under test: a list of nodes in kernel memory, each with a buffer, a page, and an
/// element of a pool. Its error path is right, or has one planted defect.
final class BufferList implements AutoCloseable {

    /// What is wrong with the error path.
    enum Defect {
        NONE, LEAKS_BUFFER, KEEPS_ELEMENT, HALF_LINKS, FREES_TWICE, LEAKS_PAGE
    }

    private static final int NEXT = 0;
    private static final int BUFFER = 8;
    private static final int PAGE = 16;
    private static final int ELEMENT = 24;
    private static final int NODE_BYTES = 40;
    private static final int BUFFER_BYTES = 500;

    private final Kernel kernel;
    private final Defect defect;
    private final PhysicalMemory memory;
    private final KmemCache nodes;
    private final Mempool pool;
    private final long head;

    BufferList(Kernel kernel, Defect defect) {
        this.kernel = kernel;
        this.defect = defect;
        this.memory = kernel.machine().memory();
        this.nodes = Objects.requireNonNull(
                kernel.kmem_cache_create("list_node", NODE_BYTES, 8, 0, null));
        this.pool = Objects.requireNonNull(kernel.mempool_create_kmalloc_pool(1, 1000));
        this.head = kernel.kzalloc(NODE_BYTES, KernelFlags.GFP_KERNEL);
    }

    /// Adds a node at the front.
    ///
    /// @return whether there was memory
    boolean add() {
        long node = kernel.kmem_cache_zalloc(nodes, KernelFlags.GFP_KERNEL);
        if (node == 0) {
            return false;
        }
        long next = memory.getLong(head + NEXT);
        if (defect == Defect.HALF_LINKS) {
            memory.putLong(head + NEXT, node);
        }
        long buffer = kernel.kmalloc(BUFFER_BYTES, KernelFlags.GFP_KERNEL);
        if (buffer == 0) {
            kernel.kmem_cache_free(nodes, node);
            return false;
        }
        memory.putLong(node + BUFFER, buffer);
        long element = kernel.mempool_alloc(pool, KernelFlags.GFP_ATOMIC);
        if (element == 0) {
            release(node);
            return false;
        }
        memory.putLong(node + ELEMENT, element);
        long page = kernel.__get_free_pages(KernelFlags.GFP_KERNEL, 0);
        if (page == 0) {
            return undo(node, element, buffer);
        }
        memory.putLong(node + PAGE, page);
        memory.putLong(node + NEXT, next);
        memory.putLong(head + NEXT, node);
        return true;
    }

    private boolean undo(long node, long element, long buffer) {
        if (defect == Defect.KEEPS_ELEMENT) {
            memory.putLong(node + ELEMENT, 0);
        } else if (defect == Defect.LEAKS_BUFFER) {
            memory.putLong(node + BUFFER, 0);
        } else if (defect == Defect.FREES_TWICE) {
            kernel.mempool_free(element, pool);
            kernel.kfree(buffer);
            memory.putLong(node + ELEMENT, 0);
        } else if (defect == Defect.LEAKS_PAGE) {
            long page = kernel.__get_free_pages(KernelFlags.GFP_ATOMIC, 1);
            memory.putLong(node + PAGE, 0 * page);
        }
        release(node);
        return false;
    }

    private void release(long node) {
        kernel.mempool_free(memory.getLong(node + ELEMENT), pool);
        kernel.free_page(memory.getLong(node + PAGE));
        kernel.kfree(memory.getLong(node + BUFFER));
        kernel.kmem_cache_free(nodes, node);
    }

    @Override
    public void close() {
        long node = memory.getLong(head + NEXT);
        while (node != 0) {
            long next = memory.getLong(node + NEXT);
            release(node);
            node = next;
        }
        kernel.kfree(head);
        kernel.mempool_destroy(pool);
        kernel.kmem_cache_destroy(nodes);
    }
}
