package org.kmemlab.slab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.kmemlab.buddy.GfpFlags.GFP_KERNEL;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

import org.junit.jupiter.api.Test;
import org.kmemlab.buddy.GfpFlags;
import org.kmemlab.buddy.PageAllocator;
import org.kmemlab.machine.ConfigOption;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.KernelProfile;
import org.kmemlab.machine.Machine;
import org.kmemlab.machine.MachineConfig;

class SlabBuilderTest {

    /// Notes every request for pages and refuses it.
    private static final class NoPages implements SlabPages {
        final List<String> requests = new ArrayList<>();

        @Override
        public int alloc(Cpu cpu, int node, GfpFlags gfp, int order, int owner) {
            requests.add("order " + order + " 0x" + Integer.toHexString(gfp.bits()));
            return PageAllocator.NONE;
        }

        @Override
        public void free(Cpu cpu, int pfn, int order) {
            throw new AssertionError("nothing was given");
        }

        @Override
        public int nodeOf(int pfn) {
            return 0;
        }
    }

    private static List<String> requests(KmemCacheArgs args, GfpFlags gfp) {
        try (Machine machine = new Machine(MachineConfig.ofMebibytes(16))) {
            NoPages pages = new NoPages();
            SlabAllocator slab = new SlabAllocator(new PageAllocator(machine), pages,
                    MisusePolicy.REFUSE);
            assertThat(slab.createCache(args).alloc(machine.cpu(0), gfp)).isZero();
            return pages.requests;
        }
    }

    /// If it fails, large slabs are asked for with other flags than the kernel's: with reclaim, or
    /// loudly.
    @Test
    void build_largeSlab_isAskedForWithoutReclaimAndThenTheMinimumWithAll() {
        assertThat(requests(KmemCacheArgs.of("foo", 1024), GFP_KERNEL))
                .containsExactly("order 1 0xd20c0", "order 0 0x40cc0");
        assertThat(requests(KmemCacheArgs.of("foo", 64), GFP_KERNEL.with(GfpFlags.NOFAIL)))
                .containsExactly("order 0 0x12cc0", "order 0 0x8cc0");
    }

    /// If it fails, flags that say something about the object reach the page allocator, or the
    /// cache's own do not.
    @Test
    void build_request_keepsReclaimFlagsAndAddsTheCaches() {
        GfpFlags gfp = GFP_KERNEL.with(GfpFlags.ACCOUNT).with(GfpFlags.MOVABLE)
                .with(GfpFlags.THISNODE).with(GfpFlags.NOWARN);

        assertThat(requests(KmemCacheArgs.of("foo", 64).withFlags(SlabFlags.RECLAIM_ACCOUNT), gfp))
                .containsExactly("order 0 0x212cd0", "order 0 0x202cd0");
        assertThat(requests(KmemCacheArgs.of("foo", 64).withFlags(SlabFlags.CACHE_DMA32),
                GfpFlags.GFP_ATOMIC.with(GfpFlags.NOWARN)))
                .containsExactly("order 0 0x12a24", "order 0 0x2a24");
    }

    /// If it fails, kernels without per-CPU partial slabs lose slabs that get a free object.
    @Test
    void free_fullSlabWithoutCpuPartials_goesToTheTailOfTheNode() {
        KernelProfile base = KernelProfile.LINUX_6_1;
        Set<ConfigOption> options = EnumSet.copyOf(base.options());
        options.remove(ConfigOption.SLUB_CPU_PARTIAL);
        KernelProfile plain = new KernelProfile("plain", base.version(), options, base.hz(),
                base.boot());
        try (SlabFixture f = SlabFixture.of(SlabFixture.config(plain));
                KmemCache cache = f.slab.createCache(KmemCacheArgs.of("foo", 2048))) {
            long[] objects = new long[33];
            assertThat(cache.allocBulk(f.cpu, GFP_KERNEL, objects, 0, 33)).isEqualTo(33);
            cache.free(f.cpu, objects[0]);
            cache.free(f.cpu, objects[8]);

            SlubSnapshot after = cache.snapshot().slub();
            assertThat(after.nodes().getFirst().partial())
                    .extracting(slab -> f.machine.memory().addressOf(slab.pfn()))
                    .containsExactly(objects[0], objects[8]);
            assertThat(after.counter(SlubStat.FREE_ADD_PARTIAL)).isEqualTo(2);
            assertThat(cache.alloc(f.cpu, GFP_KERNEL)).isEqualTo(objects[32] + 2048);

            cache.free(f.cpu, objects[32] + 2048);
            for (int i = 1; i < 33; i++) {
                if (i != 8) {
                    cache.free(f.cpu, objects[i]);
                }
            }
        }
    }
}
