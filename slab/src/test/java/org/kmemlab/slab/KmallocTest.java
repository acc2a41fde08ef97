package org.kmemlab.slab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.kmemlab.buddy.GfpFlags.GFP_KERNEL;

import java.util.Objects;

import org.junit.jupiter.api.Test;
import org.kmemlab.buddy.GfpFlags;

class KmallocTest {

    /// If it fails, kmalloc(0) is NULL, or cannot be freed, or has bytes.
    @Test
    void kmalloc_zeroBytes_isSixteen() {
        try (SlabFixture f = SlabFixture.booted("")) {
            Kmalloc kmalloc = f.slab.kmalloc();

            assertThat(kmalloc.kmalloc(f.cpu, 0, GFP_KERNEL)).isEqualTo(16);
            assertThat(kmalloc.ksize(16)).isZero();
            kmalloc.kfree(f.cpu, 16);
            kmalloc.kfree(f.cpu, 0);
            assertThatThrownBy(() -> kmalloc.kmalloc(f.cpu, -1, GFP_KERNEL))
                    .hasMessage("size -1: expected 0 or more bytes");
        }
    }

    /// If it fails, an array whose size overflows is smaller than its user believes.
    @Test
    void kmallocArray_overflow_isNull() {
        try (SlabFixture f = SlabFixture.booted("")) {
            Kmalloc kmalloc = f.slab.kmalloc();

            assertThat(kmalloc.kmallocArray(f.cpu, 1L << 62, 4, GFP_KERNEL)).isZero();
            assertThat(kmalloc.kmallocArray(f.cpu, 1L << 32, 1L << 31, GFP_KERNEL)).isZero();
            long array = kmalloc.kcalloc(f.cpu, 10, 10, GFP_KERNEL);
            assertThat(kmalloc.ksize(array)).isEqualTo(128);
            assertThat(f.get(array + 64)).isZero();
            kmalloc.kfree(f.cpu, array);
        }
    }

    /// If it fails, growing loses content, shrinking moves, or a failure loses the old memory.
    @Test
    void krealloc_growsWithItsContentAndNeverShrinks() {
        try (SlabFixture f = SlabFixture.booted("")) {
            Kmalloc kmalloc = f.slab.kmalloc();
            long small = kmalloc.kmalloc(f.cpu, 32, GFP_KERNEL);
            f.put(small + 24, 99);

            long large = kmalloc.krealloc(f.cpu, small, 9000, GFP_KERNEL);
            assertThat(f.get(large + 24)).isEqualTo(99);
            assertThat(kmalloc.ksize(large)).isEqualTo(16384);
            assertThat(kmalloc.krealloc(f.cpu, large, 1, GFP_KERNEL)).isEqualTo(large);
            assertThat(kmalloc.krealloc(f.cpu, large, Kmalloc.MAX_SIZE + 1L,
                    GFP_KERNEL.with(GfpFlags.NOWARN))).isZero();
            assertThat(f.get(large + 24)).isEqualTo(99);
            assertThat(kmalloc.krealloc(f.cpu, large, 0, GFP_KERNEL)).isEqualTo(16);
        }
    }

    /// If it fails, freeing what kmalloc never gave corrupts the machine.
    @Test
    void kfree_misuse_isRefused() {
        try (SlabFixture f = SlabFixture.booted("")) {
            Kmalloc kmalloc = f.slab.kmalloc();
            long large = kmalloc.kmalloc(f.cpu, 20_000, GFP_KERNEL);
            int plain = f.pages.allocPages(f.cpu, GFP_KERNEL, 0);
            long plainAddress = f.machine.memory().addressOf(plain);

            assertThatThrownBy(() -> kmalloc.kfree(f.cpu, large + 4096))
                    .isInstanceOf(SlabBugException.class).hasMessageContaining("no object starts");
            assertThatThrownBy(() -> kmalloc.kfree(f.cpu, plainAddress))
                    .isInstanceOf(SlabBugException.class);
            assertThatThrownBy(() -> kmalloc.kfree(f.cpu, 4711))
                    .isInstanceOf(SlabBugException.class);

            kmalloc.kfree(f.cpu, large);
            assertThatThrownBy(() -> kmalloc.kfree(f.cpu, large))
                    .isInstanceOf(SlabBugException.class);
            f.pages.freePages(f.cpu, plain, 0);
        }
    }

    /// If it fails, a node that the machine does not have makes large requests throw.
    @Test
    void kmallocNode_unknownNode_countsAsAny() {
        try (SlabFixture f = SlabFixture.booted("")) {
            Kmalloc kmalloc = f.slab.kmalloc();
            kmalloc.kfree(f.cpu, kmalloc.kmallocNode(f.cpu, 100, GFP_KERNEL, 7));
            kmalloc.kfree(f.cpu, kmalloc.kmallocNode(f.cpu, 100_000, GFP_KERNEL, 7));

            assertThat(f.slab.kmalloc().cacheFor(100, GFP_KERNEL).snapshot().allocatedObjects())
                    .isZero();
        }
    }

    /// If it fails, secrets stay readable after kfreeSensitive.
    @Test
    void kfreeSensitive_wipesBeforeFreeing() {
        try (SlabFixture f = SlabFixture.booted("")) {
            long secret = f.slab.kmalloc().kmalloc(f.cpu, 64, GFP_KERNEL);
            f.put(secret, 42);
            f.slab.kmalloc().kfreeSensitive(f.cpu, secret);

            assertThat(f.get(secret)).isZero();
        }
    }

    /// If it fails, objects of another cache cannot be freed by address alone.
    @Test
    void kfree_objectOfAnyCache_goesBackToIt() {
        try (SlabFixture f = SlabFixture.booted("");
                KmemCache cache = f.slab.createCache(KmemCacheArgs.of("foo", 40))) {
            f.slab.kmalloc().kfree(f.cpu, cache.alloc(f.cpu, GFP_KERNEL));

            assertThat(cache.snapshot().allocatedObjects()).isZero();
        }
    }

    /// If it fails, callers that round up first get another class than those who do not.
    @Test
    void roundUp_anySize_isWhatKsizeSays() {
        try (SlabFixture f = SlabFixture.booted("")) {
            Kmalloc kmalloc = f.slab.kmalloc();
            for (int size = 1; size < 20_000; size += 7) {
                long address = kmalloc.kmalloc(f.cpu, size, GFP_KERNEL);
                assertThat(kmalloc.roundUp(size)).isEqualTo(kmalloc.ksize(address));
                kmalloc.kfree(f.cpu, address);
            }
            assertThat(kmalloc.roundUp(0)).isZero();
        }
    }

    /// If it fails, with debugging a kmalloc of a power of two is no longer aligned to its size.
    @Test
    void kmalloc_underDebugging_keepsNaturalAlignment() {
        try (SlabFixture f = SlabFixture.booted("slub_debug=FZPU")) {
            for (int size = 8; size <= 8192; size *= 2) {
                long address = f.slab.kmalloc().kmalloc(f.cpu, size, GFP_KERNEL);
                assertThat(address % size).as("size %d", size).isZero();
                assertThat(
                        Objects.requireNonNull(f.slab.cacheOf(address)).geometry().slub().isDebug())
                        .isTrue();
                f.slab.kmalloc().kfree(f.cpu, address);
            }
        }
    }
}
