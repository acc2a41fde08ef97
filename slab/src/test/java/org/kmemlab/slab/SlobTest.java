package org.kmemlab.slab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.kmemlab.buddy.GfpFlags.GFP_KERNEL;

import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.kmemlab.buddy.GfpFlags;
import org.kmemlab.machine.KernelProfile;
import org.kmemlab.machine.MachineConfig;
import org.kmemlab.slab.SlobView.Free;

/// SLOB, rule by rule. If one fails, a heap of such a kernel looks otherwise than the kernel's.
class SlobTest {

    private static final int PAGE = 4096;

    private final SlabFixture f = SlabFixture.of(SlabFixture.config(KernelProfile.C61_SLOB));

    @AfterEach
    void close() {
        f.close();
    }

    private long kmalloc(long size) {
        long address = f.slab.kmalloc().kmalloc(f.cpu, size, GFP_KERNEL);
        assertThat(address).isNotZero();
        return address;
    }

    private void kfree(long... addresses) {
        for (long address : addresses) {
            f.slab.kmalloc().kfree(f.cpu, address);
        }
    }

    private SlobView heap() {
        return f.slab.slob();
    }

    private int pfn(long address) {
        return f.machine.memory().pfnOf(address);
    }

    @Test
    void kmalloc_sizesOfThreeRanges_useThreeLists() {
        // The header of eight bytes counts.
        long[] blocks = {kmalloc(247), kmalloc(248), kmalloc(1015), kmalloc(1016)};

        assertThat(heap().small()).hasSize(1);
        assertThat(heap().medium()).hasSize(1);
        assertThat(heap().large()).hasSize(1);
        assertThat(pfn(blocks[1])).isEqualTo(pfn(blocks[2]));
        assertThat(heap().kmallocs()).isEqualTo(4);
        kfree(blocks);
        assertThat(heap()).isEqualTo(new SlobView(List.of(), List.of(), List.of(), 0));
    }

    @Test
    void kmalloc_powerOfTwo_isAlignedBehindItsHeader() {
        long first = kmalloc(10);
        long aligned = kmalloc(64);

        assertThat(first & PAGE - 1).isEqualTo(8);
        assertThat(aligned % 64).isZero();
        // Between them lies what the alignment left: 18 to 56 bytes.
        assertThat(heap().small().getFirst().free())
                .containsExactly(new Free(9, 19), new Free(64, 2048 - 64));
        assertThat(f.machine.memory().getInt(aligned - 8)).isEqualTo(64);
        kfree(first, aligned);
    }

    @Test
    void kmalloc_nearlyAPageAndMore_getsPagesOfItsOwn() {
        long inHeap = kmalloc(4087);
        long page = kmalloc(4088);
        long two = kmalloc(5000);

        assertThat(inHeap & PAGE - 1).isEqualTo(8);
        assertThat(page & PAGE - 1).isZero();
        assertThat(f.slab.kmalloc().ksize(inHeap)).isEqualTo(4088);
        assertThat(f.slab.kmalloc().ksize(page)).isEqualTo(4096);
        assertThat(f.slab.kmalloc().ksize(two)).isEqualTo(8192);
        assertThat(f.slab.kmalloc().roundUp(4087)).isEqualTo(4088);
        assertThat(f.slab.kmalloc().roundUp(4088)).isEqualTo(4096);
        assertThat(f.slab.kmalloc().kmalloc(f.cpu, 0, GFP_KERNEL)).isEqualTo(16);
        assertThat(f.slab.kmalloc().kmalloc(f.cpu, Kmalloc.MAX_SIZE + 1L, GFP_KERNEL)).isZero();
        kfree(inHeap, page, two);
    }

    @Test
    void krealloc_fitsInItsUnits_staysWhereItIs() {
        long address = kmalloc(33);

        assertThat(f.slab.kmalloc().krealloc(f.cpu, address, 34, GFP_KERNEL)).isEqualTo(address);
        long moved = f.slab.kmalloc().krealloc(f.cpu, address, 35, GFP_KERNEL);
        assertThat(moved).isNotEqualTo(address);
        kfree(moved);
    }

    @Test
    void search_nextBeginsWithThePageThatServed_orderKept() {
        try (KmemCache cache = f.slab.createCache(KmemCacheArgs.of("foo", 200))) {
            // Three pages, of which the newest is the first.
            long[] objects = new long[60];
            for (int i = 0; i < objects.length; i++) {
                objects[i] = cache.alloc(f.cpu, GFP_KERNEL);
            }
            cache.free(f.cpu, objects[0]);
            cache.free(f.cpu, objects[20]);
            cache.free(f.cpu, objects[40]);
            List<Integer> before = pfns();
            assertThat(before).containsExactly(pfn(objects[40]), pfn(objects[20]),
                    pfn(objects[0]));

            // Twice what was freed: nobody has that at one place except the last page.
            long small = cache.alloc(f.cpu, GFP_KERNEL);

            assertThat(small).isEqualTo(objects[40]);
            assertThat(pfns()).isEqualTo(before);
            long next = cache.alloc(f.cpu, GFP_KERNEL);
            assertThat(next).isEqualTo(objects[20]);
            assertThat(pfns()).startsWith(pfn(objects[20]));
            cache.free(f.cpu, small);
            cache.free(f.cpu, next);
            for (int i = 1; i < objects.length; i++) {
                if (i != 20 && i != 40) {
                    cache.free(f.cpu, objects[i]);
                }
            }
        }
    }

    private List<Integer> pfns() {
        return heap().small().stream().map(SlobView.Page::pfn).toList();
    }

    @Test
    void free_neighboursOnBothSides_becomesOneBlock() {
        long[] blocks = {kmalloc(12), kmalloc(12), kmalloc(12), kmalloc(12)};
        kfree(blocks[0], blocks[2]);
        assertThat(heap().small().getFirst().free()).hasSize(3);

        kfree(blocks[1]);

        assertThat(heap().small().getFirst().free()).containsExactly(new Free(0, 36),
                new Free(46, 2048 - 46));
        kfree(blocks[3]);
    }

    @Test
    void free_fullPage_goesToTheListOfTheFreedSize() {
        long large = kmalloc(3072);
        long rest = kmalloc(1004);
        long pad = kmalloc(100);
        assertThat(pfn(rest)).isNotEqualTo(pfn(large));
        kfree(rest, pad, large);
        long[] quarters = {kmalloc(1016), kmalloc(1016), kmalloc(1016), kmalloc(1016)};
        assertThat(heap().large()).isEmpty();

        kfree(quarters[0]);

        assertThat(heap().large()).hasSize(1);
        kfree(quarters[1], quarters[2], quarters[3]);
    }

    @Test
    void ctor_runsAtEveryAllocation_afterZeroing() {
        int[] calls = {0};
        KmemCacheArgs args = KmemCacheArgs.of("foo", 64).withCtor((memory, address) -> {
            calls[0]++;
            memory.putLong(address, 7);
        });
        try (KmemCache cache = f.slab.createCache(args)) {
            long object = cache.alloc(f.cpu, GFP_KERNEL);
            f.put(object, 1);
            f.put(object + 8, 1);
            cache.free(f.cpu, object);

            long again = cache.alloc(f.cpu, GFP_KERNEL.with(GfpFlags.ZERO));

            assertThat(again).isEqualTo(object);
            assertThat(calls[0]).isEqualTo(2);
            assertThat(f.get(again)).isEqualTo(7);
            assertThat(f.get(again + 8)).isZero();
            assertThat(f.log()).contains("cache foo: __GFP_ZERO on a cache with a constructor");
            cache.free(f.cpu, again);
        }
    }

    @Test
    void free_rcuCache_givesTheBlockBackAfterAGracePeriod() {
        try (KmemCache cache = f.slab.createCache(KmemCacheArgs.of("foo", 64)
                .withFlags(SlabFlags.TYPESAFE_BY_RCU))) {
            assertThat(cache.geometry().size()).isEqualTo(88);
            long object = cache.alloc(f.cpu, GFP_KERNEL);
            cache.free(f.cpu, object);

            assertThat(f.machine.memory().getInt(object + 64 + 16)).isEqualTo(88);
            assertThat(cache.snapshot().allocatedObjects()).isZero();
            assertThat(heap().small()).hasSize(1);
            assertThatThrownBy(() -> cache.free(f.cpu, object))
                    .isInstanceOf(SlabBugException.class);
            f.slab.rcu().barrier();
            assertThat(heap().small()).isEmpty();
        }
    }

    @Test
    void createCache_flagsOfOtherEngines_areDropped() {
        try (KmemCache one = f.slab.createCache(KmemCacheArgs.of("foo", 5000)
                .withFlags(SlabFlags.POISON.with(SlabFlags.RECLAIM_ACCOUNT)));
                KmemCache two = f.slab.createCache(KmemCacheArgs.of("bar", 5000))) {
            assertThat(one.geometry().flags()).isEqualTo(SlabFlags.NONE);
            assertThat(one.geometry().order()).isEqualTo(1);
            long object = one.alloc(f.cpu, GFP_KERNEL);
            assertThat(one.snapshot().allocatedObjects()).isEqualTo(1);
            assertThat(two.snapshot().allocatedObjects()).isZero();
            assertThat(f.slab.cacheOf(object + 10)).isSameAs(one);
            one.free(f.cpu, object);
        }
    }

    @Test
    void free_whatIsNotTheOwners_isRefusedAndChangesNothing() {
        try (KmemCache foo = f.slab.createCache(KmemCacheArgs.of("foo", 64));
                KmemCache bar = f.slab.createCache(KmemCacheArgs.of("bar", 64))) {
            long object = foo.alloc(f.cpu, GFP_KERNEL);
            long block = kmalloc(100);
            SlobView before = heap();

            assertRefused(() -> bar.free(f.cpu, object), "is from foo");
            assertRefused(() -> foo.free(f.cpu, object + 8), "no object starts");
            assertRefused(() -> foo.free(f.cpu, block), "is from kmalloc");
            assertRefused(() -> kfree(object), "is from foo");
            assertRefused(() -> kfree(block + 1), "no object starts");
            assertRefused(() -> kfree(f.machine.memory().addressOf(0x2000)), "no object of any");
            assertRefused(() -> f.slab.kmalloc().kfreeRcu(f.cpu, object), "is from foo");
            assertThat(heap()).isEqualTo(before);
            long[] both = {block, object};
            assertRefused(() -> foo.freeBulk(f.cpu, both, 0, 2), "is from kmalloc");
            assertRefused(() -> foo.free(f.cpu, object), "is not allocated");
            kfree(block);
            assertRefused(() -> kfree(block), "no object of any");
        }
    }

    private static void assertRefused(Runnable action, String message) {
        assertThatThrownBy(action::run).isInstanceOf(SlabBugException.class)
                .hasMessageContaining(message);
    }

    @Test
    void asKernel_doubleFree_corruptsWithoutAWord() {
        SlabAllocator slab = new SlabAllocator(f.pages, SlabPages.of(f.pages),
                MisusePolicy.AS_KERNEL);
        KmemCache cache = slab.createCache(KmemCacheArgs.of("foo", 64));
        long keeps = cache.alloc(f.cpu, GFP_KERNEL);
        long object = cache.alloc(f.cpu, GFP_KERNEL);
        cache.free(f.cpu, object);
        // The second time the page counts as wholly free although it is not.
        cache.free(f.cpu, object);

        assertThat(slab.slob().small()).isEmpty();
        assertThat(f.pages.memMap().headOf(pfn(keeps))).isNegative();
    }

    @Test
    void freeBlockOverwritten_isFoundByTheNextSearch() {
        long first = kmalloc(8);
        long second = kmalloc(3000);
        int pfn = pfn(first);
        long chain = f.machine.memory().addressOf(pfn) + 16;
        int good = f.machine.memory().getInt(chain);
        f.machine.memory().putInt(chain, 0x0001_0010);

        assertThatThrownBy(() -> f.slab.kmalloc().kmalloc(f.cpu, 100, GFP_KERNEL))
                .isInstanceOf(SlabBugException.class);
        f.machine.memory().putInt(chain, good);
        kfree(first, second);
    }

    @Test
    void kfreeRcu_waitsLikeOnOtherEngines() {
        long block = kmalloc(100);
        f.slab.kmalloc().kfreeRcu(f.cpu, block);
        assertThat(heap().kmallocs()).isEqualTo(1);

        f.slab.kvfreeRcuBarrier();

        assertThat(heap().kmallocs()).isZero();
    }

    @Test
    void noMemory_isZeroWithoutLeak() {
        f.pages.failPageAlloc().attr().setProbability(100);
        f.pages.failPageAlloc().attr().setTimes(-1);
        f.pages.failPageAlloc().setIgnoreGfpWait(false);
        f.pages.failPageAlloc().setMinOrder(0);
        try (KmemCache cache = f.slab.createCache(KmemCacheArgs.of("foo", 64))) {
            assertThat(cache.alloc(f.cpu, GFP_KERNEL)).isZero();
            assertThat(f.slab.kmalloc().kmalloc(f.cpu, 5000, GFP_KERNEL)).isZero();
            assertThat(cache.allocBulk(f.cpu, GFP_KERNEL, new long[3], 0, 3)).isZero();
        }
        f.pages.failPageAlloc().attr().setProbability(0);
    }

    @Test
    void failslab_isNotAsked() {
        f.slab.failslab().attr().setProbability(100);
        f.slab.failslab().attr().setTimes(-1);
        f.slab.failslab().setIgnoreGfpWait(false);
        try (KmemCache cache = f.slab.createCache(KmemCacheArgs.of("foo", 64))) {
            cache.free(f.cpu, cache.alloc(f.cpu, GFP_KERNEL));
        }
    }

    @Test
    void allocNode_takesPagesOfThatNode() {
        try (SlabFixture two = SlabFixture.of(MachineConfig.ofNodes(List.of(32, 32)).withCpus(2)
                .withProfile(KernelProfile.C61_SLOB));
                KmemCache cache = two.slab.createCache(KmemCacheArgs.of("foo", 64))) {
            long near = cache.alloc(two.cpu, GFP_KERNEL);
            long far = cache.allocNode(two.cpu, 1, GFP_KERNEL);

            assertThat(two.pages.memMap().nodeOf(two.machine.memory().pfnOf(near))).isZero();
            assertThat(two.pages.memMap().nodeOf(two.machine.memory().pfnOf(far))).isEqualTo(1);
            cache.free(two.cpu, near);
            cache.free(two.cpu, far);
        }
    }

    @Test
    void slob_onOtherEngines_isAClearError() {
        try (SlabFixture slub = SlabFixture.booted("")) {
            assertThatIllegalStateException().isThrownBy(slub.slab::slob)
                    .withMessage("kernel c61 keeps objects in SLUB, not in SLOB");
        }
        assertThatIllegalStateException()
                .isThrownBy(() -> f.slab.kmalloc().cacheFor(8, GFP_KERNEL))
                .withMessage("kmalloc of SLOB has no caches");
    }
}
