package org.kmemlab.mempool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.kmemlab.buddy.GfpFlags.GFP_KERNEL;

import java.lang.management.ManagementFactory;
import java.util.Objects;

import org.junit.jupiter.api.Test;
import org.kmemlab.buddy.PageAllocator;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.Machine;
import org.kmemlab.machine.MachineConfig;
import org.kmemlab.slab.KmemCache;
import org.kmemlab.slab.KmemCacheArgs;
import org.kmemlab.slab.SlabAllocator;

class MempoolGarbageTest {

    private static final int PAIRS = 20_000;

    /// An element whose source gives it at once would make garbage for Java's collector.
    @Test
    void allocAndFree_sourceGives_allocateNothingInJava() {
        try (Machine machine = new Machine(MachineConfig.ofMebibytes(16))) {
            SlabAllocator slab = new SlabAllocator(new PageAllocator(machine));
            KmemCache cache = slab.createCache(KmemCacheArgs.of("foo", 64));
            Mempool pool = Objects.requireNonNull(Mempool.create(machine, machine.cpu(0), 4,
                    ElementSource.ofCache(cache)));
            pairs(pool, machine.cpu(0));

            long before = allocatedBytes();
            pairs(pool, machine.cpu(0));
            long bytes = allocatedBytes() - before;

            assertThat(bytes).isLessThan(PAIRS);
            pool.close();
            cache.close();
        }
    }

    private static void pairs(Mempool pool, Cpu cpu) {
        for (int i = 0; i < PAIRS; i++) {
            pool.free(cpu, pool.alloc(cpu, GFP_KERNEL));
        }
    }

    private static long allocatedBytes() {
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        return threads.getCurrentThreadAllocatedBytes();
    }
}
