package org.kmemlab.slab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.kmemlab.buddy.GfpFlags.GFP_ATOMIC;
import static org.kmemlab.buddy.GfpFlags.GFP_KERNEL;

import java.lang.management.ManagementFactory;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.stream.LongStream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kmemlab.buddy.GfpFlags;
import org.kmemlab.buddy.PageAllocator;
import org.kmemlab.buddy.Shrinker;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.Execution;
import org.kmemlab.machine.KernelProfile;
import org.kmemlab.machine.Machine;
import org.kmemlab.machine.MachineConfig;

/// Caches of a live machine, used by one thread at a time: what stocks give, take and refuse.
class LiveUseTest implements AutoCloseable {

    private static final int PAIRS = 20_000;

    private final Machine machine = new Machine(
            MachineConfig.ofMebibytes(16).withCpus(2).withExecution(Execution.LIVE));
    private final SlabAllocator slab = new SlabAllocator(new PageAllocator(machine));
    private final KmemCache cache = slab.createCache(KmemCacheArgs.of("foo", 64));

    @Override
    @AfterEach
    public void close() {
        slab.validate();
        machine.close();
    }

    private static <T extends SlabBug> void assertBug(Runnable misuse, Class<T> kind) {
        assertThatThrownBy(misuse::run).isInstanceOfSatisfying(SlabBugException.class,
                bug -> assertThat(bug.bug()).isInstanceOf(kind));
    }

    /// If it fails, an object is handed out twice, or lost between stock and slabs.
    @Test
    void alloc_moreThanAnyStock_givesEachObjectOnceAndGetsAllBack() {
        long[] objects = LongStream.range(0, 5_000).map(i -> cache.alloc(GFP_KERNEL)).toArray();

        assertThat(LongStream.of(objects).distinct().filter(object -> object != 0)).hasSize(5_000);
        LongStream.of(objects).forEach(cache::free);

        assertThat(cache.shrink(machine.cpu(0))).isTrue();
        assertThat(cache.snapshot().allocatedObjects()).isZero();
    }

    /// If it fails, the capacity that a creator asks for is ignored, or the smallest ones do not work.
    @ParameterizedTest(name = "{0}")
    @ValueSource(ints = {1, 2, 3, 8, 100})
    void createCache_withSheafCapacity_keepsNoMoreInStock(int capacity) {
        try (Machine newer = new Machine(MachineConfig.ofMebibytes(16)
                .withProfile(KernelProfile.LINUX_6_18).withExecution(Execution.LIVE))) {
            SlabAllocator layer = new SlabAllocator(new PageAllocator(newer));
            KmemCache small = layer
                    .createCache(KmemCacheArgs.of("bar", 64).withSheafCapacity(capacity));
            long[] objects = LongStream.range(0, 5_000).map(i -> small.alloc(GFP_KERNEL))
                    .toArray();
            LongStream.of(objects).forEach(small::free);

            // One sheaf, and the barn, which holds eight.
            assertThat(small.snapshot().allocatedObjects()).isBetween(1L, 9L * capacity);
            assertBug(() -> small.free(objects[0]), SlabBug.DoubleFree.class);
            assertThat(small.shrink(newer.cpu(0))).isTrue();
            layer.validate();
        }
    }

    /// If it fails, naming a CPU leads to another stock than naming none, which two threads could use.
    @Test
    void free_withAndWithoutCpu_areTheSame() {
        Cpu cpu = machine.cpu(1);
        long object = cache.alloc(cpu, GFP_KERNEL);

        cache.free(object);

        assertBug(() -> cache.free(cpu, object), SlabBug.DoubleFree.class);
    }

    /// If it fails, misuse in live use goes unnoticed or is named wrongly; each must change nothing.
    @Test
    void free_whatIsNoObjectInUse_isRefused() {
        KmemCache other = slab.createCache(KmemCacheArgs.of("bar", 512));
        long object = cache.alloc(GFP_KERNEL);
        long foreign = other.alloc(GFP_KERNEL);

        for (int interior = 1; interior < 64; interior++) {
            long inside = object + interior;
            assertBug(() -> cache.free(inside), SlabBug.InteriorPointer.class);
        }
        assertBug(() -> cache.free(foreign), SlabBug.WrongCache.class);
        assertBug(() -> other.free(object), SlabBug.WrongCache.class);
        assertBug(() -> cache.free(0), SlabBug.ForeignAddress.class);
        assertBug(() -> cache.free(16), SlabBug.ForeignAddress.class);
        assertBug(() -> cache.free(-1), SlabBug.ForeignAddress.class);
        cache.free(object);
        other.free(foreign);
        assertBug(() -> cache.free(object), SlabBug.DoubleFree.class);
    }

    /// If it fails, small objects share a tag, or large ones have none.
    @Test
    void free_objectsOfEverySize_areToldApart() {
        Kmalloc kmalloc = slab.kmalloc();
        for (int size = 8; size <= 8192; size *= 2) {
            int bytes = size;
            long[] objects = LongStream.range(0, 40).map(i -> kmalloc.kmalloc(bytes, GFP_KERNEL))
                    .toArray();
            for (long object : objects) {
                kmalloc.kfree(object);
                assertBug(() -> kmalloc.kfree(object), SlabBug.DoubleFree.class);
            }
        }
    }

    /// If it fails, a zeroed request gets what the last user left.
    @Test
    void alloc_withZero_wipesAnObjectFromStock() {
        long object = cache.alloc(GFP_KERNEL);
        machine.memory().fill(object, 64, (byte) 0x5a);
        cache.free(object);

        long again = cache.alloc(GFP_KERNEL.with(GfpFlags.ZERO));

        assertThat(again).isEqualTo(object);
        assertThat(machine.memory().getLong(again + 24)).isZero();
        cache.free(again);
    }

    /// If it fails, stock hides injected faults, or the fault point stays armed for ever.
    @Test
    void alloc_whileFailslabIsArmed_failsAlthoughThereIsStock() {
        long object = cache.alloc(GFP_ATOMIC);
        cache.free(object);

        slab.failslab().attr().setProbability(100);
        slab.failslab().attr().setTimes(1);
        slab.failslab().setIgnoreGfpWait(false);
        long failed = cache.alloc(GFP_ATOMIC);
        slab.failslab().attr().setProbability(0);
        long served = cache.alloc(GFP_ATOMIC);

        assertThat(failed).isZero();
        assertThat(served).isNotZero();
        cache.free(served);
    }

    /// If it fails, a thread that died keeps its stock, or a newcomer cannot have its place.
    @Test
    void drain_afterAThreadDied_getsItsStockBack() throws InterruptedException {
        Thread dead = new Thread(() -> cache.free(cache.alloc(GFP_KERNEL)));
        dead.start();
        dead.join();

        assertThat(cache.shrink(machine.cpu(0))).isTrue();
    }

    /// If it fails, virtual threads strand objects or get none.
    @Test
    void alloc_onVirtualThreads_usesSharedStock() throws InterruptedException {
        Thread[] threads = new Thread[50];
        for (int i = 0; i < threads.length; i++) {
            threads[i] = Thread.ofVirtual().start(() -> {
                long object = cache.alloc(GFP_KERNEL);
                assertThat(object).isNotZero();
                cache.free(object);
            });
        }
        for (Thread thread : threads) {
            thread.join();
        }

        assertThat(cache.shrink(machine.cpu(0))).isTrue();
    }

    /// If it fails, a bulk operation passes by the checks or the stock.
    @Test
    void bulk_moreThanTheStockHolds_roundTripsAndRefusesMisuse() {
        Cpu cpu = machine.cpu(0);
        long[] objects = new long[3_000];

        assertThat(cache.allocBulk(cpu, GFP_KERNEL, objects, 0, objects.length))
                .isEqualTo(objects.length);
        assertThat(LongStream.of(objects).distinct()).hasSize(objects.length);
        cache.freeBulk(cpu, objects, 0, objects.length);

        assertBug(() -> cache.freeBulk(cpu, new long[] {objects[0]}, 0, 1),
                SlabBug.DoubleFree.class);
    }

    /// If it fails, a bulk operation without a CPU passes by the checks, the stock or the zeroing.
    @Test
    void bulk_withoutCpu_roundTripsZeroesAndRefusesMisuse() {
        long[] objects = new long[3_000];
        assertThat(cache.allocBulk(GFP_KERNEL, objects, 0, objects.length))
                .isEqualTo(objects.length);
        assertThat(LongStream.of(objects).distinct()).hasSize(objects.length);
        LongStream.of(objects).forEach(object -> machine.memory().putLong(object, -1));
        cache.freeBulk(objects, 0, objects.length);

        assertThat(cache.allocBulk(GFP_KERNEL.with(GfpFlags.ZERO), objects, 10, 100))
                .isEqualTo(100);
        assertThat(machine.memory().getLong(objects[10])).isZero();
        cache.freeBulk(objects, 10, 100);
        assertBug(() -> cache.freeBulk(objects, 10, 100), SlabBug.DoubleFree.class);
    }

    /// If it fails, memory in stock looks like memory in use when the cache goes, or a handle works
    /// after its destroy.
    @Test
    void destroy_withStock_succeedsAndEndsTheHandle() {
        cache.free(cache.alloc(GFP_KERNEL));

        assertThat(cache.destroy()).isTrue();

        assertBug(() -> cache.free(cache.alloc(GFP_KERNEL)), SlabBug.DeadCache.class);
        assertBug(() -> cache.free(cache.alloc(machine.cpu(0), GFP_KERNEL)),
                SlabBug.DeadCache.class);
    }

    /// If it fails, memory that ran out is not reported as 0, or what is left in stock gets lost.
    @Test
    void alloc_untilMemoryEnds_returnsZeroAndRecovers() {
        KmemCache large = slab.createCache(KmemCacheArgs.of("large", 4096));
        long[] objects = LongStream.generate(() -> large.alloc(GFP_ATOMIC))
                .takeWhile(object -> object != 0).toArray();

        assertThat(objects.length).isBetween(2_000, 4_096);
        LongStream.of(objects).forEach(large::free);
        assertThat(large.shrink(machine.cpu(0))).isTrue();
    }

    /// If it fails, the fast path of live use makes garbage for Java's collector.
    @Test
    void allocAndFree_onThreadAndCpu_allocateNothingInJava() {
        Kmalloc kmalloc = slab.kmalloc();
        pairs(kmalloc);

        long before = allocatedBytes();
        pairs(kmalloc);
        long bytes = allocatedBytes() - before;

        assertThat(bytes).isLessThan(PAIRS);
    }

    private void pairs(Kmalloc kmalloc) {
        Cpu cpu = machine.cpu(0);
        for (int i = 0; i < PAIRS; i++) {
            cache.free(cache.alloc(GFP_KERNEL));
            cache.free(cpu, cache.alloc(cpu, GFP_KERNEL));
            kmalloc.kfree(kmalloc.kmalloc(100, GFP_KERNEL));
        }
    }

    private static long allocatedBytes() {
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        return threads.getCurrentThreadAllocatedBytes();
    }

    /// If it fails, objects get lost when reclaim frees into the stock that is just being filled.
    @Test
    void alloc_whileAShrinkerFreesIntoTheSameCache_losesNothing() {
        KmemCache pages = slab.createCache(KmemCacheArgs.of("pages", 4096));
        Deque<Long> held = new ArrayDeque<>();
        slab.pages().registerShrinker(new Shrinker() {
            @Override
            public long countObjects() {
                return held.size();
            }

            @Override
            public long scanObjects(Cpu cpu, long count) {
                long freed = 0;
                while (freed < count && !held.isEmpty()) {
                    pages.free(cpu, held.removeFirst());
                    freed++;
                }
                return freed;
            }
        });

        for (int i = 0; i < 20_000; i++) {
            long object = pages.alloc(GFP_KERNEL);
            assertThat(object).isNotZero();
            held.addLast(object);
        }

        assertThat(held).doesNotHaveDuplicates();
        held.forEach(pages::free);
        held.clear();
        assertThat(pages.shrink(machine.cpu(0))).isTrue();
    }

    /// If it fails, a bad object of a batch leaves those before it changed, or those behind it in use.
    @Test
    void freeBulk_ofWipedObjectsWithABadOne_changesNothingInFrontOfIt() {
        try (SlabFixture f = SlabFixture.booted("init_on_free=1")) {
            KmemCache wiped = f.slab.createCache(KmemCacheArgs.of("wiped", 64));
            long[] objects = LongStream.range(0, 3).map(i -> wiped.alloc(f.cpu, GFP_KERNEL))
                    .toArray();
            f.put(objects[0], 42);
            wiped.free(f.cpu, objects[1]);

            assertBug(() -> wiped.freeBulk(f.cpu, objects.clone(), 0, 3), SlabBug.DoubleFree.class);

            assertThat(f.get(objects[0])).isEqualTo(42);
            assertBug(() -> wiped.free(f.cpu, objects[2]), SlabBug.DoubleFree.class);
            wiped.free(f.cpu, objects[0]);
        }
    }

    /// If it fails, a stepped machine picks a CPU by itself and is no longer deterministic.
    @Test
    void alloc_withoutCpuOnASteppedMachine_isRefused() {
        try (Machine stepped = new Machine(MachineConfig.ofMebibytes(16))) {
            KmemCache exact = new SlabAllocator(new PageAllocator(stepped))
                    .createCache(KmemCacheArgs.of("foo", 64));

            assertThatIllegalStateException().isThrownBy(() -> exact.alloc(GFP_KERNEL))
                    .withMessageContaining("stepped");
        }
    }
}
