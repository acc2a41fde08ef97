package org.kmemlab.slab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.kmemlab.buddy.GfpFlags.GFP_KERNEL;
import static org.kmemlab.slab.ClassicFixture.alloc;
import static org.kmemlab.slab.ClassicFixture.array;
import static org.kmemlab.slab.ClassicFixture.cache;
import static org.kmemlab.slab.ClassicFixture.free;
import static org.kmemlab.slab.ClassicFixture.node;

import java.util.List;
import java.util.Objects;

import org.junit.jupiter.api.Test;

/// What the classic SLAB gives up while time passes.
class ClassicReaperTest {

    private static final int SECOND = 250;

    /// Objects would wait in arrays for ever, or an array in use lose them.
    @Test
    void advance_arrayNobodyUses_losesAFifthEveryTwoSeconds() {
        try (SlabFixture f = ClassicFixture.booted(); KmemCache cache = cache(f, 64)) {
            free(cache, f.cpu, alloc(cache, f.cpu, 64));
            assertThat(array(cache, 0).entries()).hasSize(64);

            f.machine.clock().advance(2 * SECOND);
            assertThat(array(cache, 0).touched()).isFalse();
            assertThat(array(cache, 0).entries()).hasSize(64);

            f.machine.clock().advance(2 * SECOND);
            assertThat(array(cache, 0).entries()).hasSize(64 - 24);

            long object = cache.alloc(f.cpu, GFP_KERNEL);
            f.machine.clock().advance(2 * SECOND);
            assertThat(array(cache, 0).entries()).hasSize(64 - 24 - 1);
            cache.free(f.cpu, object);
        }
    }

    /// Pages of slabs that nobody wants would never come back.
    @Test
    void advance_longIdle_givesAllSlabsBackAndThenWaitsForNothing() {
        try (SlabFixture f = ClassicFixture.booted(); KmemCache cache = cache(f, 1000)) {
            free(cache, f.cpu, alloc(cache, f.cpu, 80));
            assertThat(cache.snapshot().slabs()).isPositive();

            f.machine.clock().advance(200 * SECOND);

            assertThat(cache.snapshot().slabs()).isZero();
            assertThat(cache.snapshot().classic().stats().reaped()).isPositive();
            assertThat(f.machine.clock().hasTimers()).isFalse();
            cache.free(f.cpu, cache.alloc(f.cpu, GFP_KERNEL));
            assertThat(f.machine.clock().hasTimers()).isTrue();
        }
    }

    /// Objects of another node would never go home unless their array is full.
    @Test
    void advance_aliens_goHome() {
        try (SlabFixture f = ClassicFixture.ofNodes(""); KmemCache cache = cache(f, 64)) {
            List<Long> objects = alloc(cache, f.cpu, 5);
            free(cache, f.machine.cpu(1), objects);

            f.machine.clock().advance(4 * SECOND);

            assertThat(Objects.requireNonNull(node(cache, 1).alien().get(0)).entries()).isEmpty();
            assertThat(Objects.requireNonNull(node(cache, 0).shared()).entries()).hasSize(5);
        }
    }
}
