package org.kmemlab.lab.workload;

import static org.kmemlab.api.KernelFlags.GFP_ATOMIC;
import static org.kmemlab.api.KernelFlags.GFP_KERNEL;
import static org.kmemlab.api.KernelFlags.SLAB_HWCACHE_ALIGN;

import java.util.SplittableRandom;

import org.kmemlab.api.Kernel;
import org.kmemlab.mempool.Mempool;
import org.kmemlab.slab.KmemCache;

/// Network packets: a header, a buffer of any size, and for some a descriptor from a pool.
final class PacketQueue extends Structure {

    static final Workload WORKLOAD = new Program("packet-queue",
            "packets with header, buffer and a descriptor from a pool, as interrupts queue them",
            PacketQueue::run);

    private static final int NEXT = 0;
    private static final int DATA = 8;
    private static final int DESCRIPTOR = 16;
    private static final int HEADER_BYTES = 224;
    private static final int DESCRIPTOR_BYTES = 48;
    private static final int RESERVE = 2;

    private final KmemCache headers;
    private final KmemCache descriptors;
    private final Mempool pool;
    private long head;

    private PacketQueue(Kernel kernel) {
        super(kernel);
        headers = cache("packet_head", HEADER_BYTES, SLAB_HWCACHE_ALIGN);
        descriptors = cache("packet_descriptor", DESCRIPTOR_BYTES, 0);
        pool = Mempool.zeroed(kernel.machine());
    }

    private static void run(Kernel kernel, SplittableRandom random, Calls calls) {
        try (PacketQueue queue = new PacketQueue(kernel)) {
            boolean good = calls.make(queue::open);
            for (int i = 0; good && i < 8; i++) {
                int bytes = 64 + random.nextInt(2000);
                boolean offloaded = i % 2 == 0;
                good = calls.make(() -> queue.receive(bytes, offloaded));
                if (good && i == 5) {
                    queue.deliver();
                }
            }
        }
    }

    private boolean open() {
        return kernel.mempool_init(pool, RESERVE,
                (gfp, cache) -> kernel.kmem_cache_alloc(cache, gfp),
                (element, cache) -> kernel.kmem_cache_free(cache, element), descriptors) == 0;
    }

    private boolean receive(int bytes, boolean offloaded) {
        long packet = kernel.kmem_cache_zalloc(headers, GFP_ATOMIC);
        if (packet == 0) {
            return false;
        }
        long data = kernel.kmalloc(bytes, GFP_ATOMIC);
        store(packet, DATA, data);
        if (data == 0 || (offloaded && !attachDescriptor(packet))) {
            free(packet);
            return false;
        }
        store(packet, NEXT, head);
        head = packet;
        return true;
    }

    private boolean attachDescriptor(long packet) {
        long descriptor = kernel.mempool_alloc(pool, GFP_ATOMIC);
        store(packet, DESCRIPTOR, descriptor);
        return descriptor != 0;
    }

    private void free(long packet) {
        kernel.mempool_free(load(packet, DESCRIPTOR), pool);
        kernel.kfree(load(packet, DATA));
        kernel.kmem_cache_free(headers, packet);
    }

    private void deliver() {
        while (head != 0) {
            long next = load(head, NEXT);
            free(head);
            head = next;
        }
    }

    @Override
    public void close() {
        deliver();
        kernel.mempool_exit(pool);
        kernel.kmem_cache_destroy(descriptors);
        kernel.kmem_cache_destroy(headers);
    }
}
