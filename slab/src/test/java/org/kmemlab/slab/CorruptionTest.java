package org.kmemlab.slab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.kmemlab.buddy.GfpFlags.GFP_KERNEL;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.kmemlab.machine.KernelProfile;
import org.kmemlab.machine.PhysicalMemory;
import org.kmemlab.slab.SlabBug.Zone;

/// Every byte that nobody may write to, in every layout of every size class, is overwritten with
/// wrong values.
class CorruptionTest {

    private static final List<Integer> SIZES = List.of(4, 8, 13, 16, 32, 64, 96, 128, 192, 256, 512,
            1024, 1500, 2048, 4096, 8192);
    private static final List<String> LAYOUTS = List.of("Z", "P", "U", "ZP", "FZPU", "FP", "ZU",
            "PU");

    /// What is done to a byte; all of it in zones of up to so many bytes, else one after the other.
    private static final int[] FLIPS = {1, 0x80, 0xff};
    private static final int LARGE_ZONE = 128;

    /// What is found, and where the bytes of one object lie.
    private static final class Victim implements AutoCloseable {

        final SlabFixture f = SlabFixture.booted("slab_nomerge");
        final KmemCache cache;
        final SlubGeometry geometry;
        final List<SlabBug> found = new ArrayList<>();
        final PhysicalMemory memory = f.machine.memory();
        /// Printing hundreds of thousands of reports would take most of the time.
        final SlabErrorCount errors;
        long allocated;
        /// The last object of the free list: what happens to its link loses nothing.
        long free;

        Victim(int size, String letters, boolean ctor) {
            SlabFlags flags = SlabFlags.NONE;
            for (int i = 0; i < letters.length(); i++) {
                flags = flags.with(SlabFlags.ofDebugLetter(letters.charAt(i)).orElseThrow());
            }
            KmemCacheArgs args = KmemCacheArgs.of("victim", size).withFlags(flags);
            cache = f.slab.createCache(ctor ? args.withCtor((bytes, address) -> {}) : args);
            geometry = cache.geometry().slub();
            f.slab.onBug(found::add);
            errors = f.slab.countErrors();
            allocated = cache.alloc(f.cpu, GFP_KERNEL);
            free = cache.alloc(f.cpu, GFP_KERNEL);
            long[] others = fillSlab();
            cache.free(f.cpu, free);
            for (long other : others) {
                cache.free(f.cpu, other);
            }
            assertThat(found).isEmpty();
        }

        /// Takes all other objects of the slab, so that the last object of its list is known.
        private long[] fillSlab() {
            long[] others = new long[cache.geometry().objects() - 2];
            for (int i = 0; i < others.length; i++) {
                others[i] = cache.alloc(f.cpu, GFP_KERNEL);
            }
            return others;
        }

        boolean has(SlabFlags flag) {
            return geometry.flags().has(flag);
        }

        List<SlabBug> findings() {
            found.clear();
            cache.validateSlabs(f.cpu);
            return List.copyOf(found);
        }

        /// Overwrites one byte after the other of a zone and expects each to be found and restored.
        void overwriteEach(Zone zone, long object, long from, int bytes, int expected) {
            for (long at = from; at < from + bytes; at++) {
                int flips = bytes > LARGE_ZONE ? 1 : FLIPS.length;
                for (int i = 0; i < flips; i++) {
                    int wrong = expected ^ FLIPS[Math.floorMod(at + i, FLIPS.length)];
                    memory.putByte(at, (byte) wrong);
                    List<SlabBug> expectedBugs = List.of(new SlabBug.Overwritten("victim", zone,
                            object, at, at, wrong, expected));

                    List<SlabBug> bugs = findings();

                    if (!bugs.equals(expectedBugs) || (memory.getByte(at) & 0xff) != expected) {
                        assertThat(bugs).isEqualTo(expectedBugs);
                        assertThat(memory.getByte(at) & 0xff).isEqualTo(expected);
                    }
                }
            }
            assertThat(findings()).isEmpty();
        }

        void overwriteLink(long object, boolean isFree) {
            long link = object + geometry.offset();
            long original = f.get(link);
            for (int i = 0; i < Long.BYTES; i++) {
                for (int flip : FLIPS) {
                    long wrong = original ^ ((long) flip << (8 * i));
                    f.put(link, wrong);

                    assertThat(findings()).as("link %x", wrong).isEqualTo(expected(object, wrong));
                    f.put(link, original);
                }
            }
            assertThat(isFree || f.get(link) == original).isTrue();
        }

        private List<SlabBug> expected(long object, long link) {
            long start = memory.addressOf(memory.pfnOf(allocated)) + geometry.redLeftPad();
            long offset = link - start;
            boolean good = offset >= 0 && offset % geometry.size() == 0
                    && offset / geometry.size() < geometry.objects();
            return good || link == 0 ? List.of()
                    : List.of(new SlabBug.CorruptFreePointer("victim", object, link));
        }

        @Override
        public void close() {
            errors.close();
            cache.free(f.cpu, allocated);
            cache.close();
            f.close();
        }
    }

    static Stream<Arguments> layouts() {
        return SIZES.stream().flatMap(size -> LAYOUTS.stream()
                .flatMap(letters -> Stream.of(false, true)
                        .map(ctor -> Arguments.of(size, letters, ctor))));
    }

    /// If it fails, some byte can be overwritten unseen, is taken for another, or is not repaired.
    @ParameterizedTest(name = "{0} bytes {1} ctor={2}")
    @MethodSource("layouts")
    void validateSlabs_anyGuardByteOverwritten_isFoundAndRepaired(int size, String letters,
            boolean ctor) {
        try (Victim victim = new Victim(size, letters, ctor)) {
            SlubGeometry geometry = victim.geometry;
            for (boolean free : new boolean[] {false, true}) {
                long object = free ? victim.free : victim.allocated;
                int gap = geometry.inuse() - size;
                int red = free ? 0xbb : 0xcc;
                if (victim.has(SlabFlags.RED_ZONE)) {
                    victim.overwriteEach(Zone.LEFT_REDZONE, object, object - geometry.redLeftPad(),
                            geometry.redLeftPad(), red);
                    victim.overwriteEach(Zone.RIGHT_REDZONE, object, object + size, gap, red);
                } else if (victim.has(SlabFlags.POISON)) {
                    victim.overwriteEach(Zone.ALIGNMENT_PADDING, object, object + size, gap, 0x5a);
                }
                if (victim.has(SlabFlags.OBJECT_POISON) && free) {
                    victim.overwriteEach(Zone.POISON, object, object, size - 1, 0x6b);
                    victim.overwriteEach(Zone.END_POISON, object, object + size - 1, 1, 0xa5);
                }
                if (victim.has(SlabFlags.POISON)) {
                    overwritePadding(victim, object);
                }
                if (free || geometry.offset() >= geometry.inuse()) {
                    victim.overwriteLink(object, free);
                }
            }
            if (victim.has(SlabFlags.POISON)) {
                overwriteSlabPadding(victim);
            }
        }
    }

    private static void overwritePadding(Victim victim, long object) {
        SlubGeometry geometry = victim.geometry;
        int info = geometry.inuse() + Long.BYTES + (victim.has(SlabFlags.STORE_USER) ? 64 : 0);
        int padding = geometry.size() - geometry.redLeftPad() - info;
        victim.overwriteEach(Zone.OBJECT_PADDING, object, object + info, padding, 0x5a);
    }

    private static void overwriteSlabPadding(Victim victim) {
        SlubGeometry geometry = victim.geometry;
        int slab = 4096 << geometry.order();
        int remainder = slab % geometry.size();
        long end = victim.memory.addressOf(victim.memory.pfnOf(victim.allocated)) + slab;
        victim.overwriteEach(Zone.SLAB_PADDING, 0, end - remainder, remainder, 0x5a);
    }

    /// If it fails, a write behind what `kmalloc` was asked for is not found where newer kernels look
    /// for it, or is taken for one where nothing was written.
    @ParameterizedTest
    @CsvSource({"ZU, 8", "ZU, 16", "ZU, 32", "ZU, 64", "ZU, 96", "ZU, 128", "ZU, 192", "ZU, 256",
        "ZU, 512", "ZU, 1024", "ZU, 2048", "ZU, 4096", "ZU, 8192", "FZPU, 8", "FZPU, 96",
        "FZPU, 8192"})
    void validateSlabs_anyByteBehindTheRequestOverwritten_isFoundAndRepaired(String letters,
            int size) {
        KernelProfile profile = KernelProfile.LINUX_6_18.booted("slub_debug=" + letters);
        try (SlabFixture f = SlabFixture.of(SlabFixture.config(profile));
                SlabErrorCount errors = f.slab.countErrors()) {
            Kmalloc kmalloc = f.slab.kmalloc();
            int request = size;
            while (request > 1 && f.slab.kmalloc().roundUp(request - 1) == size) {
                request--;
            }
            KmemCache cache = kmalloc.cacheFor(request, GFP_KERNEL);
            long object = kmalloc.kzalloc(f.cpu, request, GFP_KERNEL);
            List<SlabBug> found = new ArrayList<>();
            f.slab.onBug(found::add);
            f.machine.memory().fill(object, request, (byte) 0x33);
            for (int at = request; at < size; at++) {
                int wrong = 0xcc ^ FLIPS[at % FLIPS.length];
                f.machine.memory().putByte(object + at, (byte) wrong);

                cache.validateSlabs(f.cpu);

                assertThat(found).containsExactly(new SlabBug.Overwritten(cache.name(),
                        Zone.KMALLOC_REDZONE, object, object + at, object + at, wrong, 0xcc));
                found.clear();
                cache.validateSlabs(f.cpu);
                assertThat(found).isEmpty();
            }
            assertThat(kmalloc.krealloc(f.cpu, object, size, GFP_KERNEL)).isEqualTo(object);
            f.machine.memory().fill(object, size, (byte) 0x44);
            cache.validateSlabs(f.cpu);
            kmalloc.kfreeSensitive(f.cpu, object);
            cache.validateSlabs(f.cpu);
            assertThat(found).isEmpty();
            assertThat(errors.takeErrors()).isEqualTo(2 * (size - request));
        }
    }

    /// If it fails, a damaged object is handed out, or its damage is not told.
    @ParameterizedTest
    @CsvSource({"-1, LEFT_REDZONE", "64, RIGHT_REDZONE", "0, POISON", "62, POISON",
        "63, END_POISON", "-8, LEFT_REDZONE", "71, RIGHT_REDZONE"})
    void alloc_damagedFreeObject_comesFromAnotherSlab(int offset, Zone zone) {
        SlabFixture f = SlabFixture.booted("slab_nomerge slub_debug=FZP");
        KmemCache cache = f.slab.createCache(KmemCacheArgs.of("foo", 64));
        List<SlabBug> found = new ArrayList<>();
        f.slab.onBug(found::add);
        long damaged = cache.alloc(f.cpu, GFP_KERNEL);
        cache.free(f.cpu, damaged);
        f.machine.memory().putByte(damaged + offset, (byte) 1);

        long object = cache.alloc(f.cpu, GFP_KERNEL);

        assertThat(object >> 12).isNotEqualTo(damaged >> 12);
        assertThat(found).singleElement()
                .isInstanceOfSatisfying(SlabBug.Overwritten.class, bug -> {
                    assertThat(bug.zone()).isEqualTo(zone);
                    assertThat(bug.object()).isEqualTo(damaged);
                });
        assertThat(f.log()).contains("FIX foo: Marking all objects used");
        cache.free(f.cpu, object);
        assertThat(cache.destroy()).isFalse();
        assertThat(f.log()).doesNotContain("Objects remaining");
        // The damaged slab is lost, so the fixture itself would not close.
        f.machine.close();
    }

    /// If it fails, a damaged object goes back to its slab, and from there to the next user.
    @Test
    void free_damagedObject_staysInUseUntilItIsWhole() {
        try (SlabFixture f = SlabFixture.booted("slab_nomerge slub_debug=FZPU");
                KmemCache cache = f.slab.createCache(KmemCacheArgs.of("foo", 64))) {
            List<SlabBug> found = new ArrayList<>();
            f.slab.onBug(found::add);
            long object = cache.alloc(f.cpu, GFP_KERNEL);
            f.machine.memory().putByte(object + 66, (byte) 0xab);

            cache.free(f.cpu, object);

            assertThat(found).containsExactly(new SlabBug.Overwritten("foo", Zone.RIGHT_REDZONE,
                    object, object + 66, object + 66, 0xab, 0xcc));
            assertThat(cache.snapshot().allocatedObjects()).isEqualTo(1);
            assertThat(cache.alloc(f.cpu, GFP_KERNEL)).isNotEqualTo(object);
            cache.free(f.cpu, object);
            cache.free(f.cpu, object + cache.geometry().size());
            assertThat(found).hasSize(1);
        }
    }

    /// If it fails, a checked cache cries wolf.
    @ParameterizedTest
    @CsvSource({"FZP, 1200000", "FZPU, 40000", "Z, 800000", "P, 800000", "F, 800000"})
    void allocAndFree_cleanOperations_findNothing(String letters, int operations) {
        SplittableRandom random = new SplittableRandom(20261120);
        try (SlabFixture f = SlabFixture.booted("slab_nomerge slub_debug=" + letters)) {
            List<SlabBug> found = new ArrayList<>();
            f.slab.onBug(found::add);
            List<KmemCache> caches = Stream.of(8, 24, 64, 200, 1024)
                    .map(size -> f.slab.createCache(KmemCacheArgs.of("foo-" + size, size)))
                    .toList();
            long[][] live = new long[caches.size()][40];
            for (int i = 0; i < operations; i++) {
                int which = random.nextInt(caches.size());
                KmemCache cache = caches.get(which);
                int slot = random.nextInt(live[which].length);
                if (live[which][slot] == 0) {
                    live[which][slot] = cache.alloc(f.cpu, GFP_KERNEL);
                    f.machine.memory().fill(live[which][slot], cache.geometry().objectSize(),
                            (byte) i);
                } else {
                    cache.free(f.cpu, live[which][slot]);
                    live[which][slot] = 0;
                }
            }
            caches.forEach(cache -> cache.validateSlabs(f.cpu));
            assertThat(found).isEmpty();
            for (int which = 0; which < live.length; which++) {
                for (long object : live[which]) {
                    if (object != 0) {
                        caches.get(which).free(f.cpu, object);
                    }
                }
                caches.get(which).close();
            }
            assertThat(found).isEmpty();
        }
    }
}
