package org.kmemlab.api;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.kmemlab.buddy.GfpFlags.GFP_KERNEL;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.kmemlab.api.KmallocArena.Mode;
import org.kmemlab.buddy.PageAllocator;
import org.kmemlab.machine.Execution;
import org.kmemlab.machine.Machine;
import org.kmemlab.machine.MachineConfig;
import org.kmemlab.slab.KmemCache;
import org.kmemlab.slab.KmemCacheArgs;
import org.kmemlab.slab.SlabAllocator;
import org.kmemlab.slab.SlabBugException;

/// The adapters to `java.lang.foreign`: what they promise about bounds and about use after free.
class ForeignMemoryTest {

    private final Machine machine = new Machine(
            MachineConfig.ofMebibytes(16).withExecution(Execution.LIVE));
    private final SlabAllocator slab = new SlabAllocator(new PageAllocator(machine));

    @AfterEach
    void close() {
        slab.validate();
        machine.close();
    }

    /// If it fails, an arena gives memory that is dirty, misaligned, too long or shared.
    @Test
    void arena_allocate_givesZeroedAlignedSegmentsOfTheLengthAskedFor() {
        try (Arena arena = KmallocArena.live(slab, Mode.FAST)) {
            for (long alignment = 1; alignment <= 1 << 20; alignment *= 2) {
                MemorySegment segment = arena.allocate(100, alignment);
                assertThat(segment.address() % Math.min(alignment, 4096)).isZero();
                assertThat(machine.memory().addressOf(segment) % alignment).isZero();
                assertThat(segment.byteSize()).isEqualTo(100);
                assertThat(segment.mismatch(arena.allocate(100))).isEqualTo(-1);
                assertThatThrownBy(() -> segment.get(JAVA_INT, 100))
                        .isInstanceOf(IndexOutOfBoundsException.class);
                segment.fill((byte) 0x77);
            }
            assertThat(arena.allocate(0).byteSize()).isZero();
        }
    }

    /// If it fails, closing an arena leaks, or a second use of it goes unnoticed.
    @Test
    void arena_close_givesEverythingBack() {
        long before = inUse();
        KmallocArena arena = KmallocArena.live(slab, Mode.FAST);
        for (int size = 1; size < 100_000; size *= 3) {
            arena.allocate(size);
        }
        assertThat(inUse()).isGreaterThan(before);

        arena.close();

        assertThat(inUse()).isEqualTo(before);
        assertThatIllegalStateException().isThrownBy(() -> arena.allocate(1));
        assertThatIllegalStateException().isThrownBy(arena::close);
    }

    private long inUse() {
        slab.caches().forEach(cache -> cache.shrink(machine.cpu(0)));
        return slab.caches().stream().mapToLong(cache -> cache.snapshot().allocatedObjects()).sum()
                - slab.pages().totals().freePages() - slab.pages().totals().perCpuPages();
    }

    /// If it fails, the mode that promises to find use after free does not, or the other pretends to.
    @Test
    void arena_useAfterClose_isFoundInCheckedModeOnly() {
        MemorySegment checked;
        MemorySegment fast;
        try (Arena arena = KmallocArena.live(slab, Mode.CHECKED);
                Arena other = KmallocArena.live(slab, Mode.FAST)) {
            checked = arena.allocate(JAVA_LONG);
            fast = other.allocate(JAVA_LONG);
            checked.set(JAVA_LONG, 0, 7);
            assertThat(checked.get(JAVA_LONG, 0)).isEqualTo(7);
        }

        assertThatIllegalStateException().isThrownBy(() -> checked.get(JAVA_LONG, 0));
        fast.get(JAVA_LONG, 0);
    }

    /// If it fails, one segment that somebody else freed keeps the others from being freed.
    @Test
    void arena_closeAfterAForeignFree_freesTheOthersAndComplains() {
        KmallocArena arena = KmallocArena.live(slab, Mode.FAST);
        MemorySegment first = arena.allocate(64);
        MemorySegment second = arena.allocate(64);
        slab.kmalloc().kfree(machine.memory().addressOf(second));

        assertThatThrownBy(arena::close).isInstanceOf(SlabBugException.class);

        assertThatThrownBy(() -> slab.kmalloc().kfree(machine.memory().addressOf(first)))
                .isInstanceOf(SlabBugException.class);
    }

    /// If it fails, bad requests are not refused, or kill the arena.
    @Test
    void arena_badRequests_areRefusedWithValueAndLimit() throws InterruptedException {
        try (Arena arena = KmallocArena.on(machine.cpu(0), slab, Mode.FAST)) {
            assertThatIllegalArgumentException().isThrownBy(() -> arena.allocate(8, 3))
                    .withMessageContaining("alignment 3");
            assertThatIllegalArgumentException().isThrownBy(() -> arena.allocate(5 << 20))
                    .withMessageContaining("5242880").withMessageContaining("4194304");
            Thread other = new Thread(
                    () -> assertThatThrownBy(() -> arena.allocate(8))
                            .isInstanceOf(WrongThreadException.class));
            other.start();
            other.join();
            assertThatThrownBy(() -> {
                for (int i = 0; i < 100; i++) {
                    arena.allocate(1 << 20);
                }
            }).isInstanceOf(OutOfMemoryError.class).hasMessageContaining("1048576");
        }
    }

    /// If it fails, segments of a cache are not its objects.
    @Test
    void cacheSegments_allocateAndFree_passTheCachesChecks() {
        KmemCache cache = slab.createCache(KmemCacheArgs.of("foo", 48).withAlign(16));
        CacheSegments segments = CacheSegments.live(slab, cache, GFP_KERNEL);
        MemorySegment segment = segments.allocate(40, 16);

        assertThat(slab.cacheOf(machine.memory().addressOf(segment))).isSameAs(cache);
        assertThat(segment.byteSize()).isEqualTo(40);
        segments.free(segment);
        assertThatThrownBy(() -> segments.free(segment)).isInstanceOf(SlabBugException.class);
        assertThatIllegalArgumentException().isThrownBy(() -> segments.allocate(49))
                .withMessageContaining("49").withMessageContaining("48");
        assertThatIllegalArgumentException().isThrownBy(() -> segments.allocate(8, 64))
                .withMessageContaining("64").withMessageContaining("16");
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment foreign = arena.allocate(8);
            assertThatIllegalArgumentException().isThrownBy(() -> segments.free(foreign))
                    .withMessageContaining("not in the machine's memory");
        }
    }
}
