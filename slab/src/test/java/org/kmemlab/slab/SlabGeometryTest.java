package org.kmemlab.slab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.kmemlab.machine.KernelProfile;

class SlabGeometryTest {

    private static final SlabSettings PLAIN = SlabSettings.of(KernelProfile.LINUX_6_1, 2, 2);

    private static SlubGeometry geometry(int size, int align, String flags, boolean ctor) {
        return SlubGeometry.of(
                new SlabGeometry.Request(size, align, SlabFlags.parse(flags), ctor), PLAIN);
    }

    static Stream<String> recordings() {
        return Resources.lines("sweep/index.tsv").stream().skip(1);
    }

    /// If it fails, some cache has another shape than on a real kernel: 23,352 caches were created
    /// there under 15 configurations.
    @ParameterizedTest
    @MethodSource("recordings")
    void of_everyRecordedRequest_equalsTheKernel(String recording) {
        String[] boot = recording.split("\t", -1);
        SlabSettings settings = SlabSettings.of(KernelProfile.of(boot[1]).booted(boot[4]),
                Integer.parseInt(boot[2]), Integer.parseInt(boot[3]));
        List<String> rows = Resources.lines(boot[0] + ".gz");

        assertThat(rows).hasSizeGreaterThan(900);
        assertThat(rows.stream().skip(1)).allSatisfy(row -> {
            List<String> columns = Arrays.asList(row.split("\t"));
            SlubGeometry found = SlubGeometry.of(request(columns), settings);
            assertThat(columns(found)).as(row).isEqualTo(columns.subList(4, columns.size() - 1));
        });
    }

    /// If it fails, slabs of a newer kernel have the size that they have on an older one, or
    /// small objects differ though both kernels agree about them.
    @Test
    void of_newerKernel_differsForSomeLargeObjectsOnly() {
        SlabSettings newer = SlabSettings.of(KernelProfile.LINUX_6_18, 2, 2);
        List<Integer> differing = IntStream.range(1, 5000).map(i -> 8 * i)
                .filter(size -> SlabOrder.of(size, PLAIN) != SlabOrder.of(size, newer)).boxed()
                .toList();

        assertThat(differing).hasSize(170);
        assertThat(differing.getFirst()).isEqualTo(10_928);
        assertThat(SlabOrder.of(10_928, PLAIN)).isEqualTo(2);
        assertThat(SlabOrder.of(10_928, newer)).isEqualTo(3);
        assertThat(SlabOrder.of(40_000, newer)).isEqualTo(4);
    }

    private static SlabGeometry.Request request(List<String> columns) {
        return new SlabGeometry.Request(Integer.parseInt(columns.get(0)),
                Integer.parseInt(columns.get(1)), SlabFlags.parse(columns.get(2)),
                columns.get(3).equals("1"));
    }

    private static List<String> columns(SlubGeometry g) {
        return Stream.of(g.objectSize(), g.size(), g.inuse(), g.offset(), g.align(),
                g.redLeftPad(), g.order(), g.objects(), g.minOrder(), g.minObjects(),
                g.minPartial(), g.cpuPartial(), g.cpuPartialSlabs(),
                "0x" + Integer.toHexString(g.flags().bits()),
                "0x" + Integer.toHexString(g.allocFlags().bits())).map(String::valueOf).toList();
    }

    /// If it fails, a slot is laid out differently from the published examples.
    @ParameterizedTest
    @CsvSource({"1, 0, none, false, 8 8 0 0 8", "24, 0, none, false, 8 24 8 0 24",
        "33, 0, SLAB_HWCACHE_ALIGN, false, 64 40 16 0 64",
        "16, 0, SLAB_HWCACHE_ALIGN, false, 16 16 8 0 16",
        "64, 0, SLAB_RED_ZONE, false, 8 72 32 8 88", "64, 0, SLAB_POISON, false, 8 64 64 0 72",
        "64, 0, SLAB_STORE_USER, false, 8 64 32 0 128", "4, 0, SLAB_RED_ZONE, false, 8 8 8 8 32",
        "64, 0, 0x10d00, false, 8 72 72 8 160", "64, 0, none, true, 8 64 64 0 72",
        "192, 0, 0x82000, false, 64 192 192 0 256",
        "64, 64, 0x11d00, false, 64 72 72 64 256",
        "256, 256, 0x11d00, false, 256 264 264 256 768",
        "4096, 4096, 0x11d00, false, 4096 4104 4104 4096 12288"})
    void of_workedExamples_haveThePublishedLayout(int size, int align, String flags, boolean ctor,
            String expected) {
        SlubGeometry found = geometry(size, align, flags, ctor);

        assertThat(found.align() + " " + found.inuse() + " " + found.offset() + " "
                + found.redLeftPad() + " " + found.size()).isEqualTo(expected);
    }

    /// If it fails, a constructor no longer costs the room of the free pointer it moves.
    @Test
    void of_withConstructor_holdsFewerObjects() {
        assertThat(geometry(64, 0, "none", false).objects()).isEqualTo(64);
        assertThat(geometry(64, 0, "none", true).objects()).isEqualTo(56);
    }

    /// If it fails, the letter O of slub_debug no longer saves pages.
    @Test
    void of_sparingOrders_dropsDebugDataThatNeedsALargerOrder() {
        SlabSettings settings = SlabSettings
                .of(KernelProfile.LINUX_6_1.booted("slub_debug=FZPUO"), 2, 2);

        SlubGeometry large = SlubGeometry
                .of(new SlabGeometry.Request(4096, 0, SlabFlags.NONE, false), settings);
        SlubGeometry small = SlubGeometry
                .of(new SlabGeometry.Request(64, 0, SlabFlags.NONE, false), settings);

        assertThat(large.size()).isEqualTo(4096);
        assertThat(large.flags().has(SlabFlags.DEBUG_METADATA)).isFalse();
        assertThat(small.size()).isEqualTo(160);
    }

    /// If it fails, nonsense is computed with instead of being refused by value and limit.
    @Test
    void of_sizesOutOfRange_areRefused() {
        assertThatThrownBy(() -> geometry(0, 0, "none", false))
                .hasMessage("object size 0: expected 1 to 4194304 bytes");
        assertThatThrownBy(() -> geometry(4194305, 0, "none", false))
                .hasMessageContaining("expected 1 to 4194304");
        assertThatThrownBy(() -> geometry(64, -1, "none", false)).hasMessageContaining("align -1");
        assertThatThrownBy(() -> geometry(4194304, 0, "SLAB_POISON", false)).hasMessageContaining(
                "a slot of 4194312 bytes exceeds the largest slab of 4194304 bytes");
    }
}
