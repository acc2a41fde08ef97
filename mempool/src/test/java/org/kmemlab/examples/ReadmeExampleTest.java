package org.kmemlab.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.kmemlab.api.KernelFlags.GFP_ATOMIC;
import static org.kmemlab.api.KernelFlags.SLAB_HWCACHE_ALIGN;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.kmemlab.api.Kernel;
import org.kmemlab.machine.MachineConfig;
import org.kmemlab.mempool.Mempool;
import org.kmemlab.slab.KmemCache;

/// The example of the README, as it stands there.
class ReadmeExampleTest {

    /// The first thing that newcomers copy would not run.
    @Test
    void example_runs() {
        try (Kernel kernel = Kernel.boot(MachineConfig.ofMebibytes(64))) {
            KmemCache cache = kernel.kmem_cache_create("request", 96, 0, SLAB_HWCACHE_ALIGN, null);
            Mempool pool = kernel.mempool_create_slab_pool(4, cache);
            long object = kernel.mempool_alloc(pool, GFP_ATOMIC); // an address; 0 is NULL
            kernel.machine().memory().putLong(object, 42);
            kernel.mempool_free(object, pool);
            kernel.mempool_destroy(pool);
            kernel.kmem_cache_destroy(cache);
            assertThat(kernel.leaks()).isEmpty();
        }
    }

    /// The README and this test would drift apart.
    @Test
    void example_isTheOneInTheReadme() throws IOException {
        List<String> readme = Files.readString(Path.of("../README.md")).lines().map(String::strip)
                .toList();
        List<String> here = Files.readString(
                Path.of("src/test/java/org/kmemlab/examples/ReadmeExampleTest.java")).lines()
                .map(String::strip).toList();
        int start =
                here.indexOf("try (Kernel kernel = Kernel.boot(MachineConfig.ofMebibytes(64))) {");

        assertThat(readme).containsSequence(here.subList(start, start + 8));
    }
}
