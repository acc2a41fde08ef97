package org.kmemlab.slab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kmemlab.machine.KernelProfile;
import org.kmemlab.slab.ClassicGeometry.FreelistPlace;

class ClassicGeometryTest {

    private static ClassicGeometry geometry(int size, String flags, boolean ctor, String boot) {
        return SlabGeometry.of(
                new SlabGeometry.Request(size, 0, SlabFlags.parse(flags), ctor),
                SlabSettings.of(KernelProfile.C61_SLAB.booted(boot), 1, 1)).classic();
    }

    /// Slabs would have other orders, objects or colours than the kernel's.
    @ParameterizedTest
    @CsvSource({"1, 16, 0, 240, 0, ON_SLAB", "32, 32, 0, 124, 0, ON_SLAB",
        "64, 64, 0, 64, 0, IN_OBJECT", "96, 96, 0, 42, 1, IN_OBJECT",
        "192, 192, 0, 21, 1, IN_OBJECT", "704, 704, 1, 11, 7, IN_OBJECT",
        "1408, 1408, 1, 5, 18, IN_OBJECT", "4096, 4096, 0, 1, 0, IN_OBJECT",
        "8192, 8192, 1, 1, 0, IN_OBJECT"})
    void of_plainSizes(int size, int slot, int order, int objects, int colours,
            FreelistPlace place) {
        ClassicGeometry g = geometry(size, "none", false, "");

        assertThat(g.size()).isEqualTo(slot);
        assertThat(g.order()).isEqualTo(order);
        assertThat(g.objects()).isEqualTo(objects);
        assertThat(g.colours()).isEqualTo(colours);
        assertThat(g.place()).isEqualTo(place);
    }

    /// The indices would lie in objects that must keep their content, or outside without need.
    @ParameterizedTest
    @CsvSource({"128, none, true, '', OFF_SLAB", "128, TYPESAFE_BY_RCU, false, '', OFF_SLAB",
        "128, none, false, init_on_free=1, OFF_SLAB", "128, NOLEAKTRACE, true, '', ON_SLAB",
        "704, none, true, '', ON_SLAB", "40, none, true, '', ON_SLAB"})
    void of_objectsThatKeepTheirContent(int size, String flags, boolean ctor, String boot,
            FreelistPlace place) {
        assertThat(geometry(size, flags, ctor, boot).place()).isEqualTo(place);
    }

    /// The boot parameter, or reclaimable caches, would get slabs as any other.
    @Test
    void of_orderLimits() {
        assertThat(geometry(704, "none", false, "slab_max_order=0").order()).isZero();
        assertThat(geometry(704, "RECLAIM_ACCOUNT", false, "").order()).isZero();
        assertThat(geometry(3000, "none", false, "slab_max_order=2").order()).isEqualTo(2);
        assertThat(geometry(1 << 22, "none", false, "").order()).isEqualTo(10);
    }

    /// Debug flags would change caches of a kernel without DEBUG_SLAB.
    @Test
    void of_debugFlags_areDropped() {
        ClassicGeometry g = geometry(200, "CONSISTENCY_CHECKS|RED_ZONE|POISON|STORE_USER", false,
                "");

        assertThat(g).isEqualTo(geometry(200, "none", false, ""));
    }

    /// A recording that contradicts itself would be taken over.
    @Test
    void constructor_moreObjectsThanFit_isRefused() {
        ClassicGeometry g = geometry(704, "none", false, "");

        assertThatThrownBy(() -> new ClassicGeometry(704, 704, 8, 0, 0, 11, 7, 64, g.flags(),
                g.allocFlags(), g.limits())).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("11 objects of 704 bytes do not fit a slab of order 0");
    }
}
