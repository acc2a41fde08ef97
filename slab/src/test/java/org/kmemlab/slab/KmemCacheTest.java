package org.kmemlab.slab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.kmemlab.buddy.GfpFlags.GFP_ATOMIC;
import static org.kmemlab.buddy.GfpFlags.GFP_KERNEL;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;

import org.junit.jupiter.api.Test;
import org.kmemlab.buddy.GfpFlags;
import org.kmemlab.machine.KernelProfile;

class KmemCacheTest {

    private static KmemCacheArgs args(String name, int size) {
        return KmemCacheArgs.of(name, size);
    }

    /// If it fails, objects do not come from one slab in ascending order, or not back to it.
    @Test
    void alloc_freshCache_goesThroughTheSlabAndReusesTheLastFreed() {
        try (SlabFixture f = SlabFixture.booted("slab_nomerge");
                KmemCache cache = f.slab.createCache(args("foo", 100))) {
            long first = cache.alloc(f.cpu, GFP_KERNEL);
            long second = cache.alloc(f.cpu, GFP_KERNEL);

            assertThat(second - first).isEqualTo(104);
            assertThat(f.slab.cacheOf(first + 50)).isSameAs(cache);
            cache.free(f.cpu, first);
            assertThat(cache.alloc(f.cpu, GFP_KERNEL)).isEqualTo(first);

            cache.free(f.cpu, first);
            cache.free(f.cpu, second);
        }
    }

    /// If it fails, objects are constructed at each allocation, or lose their constructed state.
    @Test
    void alloc_withConstructor_constructsOncePerObjectOfANewSlab() {
        AtomicInteger calls = new AtomicInteger();
        try (SlabFixture f = SlabFixture.booted("");
                KmemCache cache = f.slab.createCache(args("foo", 64).withCtor((memory, address) -> {
                    memory.putLong(address + 32, 0x1234);
                    calls.incrementAndGet();
                }))) {
            long object = cache.alloc(f.cpu, GFP_KERNEL);
            assertThat(calls).hasValue(56);
            f.put(object, 7);
            cache.free(f.cpu, object);

            assertThat(cache.alloc(f.cpu, GFP_KERNEL)).isEqualTo(object);
            assertThat(calls).hasValue(56);
            assertThat(f.get(object)).isEqualTo(7);
            assertThat(f.get(object + 32)).isEqualTo(0x1234);

            cache.free(f.cpu, object);
        }
    }

    /// If it fails, a freed object keeps more or less than all but the word in its middle.
    @Test
    void free_plainCache_overwritesOnlyTheFreePointer() {
        try (SlabFixture f = SlabFixture.booted("");
                KmemCache cache = f.slab.createCache(args("foo", 64))) {
            long object = cache.alloc(f.cpu, GFP_KERNEL);
            for (int offset = 0; offset < 64; offset += 8) {
                f.put(object + offset, -1);
            }
            cache.free(f.cpu, object);

            for (int offset = 0; offset < 64; offset += 8) {
                assertThat(f.get(object + offset) == -1).as("offset %d", offset)
                        .isEqualTo(offset != 32);
            }
        }
    }

    /// If it fails, misuse goes unnoticed or damages the cache.
    @Test
    void free_misuse_isNamedAndChangesNothing() {
        try (SlabFixture f = SlabFixture.booted("slab_nomerge");
                KmemCache cache = f.slab.createCache(args("foo", 64));
                KmemCache other = f.slab.createCache(args("bar", 64))) {
            long object = cache.alloc(f.cpu, GFP_KERNEL);
            long freed = cache.alloc(f.cpu, GFP_KERNEL);
            cache.free(f.cpu, freed);
            CacheSnapshot before = cache.snapshot();

            assertBug(f, cache, freed, new SlabBug.DoubleFree("foo", freed));
            assertBug(f, cache, object + 8,
                    new SlabBug.InteriorPointer("foo", object + 8, object));
            assertBug(f, other, object, new SlabBug.WrongCache("bar", "foo", object));
            long nowhere = f.machine.memory().addressOf(1);
            assertBug(f, cache, nowhere, new SlabBug.ForeignAddress("foo", nowhere));
            assertBug(f, cache, 0, new SlabBug.ForeignAddress("foo", 0));
            assertThat(cache.snapshot()).isEqualTo(before);

            cache.free(f.cpu, object);
        }
    }

    private static void assertBug(SlabFixture f, KmemCache cache, long address, SlabBug expected) {
        assertThatThrownBy(() -> cache.free(f.cpu, address))
                .isInstanceOfSatisfying(SlabBugException.class,
                        found -> assertThat(found.bug()).isEqualTo(expected))
                .hasMessage(expected.message());
    }

    /// If it fails, the kernel's own answer to a double free cannot be studied.
    @Test
    void free_twiceAsKernel_corruptsSilently() {
        SlabFixture f = SlabFixture.asKernel(KernelProfile.C61);
        KmemCache cache = f.slab.createCache(args("foo", 64));
        long object = cache.alloc(f.cpu, GFP_KERNEL);

        cache.free(f.cpu, object);
        cache.free(f.cpu, object);

        assertThat(cache.alloc(f.cpu, GFP_KERNEL)).isEqualTo(object);
        assertThat(cache.alloc(f.cpu, GFP_KERNEL)).isEqualTo(object);
        assertThatThrownBy(cache::validate).isInstanceOf(IllegalStateException.class);
        f.machine.close();
    }

    /// If it fails, a hardened kernel no longer puts a misdirected object where it belongs.
    @Test
    void free_toTheWrongCacheOnAHardenedKernel_warnsAndFreesToTheRightOne() {
        try (SlabFixture f = SlabFixture.asKernel(
                KernelProfile.C61_RANDOM_HARDENED.booted("slab_nomerge"));
                KmemCache cache = f.slab.createCache(args("foo", 64));
                KmemCache other = f.slab.createCache(args("bar", 64))) {
            other.free(f.cpu, cache.alloc(f.cpu, GFP_KERNEL));

            assertThat(cache.snapshot().allocatedObjects()).isZero();
            assertThat(f.log())
                    .contains("cache_from_obj: Wrong slab cache. bar but object is from foo");
        }
    }

    /// If it fails, memory that was asked for as zeroed is not.
    @Test
    void alloc_zeroed_isZeroWhateverWasThere() {
        try (SlabFixture f = SlabFixture.booted("");
                KmemCache cache = f.slab.createCache(args("foo", 24))) {
            long object = cache.alloc(f.cpu, GFP_KERNEL);
            f.machine.memory().fill(object, 24, (byte) 0x55);
            cache.free(f.cpu, object);

            assertThat(cache.zalloc(f.cpu, GFP_KERNEL)).isEqualTo(object);
            assertThat(LongStream.of(0, 8, 16).map(at -> f.get(object + at))).containsOnly(0L);

            cache.free(f.cpu, object);
        }
    }

    /// If it fails, init_on_alloc and init_on_free leak old content, or destroy constructed state.
    @Test
    void alloc_initOnAllocOrFree_clearsPlainCachesOnly() {
        for (String boot : new String[] {"init_on_alloc=1", "init_on_free=1"}) {
            try (SlabFixture f = SlabFixture.booted(boot);
                    KmemCache plain = f.slab.createCache(args("plain", 64));
                    KmemCache made = f.slab
                            .createCache(args("made", 64).withCtor((memory, at) -> {}))) {
                assertThat(secondHandContent(f, plain)).as(boot).isZero();
                assertThat(secondHandContent(f, made)).as(boot).isEqualTo(42);
            }
        }
    }

    private static long secondHandContent(SlabFixture f, KmemCache cache) {
        long object = cache.alloc(f.cpu, GFP_KERNEL);
        f.put(object, 42);
        cache.free(f.cpu, object);
        long again = cache.alloc(f.cpu, GFP_KERNEL);
        assertThat(again).isEqualTo(object);
        long content = f.get(object) | f.get(object + 32);
        cache.free(f.cpu, object);
        return content;
    }

    /// If it fails, pages that an RCU reader may still look at are given away too early, or never.
    @Test
    void shrink_typesafeByRcu_keepsThePagesForAGracePeriod() {
        try (SlabFixture f = SlabFixture.booted("");
                KmemCache cache = f.slab.createCache(
                        args("foo", 64).withFlags(SlabFlags.TYPESAFE_BY_RCU))) {
            long object = cache.alloc(f.cpu, GFP_KERNEL);
            cache.free(f.cpu, object);

            assertThat(cache.shrink(f.cpu)).isTrue();
            assertThat(f.slab.cacheOf(object)).isSameAs(cache);
            f.machine.clock().advance(f.slab.rcu().graceJiffies() - 1);
            assertThat(f.slab.rcu().pending()).isEqualTo(1);
            f.machine.clock().advance(1);
            assertThat(f.slab.cacheOf(object)).isNull();
        }
    }

    /// If it fails, injected failures do not reach allocations, or reach those they must spare.
    @Test
    void alloc_failslab_failsWhatTheKernelWouldFail() {
        try (SlabFixture f = SlabFixture.booted("failslab=1,100,0,-1");
                KmemCache cache = f.slab.createCache(args("foo", 64))) {
            assertThat(cache.alloc(f.cpu, GFP_ATOMIC)).isZero();
            assertThat(cache.allocBulk(f.cpu, GFP_ATOMIC, new long[3], 0, 3)).isZero();
            assertThat(cache.snapshot().slub().counter(SlubStat.ALLOC_SLOWPATH)).isZero();

            long spared = cache.alloc(f.cpu, GFP_KERNEL);
            assertThat(spared).isNotZero();
            f.slab.failslab().setIgnoreGfpWait(false);
            assertThat(cache.alloc(f.cpu, GFP_KERNEL)).isZero();
            f.slab.failslab().setCacheFilter(true);
            long filtered = cache.alloc(f.cpu, GFP_KERNEL);
            assertThat(filtered).isNotZero();

            cache.free(f.cpu, spared);
            cache.free(f.cpu, filtered);
        }
    }

    /// If it fails, a failed large slab is an allocation failure instead of a smaller slab.
    @Test
    void alloc_largeSlabCannotBeHad_takesTheMinimumOrder() {
        try (SlabFixture f = SlabFixture.booted("");
                KmemCache cache = f.slab.createCache(args("foo", 1000))) {
            f.pages.failPageAlloc().attr().setProbability(100);
            f.pages.failPageAlloc().attr().setTimes(-1);
            long object = cache.alloc(f.cpu, GfpFlags.GFP_NOWAIT);

            SlubSnapshot after = cache.snapshot().slub();
            assertThat(object).isNotZero();
            assertThat(after.counter(SlubStat.ORDER_FALLBACK)).isEqualTo(1);
            assertThat(after.totalObjects()).isEqualTo(4);

            cache.free(f.cpu, object);
        }
    }

    /// If it fails, running out of memory throws, says nothing, or leaves half an allocation.
    @Test
    void alloc_noMemory_returnsNullAndReportsTenTimes() {
        try (SlabFixture f = SlabFixture.booted("");
                KmemCache cache = f.slab.createCache(args("foo", 4096))) {
            f.pages.failPageAlloc().setMinOrder(0);
            f.pages.failPageAlloc().attr().setProbability(100);
            f.pages.failPageAlloc().attr().setTimes(-1);
            f.pages.failPageAlloc().attr().setVerbose(0);
            for (int i = 0; i < 12; i++) {
                assertThat(cache.alloc(f.cpu, GfpFlags.GFP_NOWAIT)).isZero();
            }
            assertThat(cache.alloc(f.cpu, GfpFlags.GFP_NOWAIT.with(GfpFlags.NOWARN))).isZero();

            assertThat(f.machine.log().lines().stream().filter(line -> line.equals(
                    "SLUB: Unable to allocate memory on node -1, gfp=0x800(GFP_NOWAIT)")))
                    .hasSize(10);
            assertThat(f.log()).contains("  cache: foo, object size: 4096, buffer size: 4096, "
                    + "default order: 3, min order: 0\n  node 0: slabs: 0, objs: 0, free: 0");
        }
    }

    /// If it fails, a bulk allocation that cannot be completed keeps what it got.
    @Test
    void allocBulk_memoryRunsOut_givesEverythingBack() {
        try (SlabFixture f = SlabFixture.booted("");
                KmemCache cache = f.slab.createCache(args("foo", 2048))) {
            f.pages.failPageAlloc().setMinOrder(0);
            f.pages.failPageAlloc().attr().setSpace(8);
            f.pages.failPageAlloc().attr().setProbability(100);
            f.pages.failPageAlloc().attr().setTimes(-1);
            long[] objects = new long[20];

            assertThat(cache.allocBulk(f.cpu, GfpFlags.GFP_NOWAIT.with(GfpFlags.NOWARN), objects, 0,
                    objects.length)).isZero();
            assertThat(cache.snapshot().allocatedObjects()).isZero();
            assertThat(cache.snapshot().slabs()).isPositive();
        }
    }

    /// If it fails, a bad address in an array corrupts the cache or hides behind the good ones.
    @Test
    void freeBulk_oneIsFreeAlready_freesThoseBehindItAndNamesIt() {
        try (SlabFixture f = SlabFixture.booted("");
                KmemCache cache = f.slab.createCache(args("foo", 64))) {
            long[] objects = new long[4];
            assertThat(cache.allocBulk(f.cpu, GFP_KERNEL, objects, 0, 4)).isEqualTo(4);
            cache.free(f.cpu, objects[1]);

            assertThatThrownBy(() -> cache.freeBulk(f.cpu, objects, 0, 4))
                    .isInstanceOf(SlabBugException.class);
            assertThat(cache.snapshot().allocatedObjects()).isEqualTo(1);
            cache.validate();

            cache.free(f.cpu, objects[0]);
            assertThatThrownBy(() -> cache.freeBulk(f.cpu, objects, 1, 4))
                    .hasMessageContaining("4 objects from index 1: the array has 4");
        }
    }

    /// If it fails, a leak is not reported as the kernel reports it, or frees what is in use.
    @Test
    void destroy_objectsLeft_reportsEachAndKeepsTheCache() {
        try (SlabFixture f = SlabFixture.booted("slab_nomerge")) {
            KmemCache cache = f.slab.createCache(args("foo", 64));
            long first = cache.alloc(f.cpu, GFP_KERNEL);
            long second = cache.alloc(f.cpu, GFP_KERNEL);
            f.machine.log().clear();

            assertThat(cache.destroy()).isFalse();

            long page = f.machine.memory().addressOf(f.machine.memory().pfnOf(first));
            String report = withoutStacks(f.log());
            assertThat(report).isEqualTo(String.join("\n", Resources.lines(
                    "golden/objects_remaining.txt")).replace("@PAGE@", hex(page))
                    .replace("@STRUCT@", hex(0xffffea0000000000L
                            + f.machine.memory().pfnOf(first) * 64L))
                    .replace("@FIRST@", hex(first)).replace("@SECOND@", hex(second))
                    .replace("@NEXT@", hex(second + 64)));
            assertThatThrownBy(() -> f.slab.createCache(args("foo", 64)))
                    .hasMessageContaining("'foo' is taken");
            assertThatThrownBy(cache::close).isInstanceOf(IllegalStateException.class)
                    .hasMessage("cache foo: 2 objects are still allocated");

            cache.free(f.cpu, first);
            cache.free(f.cpu, second);
            assertThat(cache.destroy()).isTrue();
            assertThat(f.slab.caches()).noneMatch(left -> left.name().equals("foo"));
        }
    }

    private static String hex(long address) {
        return "0x%016x".formatted(address);
    }

    /// Stacks hold Java's frames; everything else of a report is the kernel's.
    private static String withoutStacks(String log) {
        return log.replaceAll("(?s)Call Trace:.*?</TASK>", "Call Trace:")
                .replaceAll("org\\.kmemlab\\S+", "FRAME");
    }

    /// If it fails, a handle is used for a cache that is gone.
    @Test
    void alloc_afterDestroy_isRefused() {
        try (SlabFixture f = SlabFixture.booted("")) {
            KmemCache cache = f.slab.createCache(args("foo", 64));
            cache.close();
            cache.close();

            assertThatThrownBy(() -> cache.alloc(f.cpu, GFP_KERNEL))
                    .isInstanceOfSatisfying(SlabBugException.class, found -> assertThat(found.bug())
                            .isEqualTo(new SlabBug.DeadCache("foo")));
        }
    }

    /// If it fails, flags that no object can have reach the page allocator.
    @Test
    void alloc_senselessGfp_isFixedUpWithAWarning() {
        try (SlabFixture f = SlabFixture.booted("");
                KmemCache cache = f.slab.createCache(args("foo", 64))) {
            long object = cache.alloc(f.cpu, GFP_KERNEL.with(GfpFlags.HIGHMEM));

            assertThat(f.log()).contains("Unexpected gfp: 0x2 (__GFP_HIGHMEM). "
                    + "Fixing up to gfp: 0xcc0 (GFP_KERNEL). Fix your code!");

            cache.free(f.cpu, object);
        }
    }
}
