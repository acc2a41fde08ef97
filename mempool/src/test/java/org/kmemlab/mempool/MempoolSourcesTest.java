package org.kmemlab.mempool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kmemlab.buddy.GfpFlags;
import org.kmemlab.buddy.PageAllocator;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.KernelProfile;
import org.kmemlab.machine.Machine;
import org.kmemlab.machine.MachineConfig;
import org.kmemlab.slab.KmemCacheArgs;
import org.kmemlab.slab.SlabAllocator;

/// Pools over real allocators: poison, forced reserve, `kvmalloc`, pools of the caller's own.
class MempoolSourcesTest {

    private final Machine machine = new Machine(MachineConfig.ofMebibytes(16)
            .withProfile(KernelProfile.LINUX_6_1.booted("slub_debug=P")));
    private final Cpu cpu = machine.cpu(0);
    private final SlabAllocator slab = new SlabAllocator(new PageAllocator(machine));

    @AfterEach
    void close() {
        slab.validate();
        slab.pages().validate();
        machine.close();
    }

    private Mempool pool(int minNr, ElementSource source) {
        return Objects.requireNonNull(Mempool.create(machine, cpu, minNr, source));
    }

    private Stream<ElementSource> sources() {
        return Stream.of(ElementSource.ofCache(slab.createCache(KmemCacheArgs.of("foo", 96))),
                ElementSource.ofKmalloc(slab.kmalloc(), 200),
                ElementSource.ofPages(slab.pages(), 1), ElementSource.ofKvmalloc(slab, 3000));
    }

    /// Somebody who writes to an element that he has given back would not be found out.
    @Test
    void alloc_elementOverwrittenInReserve_isReported() {
        Mempool pool =
                pool(1, ElementSource.ofCache(slab.createCache(KmemCacheArgs.of("foo", 96))));
        long element = pool.snapshot().elements().getFirst();
        machine.memory().putByte(element + 20, (byte) 0x12);
        machine.log().clear();

        assertThat(pool.allocPreallocated()).isEqualTo(element);

        assertThat(machine.log().lines()).startsWith("BUG: mempool element poison mismatch",
                "Mempool (____ptrval____) size 96",
                " nr=0 @ %016x: ... 0x6b 6b 6b 6b 6b 6b 6b 6b 12 6b 6b 6b 6b 6b 6b 6b ..."
                        .formatted(element));
        assertThat(machine.memory().getByte(element + 95)).isEqualTo((byte) 0x5a);
        pool.free(cpu, element);
        pool.close();
    }

    /// Elements that nobody wrote to would be reported.
    @Test
    void alloc_elementsUntouched_nothingIsReported() {
        List<ElementSource> all = sources().toList();
        machine.log().clear();
        for (ElementSource source : all) {
            Mempool pool = pool(2, source);
            long element = pool.allocPreallocated();
            pool.free(cpu, element);
            pool.close();
        }

        assertThat(machine.log().lines()).isEmpty();
    }

    /// The reserve could not be tried out as long as memory lasts.
    @Test
    void failMempool_everyTime_servesFromReserveAndSaysWhose() {
        Mempool pool = pool(1, ElementSource.ofKmalloc(slab.kmalloc(), 64));
        FailMempool faults = new FailMempool(machine);
        pool.failBy(faults);
        faults.alloc().setProbability(100);
        faults.alloc().setTimes(1);
        long kept = pool.snapshot().elements().getFirst();
        machine.log().clear();

        assertThat(pool.alloc(cpu, GfpFlags.GFP_ATOMIC)).isEqualTo(kept);

        assertThat(pool.snapshot().currNr()).isZero();
        assertThat(machine.log().lines()).hasSize(1);
        assertThat(machine.log().lines().getFirst()).startsWith("forcing mempool usage for "
                + MempoolSourcesTest.class.getName());
        pool.free(cpu, kept);
        pool.close();
    }

    /// A block that `kmalloc` cannot give would not be had at all, or its pages would leak.
    @Test
    void kvmalloc_noLargeBlock_takesSinglePages() {
        ElementSource source = ElementSource.ofKvmalloc(slab, 40_000);
        long free = total();
        slab.pages().failPageAlloc().attr().setProbability(100);
        slab.pages().failPageAlloc().attr().setTimes(-1);
        slab.pages().failPageAlloc().setIgnoreGfpWait(false);

        long element = source.alloc(cpu, GfpFlags.GFP_KERNEL);
        long atomic = source.alloc(cpu, GfpFlags.GFP_ATOMIC);

        assertThat(element).isNotZero();
        assertThat(machine.memory().pfnOf(element)).isNegative();
        assertThat(total()).isEqualTo(free - 10);
        assertThat(atomic).isZero();
        source.free(cpu, element);
        assertThat(total()).isEqualTo(free);
    }

    private long total() {
        PageAllocator.Totals totals = slab.pages().totals();
        return totals.freePages() + totals.perCpuPages();
    }

    /// A pool inside a caller's structure could not be used, or not a second time.
    @Test
    void init_zeroedPool_isReadyUntilExit() {
        Mempool pool = Mempool.zeroed(machine);
        pool.exit(cpu);
        assertThatThrownBy(() -> pool.alloc(cpu, GfpFlags.GFP_KERNEL))
                .isInstanceOf(IllegalStateException.class).hasMessageContaining("not ready");

        for (int i = 0; i < 2; i++) {
            assertThat(pool.init(cpu, 2, ElementSource.ofPages(slab.pages(), 0))).isZero();
            assertThat(pool.snapshot().currNr()).isEqualTo(2);
            assertThatThrownBy(() -> pool.init(cpu, 2, ElementSource.ofPages(slab.pages(), 0)))
                    .isInstanceOf(IllegalStateException.class).hasMessageContaining("in use");
            pool.exit(cpu);
        }
    }

    /// A pool whose reserve cannot be filled would count as ready, or keep what it got.
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void init_sourceFails_givesAllBack(int successes) {
        ScriptedSource source = new ScriptedSource();
        source.succeedOnly(successes);
        Mempool pool = Mempool.zeroed(machine);

        assertThat(pool.init(cpu, 3, source)).isEqualTo(-12);

        assertThat(source.out).isEmpty();
        assertThat(source.freed).hasSize(successes);
    }
}
