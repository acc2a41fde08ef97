package org.kmemlab.lab.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;

import com.sun.management.ThreadMXBean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kmemlab.lab.input.InputException;
import org.kmemlab.lab.input.RecordedFile;

/// Guards the binary form of traces. If it failed, a converted trace would be another one, or a
/// damaged file would pass for a whole one.
class BinaryTraceTest {

    private static byte[] binary(byte[] text) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (TraceCursor cursor = TraceText.cursor(text)) {
            TraceWriter.write(cursor, out);
        }
        return out.toByteArray();
    }

    private static long check(String what, byte[] text) throws IOException {
        byte[] binary = binary(text);
        try (TraceCursor expected = TraceText.cursor(text);
                TraceCursor actual = TraceText.cursor(binary, 1000)) {
            return SameEvents.check(what, expected, actual);
        }
    }

    private static long countEvents(byte[] content) throws IOException {
        try (TraceCursor cursor = TraceText.cursor(content)) {
            long events = 0;
            while (cursor.next()) {
                events++;
            }
            return events;
        }
    }

    /// Broken: events of real kernels would be lost or changed by the conversion.
    @ParameterizedTest
    @ValueSource(strings = {"bundled", "c61_SLAB_smp1_slab_small1", "c61_smp1_fs1",
        "c61_smp2_busy2", "c61_smp2_ext2s2", "c61_smp2_small2", "deb61_smp2_dsmall2",
        "deb61x_smp1_dxfork1", "deb61x_smp1_dxsmall1"})
    void write_recordedTrace_readsTheSame(String trace) throws IOException {
        byte[] text = RecordedText.tracefs(trace);

        assertThat(check(trace, text)).isPositive();
        assertThat(binary(text).length).isLessThan(text.length / 4);
    }

    /// Broken: rare values (times that go back, foreign frees, unknown flags) would not survive.
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void write_mutatedText_readsTheSame(long seed) throws IOException {
        SplittableRandom random = new SplittableRandom(seed);
        byte[] text = RecordedText.tracefs("c61_smp2_small2");
        for (int round = 0; round < 100; round++) {
            check("seed " + seed + " round " + round, RecordedText.mutated(random, text));
        }
    }

    /// Broken: a trace with more origins than a table holds would mix them up.
    @Test
    void write_manyShapesAndContexts_readsTheSame() throws IOException {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 150_000; i++) {
            text.append("a-").append(1 + i / 2)
                    .append(" [000] ..... 1.000000: kmalloc: call_site=f")
                    .append(i % 1000).append(" ptr=ffff8880").append(String.format("%08x", 8 * i))
                    .append(" bytes_req=").append(1 + i).append(" bytes_alloc=").append(1 + i)
                    .append(" gfp_flags=GFP_KERNEL node=-1 accounted=false\n");
        }

        assertThat(check("many", text.toString().getBytes(StandardCharsets.US_ASCII)))
                .isEqualTo(150_000);
    }

    /// Broken: a flipped bit would give a wrong result instead of a message.
    @Test
    void next_anyByteChanged_throwsOrIsNoBinaryTrace() throws IOException {
        byte[] text = Arrays.copyOf(RecordedText.tracefs("bundled"), 8_000);
        byte[] whole = binary(text);
        for (int at = 0; at < whole.length; at++) {
            byte[] damaged = whole.clone();
            damaged[at] ^= (byte) (1 << at % 8);
            if (at < BinaryFormat.MAGIC.length) {
                assertThat(countEvents(damaged)).as("byte %d", at).isZero();
            } else {
                assertThatThrownBy(() -> countEvents(damaged)).as("byte %d", at)
                        .isInstanceOf(InputException.class)
                        .hasMessageMatching("test.trace: .* at byte \\d+");
            }
        }
    }

    /// Broken: the rest of a file that was cut off, or a block, could be missing unnoticed.
    @Test
    void next_cutOffOrBlocksMissing_throws() throws IOException {
        byte[] whole = binary(RecordedText.tracefs("bundled"));
        for (int length = BinaryFormat.MAGIC.length; length < whole.length; length += 97) {
            byte[] cut = Arrays.copyOf(whole, length);
            assertThatThrownBy(() -> countEvents(cut)).as("%d bytes", length)
                    .isInstanceOf(InputException.class).hasMessageContaining("truncated");
        }
        byte[] longer = Arrays.copyOf(whole, whole.length + 1);
        assertThatThrownBy(() -> countEvents(longer))
                .hasMessageContaining("something follows the last block at byte " + whole.length);
        int second = BinaryFormat.MAGIC.length + BinaryFormat.HEADER_BYTES + BinaryFormat
                .getInt(whole, BinaryFormat.MAGIC.length + BinaryFormat.LENGTH_AT);
        byte[] without = whole.clone();
        int third = second + BinaryFormat.HEADER_BYTES
                + BinaryFormat.getInt(whole, second + BinaryFormat.LENGTH_AT);
        System.arraycopy(whole, third, without, second, whole.length - third);
        assertThatThrownBy(() -> countEvents(without))
                .hasMessage("test.trace: damaged: block 2 follows block 0 at byte " + second);
    }

    /// Broken: a file whose checksums are right but whose content is not would end in a mistake of
    /// ours, or in a wrong result.
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void next_nonsenseWithRightChecksums_throwsNothingElse(long seed) throws IOException {
        SplittableRandom random = new SplittableRandom(seed);
        byte[] whole = binary(Arrays.copyOf(RecordedText.tracefs("bundled"), 30_000));
        int found = 0;
        for (int round = 0; round < 500; round++) {
            byte[] nonsense = whole.clone();
            for (int change = random.nextInt(4); change >= 0; change--) {
                int at = BinaryFormat.MAGIC.length
                        + random.nextInt(whole.length - BinaryFormat.MAGIC.length);
                nonsense[at] = (byte) random.nextInt(256);
            }
            Checksums.repair(nonsense);
            try {
                countEvents(nonsense);
            } catch (InputException expected) {
                assertThat(expected.bytePosition()).as("seed %d round %d", seed, round)
                        .isNotNegative();
                found++;
            }
        }
        assertThat(found).isPositive();
    }

    /// Broken: a compressed binary trace would be taken for text.
    @Test
    void next_gzip_isReadToo() throws IOException {
        byte[] text = RecordedText.tracefs("bundled");

        assertThat(countEvents(TraceText.gzip(binary(text)))).isEqualTo(countEvents(text));
    }

    /// Broken: living objects would share a number, or lose theirs.
    @Test
    void objectNumber_livingObjects_areDistinct() throws IOException {
        byte[] binary = binary(RecordedText.tracefs("c61_smp1_fs1"));
        Map<Integer, Long> live = new HashMap<>();
        int most = 0;
        try (TraceCursor cursor = TraceText.cursor(binary)) {
            while (cursor.next()) {
                if (cursor.kind().isObjectAlloc()) {
                    Long before = live.put(cursor.objectNumber(), cursor.pointer());
                    assertThat(before == null || before == cursor.pointer()).isTrue();
                    most = Math.max(most, cursor.objectNumber());
                } else if (cursor.kind().isObjectFree() && cursor.objectNumber() != 0) {
                    assertThat(live.remove(cursor.objectNumber())).isEqualTo(cursor.pointer());
                }
            }
        }
        assertThat(most).isLessThan(8192);
    }

    /// Broken: reading would make garbage for each event.
    @Test
    void next_manyEvents_allocatesNothing() throws IOException {
        byte[] text = RecordedText.tracefs("c61_smp1_fs1");
        byte[] twice = Arrays.copyOf(text, 2 * text.length);
        System.arraycopy(text, 0, twice, text.length, text.length);
        byte[] binary = binary(twice);
        long half = countEvents(text);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        try (TraceCursor cursor = new TraceCursor(
                RecordedFile.of("test", binary, RecordedFile.CHUNK_BYTES))) {
            for (long i = 0; i < half; i++) {
                assertThat(cursor.next()).isTrue();
            }
            long before = threads.getCurrentThreadAllocatedBytes();
            int events = 0;
            while (events < half - 1 && cursor.next()) {
                events++;
            }
            assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(events);
        }
    }
}
