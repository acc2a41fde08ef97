package org.kmemlab.api;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.kmemlab.mempool.pools.PoolMisuseException.Misuse.DOUBLE_FREE;
import static org.kmemlab.mempool.pools.PoolMisuseException.Misuse.FOREIGN_ADDRESS;
import static org.kmemlab.mempool.pools.PoolMisuseException.Misuse.INTERIOR_POINTER;

import java.lang.foreign.Arena;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kmemlab.buddy.PageAllocator;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.Execution;
import org.kmemlab.machine.Machine;
import org.kmemlab.machine.MachineConfig;
import org.kmemlab.machine.PhysicalMemory;
import org.kmemlab.mempool.pools.PoolLocks;
import org.kmemlab.mempool.pools.PoolMisuseException;
import org.kmemlab.mempool.pools.PoolMisuseException.Misuse;
import org.kmemlab.mempool.pools.PoolOptions;
import org.kmemlab.mempool.pools.RegionSource;

/// The typed pool in the manner of the C++ `MemoryPool` would hand out damaged elements, or be
/// copied.
class TypedPoolTest {

    private static final StructLayout POINT = MemoryLayout.structLayout(
            JAVA_LONG.withName("id"), JAVA_INT.withName("x"), JAVA_INT.withName("y"),
            JAVA_LONG.withName("weight")).withName("point");
    private static final VarHandle X = POINT.varHandle(PathElement.groupElement("x"));
    private static final int BYTES = 24;
    private static final PoolOptions PLAIN = PoolOptions.defaults("points");

    private final Machine machine = new Machine(MachineConfig.ofMebibytes(16));
    private final PageAllocator pages = new PageAllocator(machine);
    private final PhysicalMemory memory = machine.memory();
    private final Cpu cpu = machine.cpu(0);
    private final RegionSource source = RegionSource.ofPages(pages);
    private final long freeAtStart = freePages();
    private final List<Integer> destroyed = new ArrayList<>();

    private long freePages() {
        return pages.totals().freePages() + pages.totals().perCpuPages();
    }

    private TypedPool pool(int blockBytes, boolean zeroes) {
        return TypedPool.of(source, POINT, blockBytes, zeroes,
                point -> destroyed.add((int) X.get(point, 0L)), PLAIN);
    }

    private static void refused(TypedPool pool, long element, Misuse misuse) {
        for (Runnable use : List.<Runnable>of(() -> pool.deallocate(element, 1),
                () -> pool.deleteElement(element), () -> pool.destroy(element),
                () -> pool.construct(element, point -> {}))) {
            assertThatThrownBy(use::run).isInstanceOfSatisfying(PoolMisuseException.class,
                    refusal -> assertThat(refusal.misuse()).isEqualTo(misuse));
        }
        pool.validate();
    }

    @AfterEach
    void nothingIsLeft() {
        pages.validate();
        assertThat(freePages()).isEqualTo(freeAtStart);
        machine.close();
    }

    @Test
    void newElement_constructsAndDeleteElementDestroys() {
        try (TypedPool pool = pool(4096, true)) {
            long p = pool.newElement(cpu, point -> X.set(point, 0L, 42));
            MemorySegment point = pool.element(p);

            assertThat(point.byteSize()).isEqualTo(BYTES);
            assertThat((int) X.get(point, 0L)).isEqualTo(42);
            assertThat(memory.getInt(p + 8)).isEqualTo(42);
            assertThat(pool.address(point)).isEqualTo(p);
            pool.deleteElement(p);
            assertThat(destroyed).containsExactly(42);
            pool.deleteElement(0);
            pool.validate();
        }
    }

    @Test
    void allocateAndDeallocate_constructNothing() {
        try (TypedPool pool = pool(4096, true)) {
            long p = pool.allocate(cpu, 1, 0);
            pool.construct(p, point -> X.set(point, 0L, 7));
            pool.destroy(p);
            assertThat(destroyed).containsExactly(7);
            pool.deallocate(p, 1);
            pool.deallocate(0, 1);

            assertThat(destroyed).hasSize(1);
            assertThat(pool.allocate(cpu, 1, p + 4000)).as("the hint is ignored").isEqualTo(p);
            pool.deallocate(p, 1);
        }
    }

    /// The next user would read what the last one wrote.
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void deallocate_zeroes_onlyIfAskedFor(boolean zeroes) {
        try (TypedPool pool = pool(4096, zeroes)) {
            long p = pool.allocate(cpu, 1, 0);
            memory.fill(p, BYTES, (byte) 9);
            pool.deallocate(p, 1);

            long left = zeroes ? 0 : 0x0909_0909_0909_0909L;
            assertThat(memory.getLong(p + 8)).isEqualTo(left);
            assertThat(memory.getLong(p + 16)).isEqualTo(left);
            assertThat(pool.allocate(cpu, 1, 0)).isEqualTo(p);
            assertThat(zeroes && memory.getLong(p) != 0).as("the link is left in it").isFalse();
            pool.deallocate(p, 1);
        }
    }

    /// Two slots must fit, and what links blocks as well.
    @Test
    void blockSize_tooSmall_isRefused() {
        for (int bad : new int[] {0, -1, 8, 31, 47}) {
            assertThatThrownBy(() -> pool(bad, true)).isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("blocks of " + bad).hasMessageContaining("two slots");
        }
        try (TypedPool pool = pool(48, true)) {
            long first = pool.allocate(cpu, 1, 0);
            long second = pool.allocate(cpu, 1, 0);
            assertThat(second).as("in another block").isNotEqualTo(first + BYTES);
            pool.validate();
            pool.deallocate(first, 1);
            pool.deallocate(second, 1);
        }
        MemoryLayout tiny = JAVA_INT.withName("tiny");
        assertThatThrownBy(() -> TypedPool.of(source, tiny, 31, true, null, PLAIN))
                .isInstanceOf(IllegalArgumentException.class);
        TypedPool.of(source, tiny, 32, true, null, PLAIN).close();
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 2, -1, Long.MAX_VALUE})
    void allocate_notOne_isRefused(long n) {
        try (TypedPool pool = pool(4096, true)) {
            assertThatThrownBy(() -> pool.allocate(cpu, n, 0))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(n + " elements");
            long p = pool.allocate(cpu, 1, 0);
            assertThatThrownBy(() -> pool.deallocate(p, n))
                    .isInstanceOf(IllegalArgumentException.class);
            pool.validate();
            pool.deallocate(p, 1);
        }
    }

    @Test
    void badPointers_areRefusedByName() {
        try (TypedPool pool = pool(4096, true); TypedPool other = pool(4096, true)) {
            long p = pool.newElement(cpu, point -> {});
            long foreign = other.newElement(cpu, point -> {});

            refused(pool, p + 8, INTERIOR_POINTER);
            refused(pool, foreign, FOREIGN_ADDRESS);
            refused(pool, 16, FOREIGN_ADDRESS);
            pool.deleteElement(p);
            refused(pool, p, DOUBLE_FREE);
            try (Arena arena = Arena.ofConfined()) {
                assertThatThrownBy(() -> pool.address(arena.allocate(POINT)))
                        .isInstanceOf(IllegalArgumentException.class);
            }
            other.deleteElement(foreign);
        }
    }

    /// A copy would own the same elements twice; a move leaves the source empty and usable.
    @Test
    void move_takesEverything_andThereIsNoCopy() {
        TypedPool pool = pool(4096, true);
        long p = pool.newElement(cpu, point -> X.set(point, 0L, 1));

        TypedPool target = pool.move();

        assertThat(pool).isNotInstanceOf(Cloneable.class);
        assertThat(pool.statistics().used()).isZero();
        refused(pool, p, FOREIGN_ADDRESS);
        assertThat((int) X.get(target.element(p), 0L)).isEqualTo(1);
        long fresh = pool.newElement(cpu, point -> {});
        assertThat(fresh).isNotEqualTo(p);
        pool.deleteElement(fresh);
        pool.close();
        target.deleteElement(p);
        target.validate();
        target.close();
    }

    @Test
    void rebind_isAPoolOfAnotherType() {
        MemoryLayout wide = MemoryLayout.sequenceLayout(10, JAVA_LONG).withByteAlignment(64);
        try (TypedPool pool = pool(4096, true); TypedPool other = pool.rebind(wide)) {
            long element = other.newElement(cpu, array -> array.fill((byte) 1));
            assertThat(element % 64).isZero();
            assertThat(other.element(element).byteSize()).isEqualTo(80);
            other.deleteElement(element);
            assertThat(destroyed).as("the destructor is of the other type").isEmpty();
            assertThatThrownBy(() -> pool.rebind(MemoryLayout.sequenceLayout(300, JAVA_LONG)))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void maxSize_isWhatTheMachineCouldHold() {
        try (TypedPool pool = pool(4096, true)) {
            assertThat(pool.maxSize())
                    .isEqualTo((long) machine.memory().endPfn() * ((4096 - 16) / BYTES));
        }
    }

    /// A constructor that fails would leak the element.
    @Test
    void newElement_constructorFails_givesTheMemoryBack() {
        try (TypedPool pool = pool(4096, true)) {
            assertThatThrownBy(() -> pool.newElement(cpu, point -> {
                throw new IllegalStateException("no point");
            })).hasMessage("no point");
            assertThat(pool.statistics().used()).isZero();
            pool.validate();
        }
    }

    @Test
    void close_twice_isHarmlessAndDestroysNothing() {
        TypedPool pool = TypedPool.of(source, POINT);
        long p = pool.newElement(cpu, point -> {});
        pool.close();
        pool.close();

        assertThat(machine.log().lines()).singleElement().asString()
                .contains("pool 'point': closed with 1 blocks in use");
        assertThatThrownBy(() -> pool.allocate(cpu, 1, 0))
                .isInstanceOf(IllegalStateException.class);
        refused(pool, p, FOREIGN_ADDRESS);
    }

    /// Two threads would get one element, with structures of the user and with plain numbers.
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void eightThreads_neverShareAnElement(boolean structures) throws Exception {
        MemoryLayout layout = structures ? POINT : JAVA_LONG.withName("number");
        try (Machine live = new Machine(
                MachineConfig.ofMebibytes(64).withExecution(Execution.LIVE));
                TypedPool pool = TypedPool.of(RegionSource.ofPages(new PageAllocator(live)),
                        layout, 4096, true, null, PLAIN.withLocks(PoolLocks.own()));
                ExecutorService threads = Executors.newFixedThreadPool(8)) {
            Set<Long> held = ConcurrentHashMap.newKeySet();
            List<Callable<Set<Long>>> work = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                work.add(() -> churn(live, pool, held));
            }
            for (Future<Set<Long>> twice : threads.invokeAll(work)) {
                assertThat(twice.get()).as("elements with two owners").isEmpty();
            }
            assertThat(pool.statistics().used()).isZero();
            assertThat(pool.statistics().allocations()).isEqualTo(8 * 100_000L);
            pool.validate();
        }
    }

    private static Set<Long> churn(Machine live, TypedPool pool, Set<Long> held) {
        Cpu cpu = live.cpuOf(Thread.currentThread());
        Set<Long> twice = new HashSet<>();
        long[] mine = new long[50];
        for (int i = 0; i < 100_000; i++) {
            int slot = i % mine.length;
            if (mine[slot] != 0) {
                held.remove(mine[slot]);
                pool.deallocate(mine[slot], 1);
            }
            mine[slot] = pool.allocate(cpu, 1, 0);
            if (!held.add(mine[slot])) {
                twice.add(mine[slot]);
            }
        }
        for (long element : mine) {
            held.remove(element);
            pool.deallocate(element, 1);
        }
        return twice;
    }
}
