package org.kmemlab.slab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.kmemlab.buddy.GfpFlags.GFP_KERNEL;

import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.kmemlab.machine.KernelProfile;

/// The kernel's own test of its slab checks (`slub_kunit`), under its names and with its numbers of
/// errors: one for each report and one for each repair.
class SlubKunitTest {

    private static final int SIZE = 64;

    static Stream<MisusePolicy> policies() {
        return Stream.of(MisusePolicy.values());
    }

    private interface Case {
        void run(SlabFixture f, KmemCache cache, SlabErrorCount errors);
    }

    private static void run(MisusePolicy policy, String name, SlabFlags flags, Case test) {
        try (SlabFixture f = SlabFixture.of(policy, "");
                KmemCache cache = f.slab.createCache(KmemCacheArgs.of(name, SIZE)
                        .withFlags(flags.with(SlabFlags.NO_USER_FLAGS)));
                SlabErrorCount errors = f.slab.countErrors()) {
            f.machine.log().clear();

            test.run(f, cache, errors);

            assertThat(f.machine.log().lines()).isEmpty();
        }
    }

    /// A kernel that has the newer cases.
    private static SlabFixture newer(String parameters) {
        return SlabFixture.of(SlabFixture.config(KernelProfile.LINUX_6_18.booted(parameters)));
    }

    private static void putByte(SlabFixture f, long address, int value) {
        f.machine.memory().putByte(address, (byte) value);
    }

    private static long freed(SlabFixture f, KmemCache cache) {
        long object = cache.alloc(f.cpu, GFP_KERNEL);
        cache.free(f.cpu, object);
        return object;
    }

    private static int errorsOf(SlabFixture f, KmemCache cache, SlabErrorCount errors) {
        assertThat(cache.validateSlabs(f.cpu)).isEqualTo(1);
        return errors.takeErrors();
    }

    /// If it fails, a write behind an object is not found, or not repaired.
    @ParameterizedTest
    @MethodSource("policies")
    void test_clobber_zone(MisusePolicy policy) {
        run(policy, "TestSlub_RZ_alloc", SlabFlags.RED_ZONE, (f, cache, errors) -> {
            long object = cache.alloc(f.cpu, GFP_KERNEL);
            putByte(f, object + 64, 0x12);

            assertThat(errorsOf(f, cache, errors)).isEqualTo(2);

            cache.free(f.cpu, object);
        });
    }

    /// If it fails, a damaged free list is not found, or the slab's counts do not follow it.
    @ParameterizedTest
    @MethodSource("policies")
    void test_next_pointer(MisusePolicy policy) {
        run(policy, "TestSlub_next_ptr_free", SlabFlags.POISON, (f, cache, errors) -> {
            long object = freed(f, cache);
            long link = object + cache.geometry().slub().offset();
            long original = f.get(link);
            putByte(f, link, 0x12);

            // The chain, then the count that does not fit any more, then the correction.
            assertThat(errorsOf(f, cache, errors)).isEqualTo(3);
            f.put(link, original);
            assertThat(errorsOf(f, cache, errors)).isEqualTo(2);
            assertThat(errorsOf(f, cache, errors)).isZero();
        });
    }

    /// If it fails, a write to the beginning of a free object is not found.
    @ParameterizedTest
    @MethodSource("policies")
    void test_first_word(MisusePolicy policy) {
        run(policy, "TestSlub_1th_word_free", SlabFlags.POISON, (f, cache, errors) -> {
            putByte(f, freed(f, cache), 0x78);

            assertThat(errorsOf(f, cache, errors)).isEqualTo(2);
        });
    }

    /// If it fails, a write into a free object is not found.
    @ParameterizedTest
    @MethodSource("policies")
    void test_clobber_50th_byte(MisusePolicy policy) {
        run(policy, "TestSlub_50th_word_free", SlabFlags.POISON, (f, cache, errors) -> {
            putByte(f, freed(f, cache) + 50, 0x9a);

            assertThat(errorsOf(f, cache, errors)).isEqualTo(2);
        });
    }

    /// If it fails, a write behind a free object is not found.
    @ParameterizedTest
    @MethodSource("policies")
    void test_clobber_redzone_free(MisusePolicy policy) {
        run(policy, "TestSlub_RZ_free", SlabFlags.RED_ZONE, (f, cache, errors) -> {
            putByte(f, freed(f, cache) + 64, 0xab);

            assertThat(errorsOf(f, cache, errors)).isEqualTo(2);
        });
    }

    /// If it fails, a write behind what was asked for is not found where the object is larger
    /// (since Linux 6.12).
    @Test
    void test_kmalloc_redzone_access() {
        try (SlabFixture f = newer("slub_debug=ZU,kmalloc-32");
                SlabErrorCount errors = f.slab.countErrors()) {
            KmemCache cache = f.slab.kmalloc().cacheFor(18, GFP_KERNEL);
            long object = f.slab.kmalloc().kmalloc(f.cpu, 18, GFP_KERNEL);
            putByte(f, object + 18, 0xab);
            putByte(f, object + 19, 0xab);

            assertThat(errorsOf(f, cache, errors)).isEqualTo(2);
            assertThat(errorsOf(f, cache, errors)).isZero();

            f.slab.kmalloc().kfree(f.cpu, object);
            assertThat(errors.takeErrors()).isZero();
        }
    }

    /// If it fails, a cache dies before what `kfree_rcu` still has of it (since Linux 6.12).
    @Test
    void test_kfree_rcu() {
        try (SlabFixture f = newer(""); SlabErrorCount errors = f.slab.countErrors()) {
            KmemCache cache = f.slab.createCache(
                    KmemCacheArgs.of("TestSlub_kfree_rcu", SIZE).withFlags(SlabFlags.NO_MERGE));
            f.slab.kmalloc().kfreeRcu(f.cpu, cache.alloc(f.cpu, GFP_KERNEL));

            assertThat(cache.destroy()).isTrue();

            assertThat(errors.takeErrors()).isZero();
        }
    }

    /// If it fails, an object that nobody freed is not told when its cache dies (since Linux 6.12).
    @Test
    void test_leak_destroy() {
        SlabFixture f = newer("");
        SlabErrorCount errors = f.slab.countErrors();
        KmemCache cache = f.slab.createCache(
                KmemCacheArgs.of("TestSlub_leak_destroy", SIZE).withFlags(SlabFlags.NO_MERGE));
        long leaked = cache.alloc(f.cpu, GFP_KERNEL);

        assertThat(cache.destroy()).isFalse();

        assertThat(leaked).isNotZero();
        // The slab, then the object.
        assertThat(errors.takeErrors()).isEqualTo(2);
        // The slab is lost, so the fixture itself would not close.
        f.machine.close();
    }
}
