package org.kmemlab.lab.workload;

import static org.kmemlab.api.KernelFlags.GFP_KERNEL;
import static org.kmemlab.api.KernelFlags.__GFP_THISNODE;

import java.util.List;
import java.util.SplittableRandom;

import org.kmemlab.api.Kernel;
import org.kmemlab.machine.MachineConfig;
import org.kmemlab.slab.KmemCache;

/// Memory for the workers of each node, from that node if it can be had.
final class NodePools extends Structure {

    static final Workload WORKLOAD = new Program("node-pools",
            "objects and pages from the workers' own memory nodes, from others if need be",
            MachineConfig.ofNodes(List.of(4, 4)).withCpus(2), NodePools::run);

    private static final int NEXT = 0;
    private static final int STACK = 8;
    private static final int WORKER_BYTES = 320;
    private static final int STACK_ORDER = 1;
    private static final int NODES = 2;

    private final KmemCache workers;
    private final long[] heads = new long[NODES];

    private NodePools(Kernel kernel) {
        super(kernel);
        workers = cache("node_worker", WORKER_BYTES, 0);
    }

    private static void run(Kernel kernel, SplittableRandom random, Calls calls) {
        try (NodePools pools = new NodePools(kernel)) {
            boolean good = true;
            for (int i = 0; good && i < 8; i++) {
                int cpu = random.nextInt(NODES);
                int node = random.nextInt(NODES);
                good = calls.make(() -> pools.add(kernel.on(cpu), node));
            }
        }
    }

    private boolean add(Kernel here, int node) {
        long worker = here.kmem_cache_alloc_node(workers, GFP_KERNEL, node);
        if (worker == 0) {
            return false;
        }
        int stack = here.alloc_pages_node(node, GFP_KERNEL | __GFP_THISNODE, STACK_ORDER);
        if (stack == Kernel.NO_PAGE) {
            stack = here.alloc_pages(GFP_KERNEL, STACK_ORDER);
        }
        if (stack == Kernel.NO_PAGE) {
            here.kmem_cache_free(workers, worker);
            return false;
        }
        store(worker, STACK, here.page_address(stack));
        store(worker, NEXT, heads[node]);
        heads[node] = worker;
        return true;
    }

    @Override
    public void close() {
        for (int node = 0; node < NODES; node++) {
            while (heads[node] != 0) {
                long worker = heads[node];
                heads[node] = load(worker, NEXT);
                kernel.free_pages(load(worker, STACK), STACK_ORDER);
                kernel.kmem_cache_free(workers, worker);
            }
        }
        kernel.kmem_cache_destroy(workers);
    }
}
