package org.kmemlab.slab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.kmemlab.buddy.GfpFlags.GFP_KERNEL;
import static org.kmemlab.slab.ClassicFixture.alloc;
import static org.kmemlab.slab.ClassicFixture.cache;
import static org.kmemlab.slab.ClassicFixture.free;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kmemlab.machine.ConfigOption;
import org.kmemlab.machine.KernelProfile;
import org.kmemlab.slab.SlabBug.Zone;

/// What a kernel with DEBUG_SLAB notices.
class ClassicDebugTest {

    /// A slot would have no room for its guards, or lose the alignment that was asked for.
    @Test
    void geometry_guards_growTheSlotUnlessAligned() {
        try (SlabFixture f = ClassicFixture.debugged();
                KmemCache plain = cache(f, 60);
                KmemCache aligned = f.slab.createCache(
                        KmemCacheArgs.of("hw", 60).withFlags(SlabFlags.HWCACHE_ALIGN))) {
            assertThat(plain.geometry().size()).isEqualTo(64 + 3 * 8);
            assertThat(plain.geometry().redLeftPad()).isEqualTo(8);
            assertThat(plain.geometry().flags().and(SlabFlags.DEBUG)).isEqualTo(
                    SlabFlags.RED_ZONE.with(SlabFlags.POISON).with(SlabFlags.STORE_USER));
            assertThat(aligned.geometry().size()).isEqualTo(64);
            assertThat(aligned.geometry().flags().has(SlabFlags.RED_ZONE)).isFalse();
            assertThat(plain.arrayLimits().limit()).isEqualTo(32);
        }
    }

    /// An overrun would pass unseen.
    @ParameterizedTest
    @CsvSource({"-1, LEFT_REDZONE", "64, RIGHT_REDZONE"})
    void free_surroundingsOverwritten_isReported(int offset, Zone zone) {
        List<SlabBug> found = new ArrayList<>();
        try (SlabFixture f = ClassicFixture.debugged(); KmemCache cache = cache(f, 64)) {
            f.slab.onBug(found::add);
            long object = cache.alloc(f.cpu, GFP_KERNEL);
            f.machine.memory().putByte(object + offset, (byte) 0x12);

            cache.free(f.cpu, object);

            assertThat(found).singleElement().isInstanceOfSatisfying(SlabBug.Overwritten.class,
                    bug -> {
                        assertThat(bug.zone()).isEqualTo(zone);
                        assertThat(bug.found()).isEqualTo(0x12);
                        assertThat(bug.first()).isEqualTo(object + offset);
                    });
            assertThat(f.log()).contains("slab error in verify_redzone_free(): cache `foo': memory"
                    + " outside object was overwritten");
            assertThat(f.log()).contains(": redzone 1:0x").contains(", redzone 2:0x");
        }
    }

    /// A use after free would pass unseen.
    @Test
    void alloc_freeObjectOverwritten_isReported() {
        List<SlabBug> found = new ArrayList<>();
        try (SlabFixture f = ClassicFixture.debugged(); KmemCache cache = cache(f, 64)) {
            f.slab.onBug(found::add);
            long object = cache.alloc(f.cpu, GFP_KERNEL);
            cache.free(f.cpu, object);
            f.machine.memory().putByte(object + 20, (byte) 0);

            assertThat(cache.alloc(f.cpu, GFP_KERNEL)).isEqualTo(object);

            assertThat(found).singleElement().isInstanceOfSatisfying(SlabBug.Overwritten.class,
                    bug -> assertThat(bug.first()).isEqualTo(object + 20));
            assertThat(f.log()).contains("Slab corruption (Not tainted): foo start=")
                    .contains("Last user: (").contains("010: ");
            cache.free(f.cpu, object);
        }
    }

    /// A double free would go through on a machine that does what the kernel does.
    @Test
    void free_twiceAsKernel_isReported() {
        List<SlabBug> found = new ArrayList<>();
        try (SlabFixture f = SlabFixture.asKernel(KernelProfile.C61_SLAB.booted("slab_nomerge")
                .with(ConfigOption.DEBUG_SLAB))) {
            KmemCache cache = cache(f, 64);
            f.slab.onBug(found::add);
            long object = cache.alloc(f.cpu, GFP_KERNEL);
            cache.free(f.cpu, object);
            cache.free(f.cpu, object);

            assertThat(found).singleElement().isInstanceOf(SlabBug.DoubleFree.class);
            assertThat(f.log()).contains("double free detected");
            // The object is in the array twice now; one of the two goes out for good.
            assertThat(cache.alloc(f.cpu, GFP_KERNEL)).isEqualTo(object);
        }
    }

    /// Objects would be handed out with the poison of a free one, or without their constructor.
    @Test
    void alloc_objectInUse_hasItsOwnPattern() {
        int[] calls = new int[1];
        try (SlabFixture f = ClassicFixture.debugged();
                KmemCache plain = cache(f, 64);
                KmemCache built = f.slab.createCache(KmemCacheArgs.of("ctor", 64)
                        .withCtor((memory, at) -> calls[0]++))) {
            long object = plain.alloc(f.cpu, GFP_KERNEL);
            assertThat(f.get(object)).isEqualTo(0x5a5a5a5a5a5a5a5aL);
            assertThat(f.get(object + 56)).isEqualTo(0xa55a5a5a5a5a5a5aL);
            assertThat(f.get(object - 8)).isEqualTo(ClassicDebug.RED_ACTIVE);
            List<Long> objects = alloc(built, f.cpu, 3);

            assertThat(calls[0]).isEqualTo(3);

            plain.free(f.cpu, object);
            free(built, f.cpu, objects);
        }
    }

    /// The indices in a free object would be taken for damage.
    @Test
    void alloc_wholeSlabs_reportsNothing() {
        List<SlabBug> found = new ArrayList<>();
        try (SlabFixture f = ClassicFixture.debugged(); KmemCache cache = cache(f, 100)) {
            f.slab.onBug(found::add);
            for (int round = 0; round < 3; round++) {
                free(cache, f.cpu, alloc(cache, f.cpu, 200));
            }
            cache.shrink(f.cpu);

            assertThat(cache.geometry().classic().place())
                    .isEqualTo(ClassicGeometry.FreelistPlace.IN_OBJECT);
            assertThat(found).isEmpty();
        }
    }

    /// A damaged object of a slab that dies would not be mentioned.
    @Test
    void shrink_freeObjectOverwritten_isReported() {
        List<SlabBug> found = new ArrayList<>();
        try (SlabFixture f = ClassicFixture.debugged(); KmemCache cache = cache(f, 64)) {
            f.slab.onBug(found::add);
            long object = cache.alloc(f.cpu, GFP_KERNEL);
            ObjectPlace place = Objects.requireNonNull(f.slab.placeOf(object));
            cache.free(f.cpu, object);
            f.machine.memory().putByte(place.first() + 3, (byte) 0);

            cache.shrink(f.cpu);

            assertThat(found).singleElement().isInstanceOf(SlabBug.Overwritten.class);
        }
    }
}
