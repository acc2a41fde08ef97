package org.kmemlab.mempool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.kmemlab.buddy.GfpFlags.GFP_ATOMIC;
import static org.kmemlab.buddy.GfpFlags.GFP_KERNEL;

import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.kmemlab.buddy.BadPageException;
import org.kmemlab.buddy.PageAllocator;
import org.kmemlab.machine.Cpu;
import org.kmemlab.machine.Execution;
import org.kmemlab.machine.KernelProfile;
import org.kmemlab.machine.Machine;
import org.kmemlab.machine.MachineConfig;
import org.kmemlab.slab.KmemCache;
import org.kmemlab.slab.KmemCacheArgs;
import org.kmemlab.slab.MisusePolicy;
import org.kmemlab.slab.SlabAllocator;
import org.kmemlab.slab.SlabBug;
import org.kmemlab.slab.SlabBugException;
import org.kmemlab.slab.SlabPages;

/// Elements that must not come back, while the reserve is short and while it is full.
class MempoolMisuseTest {

    private final Machine machine = new Machine(MachineConfig.ofMebibytes(16));
    private final Cpu cpu = machine.cpu(0);
    private final SlabAllocator slab = new SlabAllocator(new PageAllocator(machine));

    @AfterEach
    void close() {
        slab.validate();
        slab.pages().validate();
        machine.close();
    }

    private Stream<ElementSource> sources() {
        return Stream.of(ElementSource.ofCache(slab.createCache(KmemCacheArgs.of("foo", 96))),
                ElementSource.ofKmalloc(slab.kmalloc(), 200),
                ElementSource.ofKmalloc(slab.kmalloc(), 20_000),
                ElementSource.ofPages(slab.pages(), 1), ElementSource.ofKvmalloc(slab, 3000),
                new ScriptedSource());
    }

    private Mempool pool(int minNr, ElementSource source) {
        return Objects.requireNonNull(Mempool.create(machine, cpu, minNr, source));
    }

    private static void assertRefused(Mempool pool, Cpu cpu, long element,
            Class<? extends RuntimeException> type) {
        List<Long> before = pool.snapshot().elements();

        assertThatThrownBy(() -> pool.free(cpu, element)).isInstanceOf(type);

        assertThat(pool.snapshot().elements()).isEqualTo(before);
        pool.validate();
    }

    /// Two callers would get the same element after somebody freed it twice.
    @Test
    void free_elementOfReserve_isRefusedWhetherShortOrFull() {
        for (ElementSource source : sources().toList()) {
            Mempool pool = pool(3, source);
            long one = pool.allocPreallocated();
            long two = pool.allocPreallocated();

            pool.free(cpu, one);
            assertRefused(pool, cpu, one, ReservedElementException.class);
            pool.free(cpu, two);
            assertRefused(pool, cpu, two, ReservedElementException.class);

            assertThatThrownBy(() -> pool.free(cpu, two)).hasMessage("element 0x"
                    + Long.toHexString(two) + " was freed before: it lies in the reserve of "
                    + pool);
            pool.close();
        }
    }

    /// An element that the source has back already would come out of the reserve, too.
    @Test
    void free_elementThatSourceHas_isRefusedWhileShort() {
        KmemCache cache = slab.createCache(KmemCacheArgs.of("foo", 96));
        for (ElementSource source : sources().limit(5).toList()) {
            Mempool pool = pool(1, source);
            long reserved = pool.allocPreallocated();
            long freed = pool.alloc(cpu, GFP_KERNEL);
            source.free(cpu, freed);

            assertRefused(pool, cpu, freed, RuntimeException.class);

            pool.free(cpu, reserved);
            pool.close();
        }
        cache.close();
    }

    /// An element of something else would be handed out as one of the pool's.
    @Test
    void free_foreignElement_isRefusedWhileShort() {
        KmemCache foo = slab.createCache(KmemCacheArgs.of("foo", 96));
        KmemCache bar = slab.createCache(KmemCacheArgs.of("bar", 512));
        long other = bar.alloc(cpu, GFP_KERNEL);
        Mempool objects = pool(1, ElementSource.ofCache(foo));
        Mempool blocks = pool(1, ElementSource.ofKmalloc(slab.kmalloc(), 1000));
        Mempool pages = pool(1, ElementSource.ofPages(slab.pages(), 1));
        long object = objects.allocPreallocated();
        long block = blocks.allocPreallocated();
        long page = pages.allocPreallocated();

        assertThatThrownBy(() -> objects.free(cpu, other))
                .isInstanceOfSatisfying(SlabBugException.class, refused -> assertThat(refused.bug())
                        .isInstanceOf(SlabBug.WrongCache.class));
        assertRefused(objects, cpu, object + 8, SlabBugException.class);
        assertRefused(objects, cpu, page, SlabBugException.class);
        assertThatThrownBy(() -> blocks.free(cpu, other))
                .hasMessage("block 0x" + Long.toHexString(other)
                        + " has 512 bytes: elements of this pool have 1000");
        assertRefused(blocks, cpu, page, SlabBugException.class);
        assertRefused(pages, cpu, object, IllegalArgumentException.class);
        assertRefused(pages, cpu, page + 4096, BadPageException.class);

        objects.free(cpu, object);
        blocks.free(cpu, block);
        pages.free(cpu, page);
        Stream.of(objects, blocks, pages).forEach(Mempool::close);
        bar.free(cpu, other);
        foo.close();
        bar.close();
    }

    /// In live use caches keep free objects in stock, which look allocated from below.
    @Test
    void free_elementThatLiveSourceHas_isRefusedWhileShort() {
        try (Machine live = new Machine(
                MachineConfig.ofMebibytes(16).withExecution(Execution.LIVE))) {
            SlabAllocator liveSlab = new SlabAllocator(new PageAllocator(live));
            Cpu liveCpu = live.cpu(0);
            KmemCache cache = liveSlab.createCache(KmemCacheArgs.of("foo", 96));
            Mempool pool = Objects.requireNonNull(
                    Mempool.create(live, liveCpu, 1, ElementSource.ofCache(cache)));
            long reserved = pool.allocPreallocated();
            long freed = pool.alloc(liveCpu, GFP_KERNEL);
            cache.free(freed);

            assertRefused(pool, liveCpu, freed, SlabBugException.class);
            pool.free(liveCpu, reserved);

            assertThat(pool.snapshot().elements()).containsExactly(reserved);
            assertRefused(pool, liveCpu, reserved, ReservedElementException.class);
            pool.close();
        }
    }

    /// A bulk free would keep an element twice, or forget those before it.
    @Test
    void freeBulk_elementTwice_keepsOne() {
        Mempool pool =
                pool(3, ElementSource.ofCache(slab.createCache(KmemCacheArgs.of("foo", 96))));
        long one = pool.allocPreallocated();
        long two = pool.allocPreallocated();
        long[] elements = {one, one};

        assertThatThrownBy(() -> pool.freeBulk(elements, 2))
                .isInstanceOf(ReservedElementException.class);

        assertThat(pool.snapshot().elements()).hasSize(2).contains(one);
        pool.free(cpu, two);
        pool.close();
    }

    /// A kernel that was recorded would behave otherwise: it hands a doubly freed element out twice.
    @Test
    void free_twiceAsKernel_isHandedOutTwice() {
        try (Machine other = new Machine(MachineConfig.ofMebibytes(16))) {
            PageAllocator otherPages = new PageAllocator(other);
            SlabAllocator asKernel = new SlabAllocator(otherPages, SlabPages.of(otherPages),
                    MisusePolicy.AS_KERNEL);
            Mempool pool = Objects.requireNonNull(Mempool.create(other, other.cpu(0), 2,
                    ElementSource.ofKmalloc(asKernel.kmalloc(), 64)));
            long element = pool.allocPreallocated();
            long leaked = pool.allocPreallocated();

            pool.free(other.cpu(0), element);
            pool.free(other.cpu(0), element);

            assertThat(leaked).isNotZero();
            assertThat(pool.snapshot().elements()).containsExactly(element, element);
            assertThatThrownBy(pool::validate).hasMessageContaining("I2");
            assertThat(pool.allocPreallocated()).isEqualTo(element);
            assertThat(pool.allocPreallocated()).isEqualTo(element);
        }
    }

    /// Booted with poison, the kernel says that somebody wrote to what lay in the reserve: the first
    /// user of an element that was freed twice, when the second one gets it.
    @Test
    void free_twiceAsKernelWithPoison_isReportedWhenTaken() {
        try (Machine other = new Machine(MachineConfig.ofMebibytes(16)
                .withProfile(KernelProfile.LINUX_6_1.booted("slub_debug=P")))) {
            PageAllocator otherPages = new PageAllocator(other);
            SlabAllocator asKernel = new SlabAllocator(otherPages, SlabPages.of(otherPages),
                    MisusePolicy.AS_KERNEL);
            Mempool pool = Objects.requireNonNull(Mempool.create(other, other.cpu(0), 2,
                    ElementSource.ofKmalloc(asKernel.kmalloc(), 64)));
            long element = pool.allocPreallocated();
            assertThat(pool.allocPreallocated()).isNotZero();
            pool.free(other.cpu(0), element);
            pool.free(other.cpu(0), element);
            other.log().clear();

            assertThat(pool.allocPreallocated()).isEqualTo(element);
            assertThat(other.log().lines()).isEmpty();
            assertThat(pool.alloc(other.cpu(0), GFP_ATOMIC)).isNotZero();
            assertThat(pool.allocPreallocated()).isEqualTo(element);

            assertThat(other.log().lines()).first()
                    .isEqualTo("BUG: mempool element poison mismatch");
        }
    }
}
