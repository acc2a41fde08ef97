package org.kmemlab.slab;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.kmemlab.buddy.GfpFlags;
import org.kmemlab.buddy.PageAllocator;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.Machine;
import org.kmemlab.machine.MachineConfig;

class ObjectEventsTest {

    private final List<String> heard = new ArrayList<>();

    private final ObjectEvents observer = new ObjectEvents() {
        @Override
        public void allocated(String cache, long address, GfpFlags gfp) {
            heard.add("+" + cache + " " + Long.toHexString(address) + " " + gfp);
        }

        @Override
        public void freed(String cache, long address) {
            heard.add("-" + cache + " " + Long.toHexString(address));
        }
    };

    /// An object would pass by the observer on one of the ways in or out, or be told twice.
    @Test
    void observe_everyWay_hearsEachObjectOnce() {
        try (Machine machine = new Machine(MachineConfig.ofMebibytes(4))) {
            SlabAllocator slab = new SlabAllocator(new PageAllocator(machine));
            Cpu cpu = machine.cpu(0);
            slab.observe(observer);
            KmemCache cache = slab.createCache(KmemCacheArgs.of("own", 64));

            long single = cache.alloc(cpu, GfpFlags.GFP_ATOMIC);
            long[] bulk = new long[2];
            int got = cache.allocBulk(cpu, GfpFlags.GFP_KERNEL, bulk, 0, 2);
            long block = slab.kmalloc().kzalloc(cpu, 100, GfpFlags.GFP_KERNEL);
            List<String> allocated = List.copyOf(heard);
            heard.clear();
            cache.free(cpu, single);
            cache.freeBulk(cpu, bulk.clone(), 0, 2);
            slab.kmalloc().kfree(cpu, block);

            assertThat(got).isEqualTo(2);
            assertThat(allocated.stream().filter(line -> !line.contains("kmem_cache")))
                    .containsExactly("+own " + Long.toHexString(single) + " GFP_ATOMIC",
                            "+own " + Long.toHexString(bulk[0]) + " GFP_KERNEL",
                            "+own " + Long.toHexString(bulk[1]) + " GFP_KERNEL",
                            "+kmalloc-128 " + Long.toHexString(block) + " GFP_KERNEL|__GFP_ZERO");
            assertThat(heard).containsExactlyInAnyOrder("-own " + Long.toHexString(single),
                    "-own " + Long.toHexString(bulk[0]), "-own " + Long.toHexString(bulk[1]),
                    "-kmalloc-128 " + Long.toHexString(block));
        }
    }

    /// An observer that has gone would be told on, and cost time.
    @Test
    void observe_none_endsIt() {
        try (Machine machine = new Machine(MachineConfig.ofMebibytes(4))) {
            SlabAllocator slab = new SlabAllocator(new PageAllocator(machine));
            slab.observe(observer);
            slab.observe(ObjectEvents.NONE);

            long block = slab.kmalloc().kmalloc(machine.cpu(0), 100, GfpFlags.GFP_KERNEL);
            slab.kmalloc().kfree(machine.cpu(0), block);

            assertThat(heard).isEmpty();
        }
    }
}
