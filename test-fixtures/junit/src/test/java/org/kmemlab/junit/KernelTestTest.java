package org.kmemlab.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Event;
import org.kmemlab.api.Kernel;
import org.kmemlab.api.KernelFlags;

class KernelTestTest {

    static final class Tidy {
        @KernelTest(memoryMib = 16, cpus = 2, boot = "slab_nomerge")
        void tidy(Kernel kernel) {
            assertThat(kernel.machine().cpus()).hasSize(2);
            kernel.kfree(kernel.on(1).kmalloc(100, KernelFlags.GFP_KERNEL));
        }
    }

    static final class Leaky {
        @KernelTest(seed = 77)
        void leaky(Kernel kernel) {
            assertThat(kernel.kmalloc(100, KernelFlags.GFP_KERNEL)).isNotZero();
        }
    }

    private static List<Event> failures(Class<?> test) {
        return EngineTestKit.engine("junit-jupiter").selectors(selectClass(test)).execute()
                .testEvents().failed().list();
    }

    /// Good tests would fail.
    @Test
    void kernelTest_nothingLeft_succeeds() {
        assertThat(failures(Tidy.class)).isEmpty();
    }

    /// Leaks would go unnoticed, or nobody could find them.
    @Test
    void kernelTest_objectLeft_failsAndNamesIt() {
        List<Event> failed = failures(Leaky.class);

        assertThat(failed).hasSize(1);
        assertThat(failed.getFirst().toString()).contains("kmalloc-128", "seed=77");
    }
}
