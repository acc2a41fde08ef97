package org.kmemlab.lab.trace;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;

import com.sun.management.ThreadMXBean;
import org.junit.jupiter.api.Test;

/// Guards the promise that reading events makes no garbage. If it failed, long traces would be slow.
class TraceGarbageTest {

    private static final int EVENTS = 20_000;

    /// Broken: every line would cost an object.
    @Test
    void next_knownNames_allocatesNothing() throws IOException {
        String lines = TraceText.tracefs("kmalloc", TraceText.KMALLOC)
                + TraceText.tracefs("kmem_cache_free", TraceText.KFREE + " name=dentry")
                + TraceText.perf("mm_page_alloc",
                        "page=1 pfn=0x5abe order=1 migratetype=0 gfp_flags=GFP_KERNEL")
                + "# comment\n\tffffffff81234567 f+0x1 ([kernel.kallsyms])\n";
        TraceCursor cursor = TraceText.cursor(
                lines.repeat(EVENTS).getBytes(StandardCharsets.UTF_8), 1 << 16);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        for (int i = 0; i < EVENTS; i++) {
            assertThat(cursor.next()).isTrue();
        }
        long tasks = 0;
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < EVENTS; i++) {
            tasks += cursor.next() ? cursor.task() : 0;
        }
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;

        assertThat(tasks).isEqualTo(EVENTS);
        assertThat(allocated).isLessThan(EVENTS);
    }
}
