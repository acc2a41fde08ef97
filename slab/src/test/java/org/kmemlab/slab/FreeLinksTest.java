package org.kmemlab.slab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.kmemlab.buddy.GfpFlags.GFP_KERNEL;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kmemlab.machine.ConfigOption;
import org.kmemlab.machine.KernelProfile;
import org.kmemlab.slab.SlabBug.CorruptFreePointer;
import org.kmemlab.slab.SlabBug.DoubleFree;

/// Free lists of caches without debug flags whose links were overwritten.
class FreeLinksTest {

    private static final KernelProfile PLAIN = KernelProfile.C61.booted("slab_nomerge");
    private static final KernelProfile HARDENED =
            PLAIN.with(ConfigOption.SLAB_FREELIST_HARDENED);

    private static SlabBug bugOf(Runnable action) {
        List<SlabBug> thrown = new ArrayList<>();
        assertThatThrownBy(action::run).isInstanceOfSatisfying(SlabBugException.class,
                e -> thrown.add(e.bug()));
        return thrown.getFirst();
    }

    /// If it fails, a hardened kernel lets the same object be freed twice in a row, or is stopped
    /// by something else.
    @Test
    void free_topObjectAgainHardened_isADoubleFreeAndChangesNothing() {
        try (SlabFixture f = SlabFixture.asKernel(HARDENED)) {
            List<SlabBug> told = new ArrayList<>();
            f.slab.onBug(told::add);
            KmemCache cache = f.slab.createCache(KmemCacheArgs.of("foo", 64));
            long object = cache.alloc(f.cpu, GFP_KERNEL);
            long other = cache.alloc(f.cpu, GFP_KERNEL);
            cache.free(f.cpu, object);
            CacheSnapshot before = cache.snapshot();

            SlabBug bug = bugOf(() -> cache.free(f.cpu, object));

            assertThat(bug).isEqualTo(new DoubleFree("foo", object));
            assertThat(told).containsExactly(bug);
            assertThat(f.log()).contains("kernel BUG at mm/slub.c!");
            assertThat(cache.snapshot()).isEqualTo(before);
            cache.free(f.cpu, other);
            cache.close();
        }
    }

    /// If it fails, an object that is not the last one freed is found too: only a check of the whole
    /// list could, and hardening makes none.
    @Test
    void free_otherObjectAgainHardened_isNotFound() {
        SlabFixture f = SlabFixture.asKernel(HARDENED);
        KmemCache cache = f.slab.createCache(KmemCacheArgs.of("foo", 64));
        long object = cache.alloc(f.cpu, GFP_KERNEL);
        long other = cache.alloc(f.cpu, GFP_KERNEL);
        cache.free(f.cpu, object);
        cache.free(f.cpu, other);

        cache.free(f.cpu, object);

        assertThat(cache.alloc(f.cpu, GFP_KERNEL)).isEqualTo(object);
        assertThat(cache.alloc(f.cpu, GFP_KERNEL)).isEqualTo(other);
        assertThat(cache.alloc(f.cpu, GFP_KERNEL)).isEqualTo(object);
        // The slab's free list is a circle now, so the fixture itself would not close.
        f.machine.close();
    }

    /// If it fails, a circle in a free list, which a kernel without hardening does not see, hangs
    /// whoever gives the slab up.
    @Test
    void shrink_circleInTheFreeList_isFound() {
        SlabFixture f = SlabFixture.asKernel(PLAIN);
        KmemCache cache = f.slab.createCache(KmemCacheArgs.of("foo", 64));
        long object = cache.alloc(f.cpu, GFP_KERNEL);
        cache.free(f.cpu, object);
        cache.free(f.cpu, object);

        assertThat(bugOf(() -> cache.shrink(f.cpu)))
                .isEqualTo(new CorruptFreePointer("foo", 0, object));
        f.machine.close();
    }

    /// If it fails, writing to an object after it was freed ends in an exception about addresses or
    /// arrays, far from its cause.
    @ParameterizedTest
    @ValueSource(longs = {0x4141_4141_4141_4141L, 1, -1, Long.MIN_VALUE, Long.MAX_VALUE,
        0xffff_8880_0400_0000L, 0xffff_8880_03ff_f000L})
    void alloc_overwrittenLink_isACorruptFreePointer(long garbage) {
        for (MisusePolicy policy : MisusePolicy.values()) {
            SlabFixture f = SlabFixture.of(policy, "slab_nomerge");
            KmemCache cache = f.slab.createCache(KmemCacheArgs.of("foo", 64));
            List<SlabBug> told = new ArrayList<>();
            f.slab.onBug(told::add);
            long object = cache.alloc(f.cpu, GFP_KERNEL);
            cache.free(f.cpu, object);
            f.put(object + cache.geometry().slub().offset(), garbage);
            assertThat(cache.alloc(f.cpu, GFP_KERNEL)).isEqualTo(object);
            boolean isMemory = f.machine.memory().pfnOf(garbage) >= 0;

            if (isMemory && policy == MisusePolicy.AS_KERNEL) {
                // The kernel hands out whatever lies there.
                assertThat(cache.alloc(f.cpu, GFP_KERNEL)).isEqualTo(garbage);
            } else {
                SlabBug bug = bugOf(() -> {
                    long next = cache.alloc(f.cpu, GFP_KERNEL);
                    throw new AssertionError("got " + Long.toHexString(next));
                });
                assertThat(bug).isEqualTo(new CorruptFreePointer("foo", 0, garbage));
                assertThat(told).containsExactly(bug);
            }
            f.machine.close();
        }
    }

    /// If it fails, garbage in a hidden link is followed.
    @Test
    void alloc_overwrittenHiddenLink_isACorruptFreePointer() {
        SlabFixture f = SlabFixture.asKernel(HARDENED);
        KmemCache cache = f.slab.createCache(KmemCacheArgs.of("foo", 64));
        long object = cache.alloc(f.cpu, GFP_KERNEL);
        cache.free(f.cpu, object);
        f.put(object + cache.geometry().slub().offset(), 0);
        assertThat(cache.alloc(f.cpu, GFP_KERNEL)).isEqualTo(object);

        assertThat(bugOf(() -> {
            long next = cache.alloc(f.cpu, GFP_KERNEL);
            throw new AssertionError("got " + Long.toHexString(next));
        })).isInstanceOf(CorruptFreePointer.class);
        f.machine.close();
    }
}
