package org.kmemlab.lab.trace;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.SplittableRandom;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kmemlab.lab.input.Bytes;
import org.kmemlab.lab.input.RecordedFile;

/// Guards the fast way of reading against the careful one. If it failed, a trace would mean
/// something else because its lines look usual.
class RegularLineTest {

    private static TraceCursor cursor(byte[] content, int chunkBytes, boolean careful)
            throws IOException {
        return new TraceCursor(RecordedFile.of("test", content, chunkBytes), careful);
    }

    private static long check(String what, byte[] content, int chunkBytes) throws IOException {
        try (TraceCursor careful = cursor(content, chunkBytes, true);
                TraceCursor regular = cursor(content, chunkBytes, false)) {
            return SameEvents.check(what, careful, regular);
        }
    }

    /// Broken: traces of real kernels would be read wrongly.
    @ParameterizedTest
    @ValueSource(strings = {"bundled", "c61_SLAB_smp1_slab_small1", "c61_smp1_fs1",
        "c61_smp2_busy2", "c61_smp2_ext2s2", "c61_smp2_small2", "deb61_smp2_dsmall2",
        "deb61x_smp1_dxfork1", "deb61x_smp1_dxsmall1"})
    void next_recordedTrace_isAsTheCarefulWaySays(String trace) throws IOException {
        byte[] content = RecordedText.tracefs(trace);

        assertThat(check(trace, content, RecordedFile.CHUNK_BYTES)).isPositive();
        assertThat(check(trace + " as perf", RecordedText.perf(content), 1 << 14)).isPositive();
    }

    /// Broken: damaged or unusual lines would be read although, or other than, the careful way does.
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void next_mutatedLines_areAsTheCarefulWaySays(long seed) throws IOException {
        byte[] tracefs = RecordedText.tracefs("c61_smp2_small2");
        byte[] text = seed % 2 == 0 ? RecordedText.perf(tracefs) : tracefs;
        SplittableRandom random = new SplittableRandom(seed);
        for (int round = 0; round < 150; round++) {
            byte[] content = RecordedText.mutated(random, text);
            int chunkBytes = 100 + random.nextInt(4000);

            check("seed " + seed + " round " + round + " chunks of " + chunkBytes, content,
                    chunkBytes);
        }
    }

    /// Broken: a line with the values of a newer kernel, a module, or another thread group column
    /// would be read in part.
    @Test
    void next_otherShapes_areAsTheCarefulWaySays() throws IOException {
        String[] heads = {"            init-1       [001] d.s1.     3.219617: ",
            "            init-1       (      1) [001] d.s1.     3.219617: ",
            "Web Content  123/124  [001]  1234.567890: ", "a-1 [0001] .... 1.123456789: ",
            "     kworker/0:1-33      [000] .....  12345678.219617: kmem:",
            "x-1 [002] 1.... 3.000001: ", "#-1 [000] ..... 3.000001: "};
        String[] bodies = {"kmalloc: call_site=f+0x1/0x2 [ext4] ptr=ffff888002e16240 bytes_req=8"
                + " bytes_alloc=8 gfp_flags=GFP_KERNEL node=0 accounted=true",
            "kmem_cache_alloc: call_site=f ptr=ffff888002e16240 name=a bytes_req=8 bytes_alloc=8"
                    + " gfp_flags=GFP_KERNEL node=-1 accounted=false",
            "kmem_cache_alloc: call_site=f ptr=ffff888002e16240 name=a b bytes_req=8"
                    + " bytes_alloc=8 gfp_flags=GFP_KERNEL node=1024 accounted=false",
            "kmem_cache_free: call_site=f ptr=0xffff888002e16240 name=a [b",
            "kmem_cache_free: call_site=f ptr=(____ptrval____) name=a",
            "kfree: call_site=f ptr=00000000deadbeef", "kfree: call_site= ptr=ffff888002e16240",
            "mm_page_alloc: page=0000000000000000 pfn=0x0 order=14 migratetype=0 gfp_flags=0",
            "mm_page_alloc: page=(nil) pfn=0 order=2 migratetype=0 gfp_flags=GFP_KERNEL|NEW",
            "mm_page_alloc_zone_locked: page=ffffea0000000000 pfn=0xfffffff order=2"
                    + " migratetype=1 percpu_refill=1 ",
            "mm_page_alloc_zone_lockee: page=ffffea0000000000 pfn=0x1 order=0",
            "mm_page_free: page=ffffea0000000000 pfn=0x12345678 order=0"};
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (int round = 0; round < 2; round++) {
            for (String head : heads) {
                for (String body : bodies) {
                    String end = round == 0 ? "\n" : "\r\n";
                    all.writeBytes((head + body + end).getBytes(StandardCharsets.UTF_8));
                }
            }
        }

        assertThat(check("shapes", all.toByteArray(), 1 << 16)).isGreaterThan(50);
    }

    /// Broken: everything would be right but slow.
    @Test
    void parse_linesOfRecordings_areRegular() throws IOException {
        for (byte[] text : new byte[][] {RecordedText.tracefs("deb61x_smp1_dxfork1"),
            RecordedText.perf(RecordedText.tracefs("deb61x_smp1_dxfork1"))}) {
            byte[] bytes = Arrays.copyOf(text, text.length + Bytes.SLACK);
            EventRecord event = new EventRecord();
            LineHeader header = new LineHeader(event);
            GfpTexts gfpTexts = new GfpTexts();
            RegularLine regular = new RegularLine(event, header,
                    new EventFields(event, gfpTexts), gfpTexts);
            int lines = 0;
            int taken = 0;
            for (int at = 0; at < text.length; lines++) {
                int lineEnd = Bytes.indexOf(bytes, (byte) '\n', at, text.length);
                boolean isRegular = regular.parse(bytes, at, text.length) >= 0;
                taken += isRegular || header.parse(bytes, at, lineEnd) != LineProblem.NONE ? 1 : 0;
                at = lineEnd + 1;
            }
            assertThat(taken).as("of %d lines", lines).isGreaterThan(lines * 98 / 100);
        }
    }
}
