package org.kmemlab.lab.trace;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Guards the promise that no line makes the reader throw. If it failed, one damaged line would end
/// a run of hours.
class TraceFuzzTest {

    private static final String TEXT = "# entries 2/2   #P:2\n"
            + TraceText.tracefs("kmalloc", TraceText.KMALLOC)
            + TraceText.perf("kmem_cache_alloc", TraceText.KMALLOC + " name=a b")
            + TraceText.tracefs("kmem_cache_free", TraceText.KFREE + " name=a b")
            + "CPU:0 [LOST 12 EVENTS]\n"
            + TraceText.tracefs("mm_page_alloc",
                    "page=ffffea000016af80 pfn=0x5abe order=1 migratetype=0 gfp_flags=GFP_KERNEL")
            + "\tffffffff81234567 f+0x1 ([kernel.kallsyms])\n\n"
            + TraceText.perf("mm_page_alloc_extfrag",
                    "page=1 pfn=2 alloc_order=2 fallback_order=9 pageblock_order=10"
                            + " alloc_migratetype=0 fallback_migratetype=1");

    /// Broken: damaged input would throw, or lines would be counted twice or not at all.
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void next_mutatedText_neverThrowsAndCountsEveryLine(long seed) throws IOException {
        SplittableRandom random = new SplittableRandom(seed);
        for (int round = 0; round < 2000; round++) {
            byte[] content = mutated(random);
            TraceCursor cursor = TraceText.cursor(content, 1 + random.nextInt(300));

            TraceText.events(cursor);

            TraceCounts counts = cursor.counts();
            long sorted = counts.events() + counts.otherEvents() + counts.comments()
                    + counts.stackLines() + counts.lossMarks() + counts.unparsable();
            assertThat(sorted).as("seed %d round %d", seed, round).isEqualTo(counts.lines())
                    .isEqualTo(new String(content, StandardCharsets.ISO_8859_1).split("\n").length);
        }
    }

    private static byte[] mutated(SplittableRandom random) {
        byte[] content = TEXT.getBytes(StandardCharsets.UTF_8);
        int mutations = 1 + random.nextInt(20);
        for (int i = 0; i < mutations; i++) {
            int at = random.nextInt(content.length);
            switch (random.nextInt(4)) {
                case 0 -> content[at] = (byte) random.nextInt(256);
                case 1 -> content[at] = (byte) "0x[]: -=\n\t#(".charAt(random.nextInt(12));
                case 2 -> content[at] = content[random.nextInt(content.length)];
                default -> {
                    int length = Math.min(random.nextInt(40), content.length - at);
                    int from = random.nextInt(content.length - length);
                    System.arraycopy(content, from, content, at, length);
                }
            }
        }
        // Text that ends in several line feeds would split into fewer lines than it has.
        content[content.length - 1] = 'x';
        content[content.length - 2] = 'x';
        return content;
    }
}
