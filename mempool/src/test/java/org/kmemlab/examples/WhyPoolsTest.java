package org.kmemlab.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.kmemlab.buddy.PageAllocator;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.Machine;
import org.kmemlab.machine.MachineConfig;
import org.kmemlab.mempool.pools.DynamicPool;
import org.kmemlab.mempool.pools.FixedPool;
import org.kmemlab.mempool.pools.LifetimePool;
import org.kmemlab.mempool.pools.PoolOptions;
import org.kmemlab.mempool.pools.RegionSource;

/// The reasons that are given for pools, each as an example that measures it: performance,
/// fragmentation, management, control of resources, and memory that lies close together. A heap
/// ([DynamicPool]) stands for what programs use otherwise.
class WhyPoolsTest {

    private static final int COUNT = 500;
    private static final int BYTES = 48;
    private static final int CACHE_LINE = 64;

    private final Machine machine = new Machine(MachineConfig.ofMebibytes(16));
    private final PageAllocator pages = new PageAllocator(machine);
    private final RegionSource source = RegionSource.ofPages(pages);
    private final Cpu cpu = machine.cpu(0);
    private final long freeAtStart = freePages();

    private long freePages() {
        return pages.totals().freePages() + pages.totals().perCpuPages();
    }

    private FixedPool fixed(int count) {
        return Objects.requireNonNull(
                FixedPool.create(cpu, source, count, BYTES, PoolOptions.defaults("pool")));
    }

    private DynamicPool heap() {
        return Objects.requireNonNull(
                DynamicPool.create(cpu, source, 256 << 10, PoolOptions.defaults("heap")));
    }

    /// Allocates blocks of 200 and 210 bytes and frees one kind: holes that are too small for 230.
    private List<Long> makeHoles(DynamicPool heap) {
        List<Long> kept = new ArrayList<>();
        List<Long> holes = new ArrayList<>();
        for (int i = 0; i < COUNT; i++) {
            kept.add(heap.alloc(cpu, 210));
            holes.add(heap.alloc(cpu, 200));
        }
        holes.forEach(heap::free);
        return kept;
    }

    @AfterEach
    void nothingIsLeft() {
        pages.validate();
        assertThat(freePages()).isEqualTo(freeAtStart);
        machine.close();
    }

    /// Performance: a pool looks at as many places when it is nearly full as when it is empty; a
    /// heap searches.
    @Test
    void performance_stepsOfAPoolDoNotGrow() {
        try (FixedPool pool = fixed(COUNT); DynamicPool heap = heap()) {
            for (int i = 0; i < COUNT; i++) {
                assertThat(pool.alloc(cpu)).isNotZero();
            }
            List<Long> kept = makeHoles(heap);
            assertThat(heap.alloc(cpu, 230)).isNotZero();

            assertThat(pool.statistics().stepsMax()).isEqualTo(1);
            assertThat(heap.statistics().stepsMax()).as("one for each hole").isGreaterThan(COUNT);
            kept.forEach(heap::free);
        }
    }

    /// Fragmentation: free memory of a pool always serves; that of a heap may lie in pieces that
    /// are too small.
    @Test
    void fragmentation_aPoolHasNone() {
        try (FixedPool pool = fixed(COUNT); DynamicPool heap = heap()) {
            List<Long> blocks = new ArrayList<>();
            for (int i = 0; i < COUNT; i++) {
                blocks.add(pool.alloc(cpu));
            }
            for (int i = 0; i < COUNT; i += 2) {
                pool.free(blocks.get(i));
            }
            for (int i = 0; i < COUNT; i += 2) {
                assertThat(pool.alloc(cpu)).isNotZero();
            }

            makeHoles(heap);
            long largest = heap.largestFreeBytes();
            assertThat(heap.freeBytes()).isGreaterThan(largest);
            assertThat(heap.alloc(cpu, largest)).as("as much is free, but not in one piece")
                    .isZero();
        }
    }

    /// Management: what belongs together is given up together, and nothing can be forgotten.
    @Test
    void management_oneCloseInsteadOfManyFrees() {
        try (LifetimePool request = LifetimePool.open(cpu, source, BYTES, null,
                PoolOptions.defaults("request"))) {
            for (int i = 0; i < COUNT; i++) {
                assertThat(request.alloc(cpu)).isNotZero();
            }
            request.close(cpu, LifetimePool.CloseMode.DROP);

            assertThat(request.closeSteps()).as("slabs, not objects").isLessThan(COUNT / 50);
            assertThat(freePages()).isEqualTo(freeAtStart);
        }
    }

    /// Control of resources: a part that has its pool cannot take memory from the others.
    @Test
    void control_aGreedyPartRunsDryAlone() {
        try (FixedPool greedy = fixed(COUNT); FixedPool modest = fixed(10)) {
            while (greedy.alloc(cpu) != 0) {
                assertThat(greedy.statistics().used()).isLessThanOrEqualTo(COUNT);
            }

            assertThat(modest.alloc(cpu)).isNotZero();
            assertThat(freePages()).as("pages for everybody else").isGreaterThan(3000);
        }
    }

    /// Memory that was taken from a pool lies close together: walking it touches fewer cache lines
    /// than walking blocks that other requests lie between.
    @Test
    void locality_aDenseWalkTouchesFewerCacheLines() {
        try (FixedPool pool = fixed(COUNT); DynamicPool heap = heap()) {
            Set<Long> dense = new HashSet<>();
            Set<Long> scattered = new HashSet<>();
            for (int i = 0; i < COUNT; i++) {
                touch(pool.alloc(cpu), dense);
                touch(heap.alloc(cpu, BYTES), scattered);
                assertThat(heap.alloc(cpu, 100)).isNotZero();
            }

            assertThat(dense).hasSize(COUNT * BYTES / CACHE_LINE);
            assertThat(scattered).hasSizeGreaterThan(2 * dense.size());
        }
    }

    private static void touch(long block, Set<Long> lines) {
        assertThat(block).isNotZero();
        for (long line = block & -CACHE_LINE; line < block + BYTES; line += CACHE_LINE) {
            lines.add(line);
        }
    }
}
