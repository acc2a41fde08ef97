package org.kmemlab.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.kmemlab.api.KernelFlags.GFP_ATOMIC;
import static org.kmemlab.api.KernelFlags.GFP_KERNEL;
import static org.kmemlab.api.KernelFlags.__GFP_NOFAIL;

import java.util.Objects;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kmemlab.fault.FaultAttr;
import org.kmemlab.fault.FaultPoints;
import org.kmemlab.machine.MachineConfig;
import org.kmemlab.slab.KmemCache;

class BuiltInFunctionsTest {

    private static final String SLAB = "should_failslab";
    private static final String PAGE = "should_fail_alloc_page";

    private final Kernel kernel = Kernel.boot(MachineConfig.ofMebibytes(4));
    private final FaultPoints functions = kernel.failFunction();

    private void arm() {
        functions.attr().setProbability(100);
        functions.attr().setTimes(FaultAttr.UNLIMITED);
        functions.attr().setVerbose(0);
    }

    @AfterEach
    void close() {
        kernel.pages().validate();
        kernel.slab().validate();
        kernel.close();
    }

    /// Some way to an object would pass the function by, or a flag would spare it, which the kernel's
    /// does not once a probe returns in its place.
    @Test
    void shouldFailslab_injected_failsEveryObject() {
        KmemCache cache = Objects.requireNonNull(kernel.kmem_cache_create("c", 64, 0, 0, null));
        functions.inject(SLAB, -12);
        arm();

        assertThat(kernel.kmem_cache_alloc(cache, GFP_KERNEL)).isZero();
        assertThat(kernel.kmem_cache_alloc(cache, GFP_KERNEL | __GFP_NOFAIL)).isZero();
        assertThat(kernel.kmem_cache_alloc_bulk(cache, GFP_ATOMIC, 3, new long[3])).isZero();
        assertThat(kernel.kmalloc(100, GFP_ATOMIC)).isZero();
        KmemCache later = Objects.requireNonNull(
                kernel.kmem_cache_create("later", 1000, 0, 0, null));
        assertThat(kernel.kmem_cache_alloc(later, GFP_KERNEL)).isZero();
        assertThat(kernel.alloc_page(GFP_KERNEL)).isNotEqualTo(Kernel.NO_PAGE);
    }

    /// Single pages from the CPU's own stock would pass the function by, or other orders.
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 4})
    void shouldFailAllocPage_injected_failsEveryPage(int order) {
        int before = kernel.alloc_pages(GFP_KERNEL, order);
        functions.inject(PAGE);
        arm();

        int injected = kernel.alloc_pages(GFP_KERNEL | __GFP_NOFAIL, order);
        int filled = kernel.alloc_pages_bulk_array(GFP_KERNEL, new int[] {-1, -1});
        functions.remove(PAGE);
        int after = kernel.alloc_pages(GFP_KERNEL, order);

        assertThat(before).isNotEqualTo(Kernel.NO_PAGE);
        assertThat(injected).isEqualTo(Kernel.NO_PAGE);
        assertThat(filled).isZero();
        assertThat(after).isNotEqualTo(Kernel.NO_PAGE);
    }

    /// The common attributes would not hold for functions: here every third call fails.
    @Test
    void attributes_interval_holdForBuiltInFunctions() {
        functions.inject(SLAB);
        arm();
        functions.attr().setInterval(3);
        StringBuilder outcome = new StringBuilder();

        for (int i = 0; i < 6; i++) {
            outcome.append(kernel.kmalloc(64, GFP_KERNEL) == 0 ? '0' : '+');
        }

        assertThat(outcome).hasToString("++0++0");
    }

    /// Attributes alone would fail what nobody injected into, or a removed function would go on.
    @Test
    void notInjected_armed_failsNothing() {
        arm();
        assertThat(kernel.kmalloc(64, GFP_ATOMIC)).isNotZero();
        functions.inject(SLAB);
        functions.remove(SLAB);

        assertThat(kernel.kmalloc(64, GFP_ATOMIC)).isNotZero();
        assertThat(kernel.alloc_pages(GFP_ATOMIC, 1)).isNotEqualTo(Kernel.NO_PAGE);
    }

    /// A value that the function never returns would be taken, or a wrong name.
    @Test
    void inject_wrongValueOrName_isRefused() {
        assertThatThrownBy(() -> functions.inject(SLAB, 1))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining(SLAB);
        assertThatThrownBy(() -> functions.inject(PAGE, -12))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining(PAGE);
        assertThatThrownBy(() -> functions.inject("nope"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("[" + PAGE + ", " + SLAB + "]");
    }
}
