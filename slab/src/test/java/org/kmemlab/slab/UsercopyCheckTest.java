package org.kmemlab.slab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.kmemlab.buddy.GfpFlags.GFP_KERNEL;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UsercopyCheckTest {

    /// If it fails, user space sees bytes of an object that nobody offered, or is refused bytes
    /// that were offered.
    @ParameterizedTest
    @CsvSource({"16, 32, true", "16, 1, true", "47, 1, true", "48, 1, false", "16, 33, false",
        "15, 2, false", "0, 64, false", "20, 29, false", "20, 28, true", "20, 0, true",
        "-1, 1, false", "64, 1, false"})
    void checkUsercopy_region_decides(int offset, int bytes, boolean allowed) {
        for (String boot : new String[] {"", "slub_debug=FZPU"}) {
            try (SlabFixture f = SlabFixture.booted(boot);
                    KmemCache cache = f.slab.createCache(
                            KmemCacheArgs.of("foo", 64).withUsercopy(16, 32))) {
                long first = cache.alloc(f.cpu, GFP_KERNEL);
                long object = cache.alloc(f.cpu, GFP_KERNEL);

                if (allowed) {
                    assertThatCode(() -> f.slab.checkUsercopy(object + offset, bytes, true))
                            .doesNotThrowAnyException();
                } else {
                    assertThatThrownBy(() -> f.slab.checkUsercopy(object + offset, bytes, true))
                            .isInstanceOf(SlabBugException.class);
                }

                cache.free(f.cpu, first);
                cache.free(f.cpu, object);
            }
        }
    }

    /// If it fails, the kernel's last words are not its own.
    @Test
    void checkUsercopy_refused_isToldAsTheKernelDoes() {
        try (SlabFixture f = SlabFixture.booted("slub_debug=Z");
                KmemCache cache = f.slab.createCache(KmemCacheArgs.of("foo", 64))) {
            long object = cache.alloc(f.cpu, GFP_KERNEL);
            long memory = f.slab.kmalloc().kmalloc(f.cpu, 64, GFP_KERNEL);

            assertThatCode(() -> f.slab.checkUsercopy(memory, 64, true)).doesNotThrowAnyException();
            assertThatThrownBy(() -> f.slab.checkUsercopy(object + 8, 4, false))
                    .hasMessageContaining("4 bytes from");
            assertThatThrownBy(() -> f.slab.checkUsercopy(object - 2, 4, true))
                    .isInstanceOf(SlabBugException.class);

            assertThat(f.log()).endsWith("usercopy: Kernel memory overwrite attempt detected to"
                    + " SLUB object 'foo' (offset 8, size 4)!\n"
                    + "usercopy: Kernel memory exposure attempt detected from SLUB object in left"
                    + " red zone 'foo' (offset 6, size 4)!");
            cache.free(f.cpu, object);
            f.slab.kmalloc().kfree(f.cpu, memory);
        }
    }
}
