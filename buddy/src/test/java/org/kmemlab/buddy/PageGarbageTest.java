package org.kmemlab.buddy;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;

import com.sun.management.ThreadMXBean;
import org.junit.jupiter.api.Test;
import org.kmemlab.machine.MachineConfig;
import org.kmemlab.machine.MemoryKind;

class PageGarbageTest {

    private static final int PAIRS = 20_000;

    /// The fast path would make work for the garbage collector at every page.
    @Test
    void pairOfAllocAndFree_makesNoGarbage() {
        MachineConfig config = MachineConfig.ofMebibytes(64).withMemory(MemoryKind.METADATA_ONLY);
        try (BuddyFixture fixture = new BuddyFixture(config)) {
            ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
            pairs(fixture);

            long before = threads.getCurrentThreadAllocatedBytes();
            pairs(fixture);
            long bytes = threads.getCurrentThreadAllocatedBytes() - before;

            assertThat(bytes).as("bytes of %d pairs", PAIRS).isLessThan(PAIRS);
        }
    }

    private static void pairs(BuddyFixture fixture) {
        for (int i = 0; i < PAIRS; i++) {
            int pfn = fixture.alloc(GfpFlags.GFP_HIGHUSER_MOVABLE, 0);
            fixture.free(pfn, 0);
        }
    }
}
